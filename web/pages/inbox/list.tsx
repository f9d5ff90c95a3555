import { messageCircle, search } from "../../icons.ts";
import {
  chats,
  fits,
  hasMoreLines,
  type InboxFilter,
  type InboxLine,
  lines,
  moreLines,
  recentCalls,
} from "../../models/inbox.ts";
import { found, type, typed } from "../../models/inbox-search.ts";
import { Button, LinkButton } from "../../parts/button.tsx";
import { Empty } from "../../parts/empty.tsx";
import { SearchBox } from "../../parts/search-box.tsx";
import { SkeletonRows } from "../../parts/skeleton.tsx";
import { problemText } from "../../problems.ts";
import { query, setQuery } from "../../router.ts";
import { me } from "../../session.ts";
import { inboxWords } from "../../strings/inbox.he.ts";
import { shellWords } from "../../strings/shell.he.ts";
import { FoundLines } from "./found-lines.tsx";
import { InboxRow } from "./inbox-row.tsx";

const filters = ["all", "unread", "human"] as const;

const chosenFilter = (): InboxFilter => filters.find((key) => key === query.value.get("filter")) ?? "all";

/** Search, filters, and one line per customer. */
export function InboxList({ chosen }: { chosen: string | null }) {
  const t = inboxWords();
  const isSearch = typed.value.trim() !== "";
  return (
    <div class="inbox-list">
      <div class="inbox-tools">
        <SearchBox label={t.search.label} value={typed.value} onType={type} />
        <Filters of={isSearch ? [...found.value.people, ...found.value.words] : lines.value} />
      </div>
      {isSearch ? <FoundLines chosen={chosen} filter={chosenFilter()} /> : <Lines chosen={chosen} />}
    </div>
  );
}

function Filters({ of }: { of: readonly InboxLine[] }) {
  const t = inboxWords().filters;
  const filter = chosenFilter();
  return (
    <fieldset class="chips" aria-label={t.label}>
      {filters.map((key) => (
        <button
          type="button"
          class="chip"
          key={key}
          aria-pressed={filter === key}
          onClick={() => setQuery({ filter: key === "all" ? "" : key })}
        >
          {t[key]}
          <span class="number">{of.filter((line) => fits(line, key)).length}</span>
        </button>
      ))}
    </fieldset>
  );
}

function Lines({ chosen }: { chosen: string | null }) {
  const t = inboxWords();
  const error = chats.error.value ?? recentCalls.error.value;
  if (chats.data.value === null || recentCalls.data.value === null)
    return error === null ? (
      <SkeletonRows />
    ) : (
      <Empty icon={messageCircle} title={problemText(error)} text="">
        <Button onClick={() => Promise.all([chats.reload(), recentCalls.reload()])}>{shellWords().retry}</Button>
      </Empty>
    );
  if (lines.value.length === 0)
    return (
      <Empty icon={messageCircle} title={t.empty.title} text={t.empty.text}>
        {me.value?.role !== "agent" && (
          <LinkButton look="primary" to="/channels">
            {t.empty.connect}
          </LinkButton>
        )}
      </Empty>
    );
  const shown = lines.value.filter((line) => fits(line, chosenFilter()));
  return (
    <>
      {shown.length === 0 ? (
        <Empty icon={search} title={t.nothing.title} text={t.nothing.text} />
      ) : (
        <ul class="rows" aria-label={t.list}>
          {shown.map((line) => (
            <li key={line.customerId}>
              <InboxRow line={line} current={line.customerId === chosen} />
            </li>
          ))}
        </ul>
      )}
      {hasMoreLines.value && (
        <Button wide onClick={moreLines}>
          {shellWords().loadMore}
        </Button>
      )}
    </>
  );
}
