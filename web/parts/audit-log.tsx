import { useMemo } from "preact/hooks";
import { isDate } from "../dates.ts";
import { nearTime } from "../format.ts";
import { type Audit, type AuditFilter, auditKey } from "../models/audit.ts";
import { query, setQuery } from "../router.ts";
import { auditWords } from "../strings/audit.he.ts";
import { shellWords } from "../strings/shell.he.ts";
import { AuditRows } from "./audit-rows.tsx";
import { Button } from "./button.tsx";
import { Field, Select } from "./field.tsx";
import { Loaded } from "./loaded.tsx";

interface AuditLogProps {
  of: Audit;
  /** Who can be chosen besides those whose acts are on the page. */
  people?: readonly { id: string; name: string }[];
}

/** Who did what, narrowed by person, kind and day; the choice lives in the address. */
export function AuditLog({ of, people = [] }: AuditLogProps) {
  const t = auditWords();
  const filter = filterOf(query.value);
  const key = auditKey(filter);
  const list = of.by(key);
  const filtered = key !== "";
  const seen = useMemo(() => new Map<string, string>(), []);
  for (const { id, name } of people) seen.set(id, name);
  for (const { userId, actorName } of list.data.value?.items ?? [])
    if (userId !== null && !seen.has(userId)) seen.set(userId, actorName);
  return (
    <div class="stack">
      <Filters filter={filter} people={seen} />
      <Loaded key={key} from={list}>
        {({ items, next }) => (
          <>
            {items.length === 0 && filtered ? (
              <p class="muted">{t.nothing}</p>
            ) : (
              <AuditRows items={items} at={nearTime} />
            )}
            {next !== null && <Button onClick={() => of.more(key)}>{shellWords().loadMore}</Button>}
          </>
        )}
      </Loaded>
    </div>
  );
}

function Filters({ filter, people }: { filter: AuditFilter; people: ReadonlyMap<string, string> }) {
  const { areas, filters: t } = auditWords();
  // Somebody of an old link, of whom nothing is on the page: chosen all the same.
  const named =
    filter.person === "" || people.has(filter.person) ? people : new Map([...people, [filter.person, t.other]]);
  return (
    <search class="audit-filters">
      <Select
        label={t.person}
        name="person"
        value={filter.person}
        options={[{ value: "", label: t.anybody }, ...[...named].map(([value, label]) => ({ value, label }))]}
        onChange={(person) => setQuery({ person })}
      />
      <Select
        label={t.kind}
        name="kind"
        value={filter.kind}
        options={[
          { value: "", label: t.anything },
          ...Object.entries(areas).map(([value, label]) => ({ value, label })),
        ]}
        onChange={(kind) => setQuery({ kind })}
      />
      <Field label={t.day} name="day" type="date" ltr value={filter.day} onInput={(day) => setQuery({ day })} />
    </search>
  );
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** What the address asks for, as far as it can be meant: a year that is still being typed is no day. */
function filterOf(asked: URLSearchParams): AuditFilter {
  const [person, kind, day] = [asked.get("person") ?? "", asked.get("kind") ?? "", asked.get("day")];
  return {
    person: uuid.test(person) ? person : "",
    kind: kind in auditWords().areas ? kind : "",
    day: isDate(day) && day >= "2000" ? day : "",
  };
}
