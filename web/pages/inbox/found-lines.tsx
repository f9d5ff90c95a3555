import { search } from "../../icons.ts";
import { fits, type InboxFilter, type InboxLine } from "../../models/inbox.ts";
import { asked, found, foundCalls, foundChats, isShort, typed } from "../../models/inbox-search.ts";
import { Button } from "../../parts/button.tsx";
import { Empty } from "../../parts/empty.tsx";
import { SkeletonRows } from "../../parts/skeleton.tsx";
import { problemText } from "../../problems.ts";
import { useResource } from "../../resource.ts";
import { setQuery } from "../../router.ts";
import { inboxWords } from "../../strings/inbox.he.ts";
import { shellWords } from "../../strings/shell.he.ts";
import { InboxRow } from "./inbox-row.tsx";

interface FoundLinesProps {
  chosen: string | null;
  filter: InboxFilter;
}

/** What fits the search: people first, then what was said. What is here is found without a network. */
export function FoundLines({ chosen, filter }: FoundLinesProps) {
  const t = inboxWords().search;
  const q = asked.value;
  const isAsked = q === typed.value.trim();
  const all = [...found.value.people, ...found.value.words];
  const [people, words] = [found.value.people, found.value.words].map((group) =>
    group.filter((line) => fits(line, filter)),
  ) as [InboxLine[], InboxLine[]];
  return (
    <>
      {isAsked && <Asked key={q} q={q} isEmpty={all.length === 0} />}
      <Group title={t.people} of={people} chosen={chosen} />
      <Group title={t.words} of={words} chosen={chosen} />
      {all.length > 0 && people.length + words.length === 0 && (
        <Empty icon={search} title={inboxWords().nothing.title} text={t.nothing.filtered}>
          <Button onClick={() => setQuery({ filter: "" })}>{t.unfiltered}</Button>
        </Empty>
      )}
      {!isAsked && all.length === 0 && (isShort(typed.value) ? <Nothing /> : <SkeletonRows count={3} />)}
    </>
  );
}

/** How it stands with the server's answer. */
function Asked({ q, isEmpty }: { q: string; isEmpty: boolean }) {
  const t = inboxWords().search;
  const chats = useResource(foundChats(q));
  const calls = useResource(foundCalls(q));
  const error = chats.error.value ?? calls.error.value;
  if (error !== null)
    return (
      <div class="notice warn" role="status">
        <span class="grow">{problemText(error)}</span>
        <Button onClick={() => Promise.all([chats.reload(), calls.reload()])}>{shellWords().retry}</Button>
      </div>
    );
  if (chats.data.value === null || calls.data.value === null) return isEmpty ? <SkeletonRows count={3} /> : null;
  if (isEmpty) return <Nothing />;
  const isPart = chats.data.value.next !== null || calls.data.value.next !== null;
  return isPart ? <p class="small muted">{t.more}</p> : null;
}

function Nothing() {
  const t = inboxWords().search.nothing;
  return <Empty icon={search} title={t.title(typed.value.trim())} text={t.text} />;
}

function Group({ title, of, chosen }: { title: string; of: readonly InboxLine[]; chosen: string | null }) {
  if (of.length === 0) return null;
  return (
    <section>
      <h2 class="group-name">{title}</h2>
      <ul class="rows" aria-label={title}>
        {of.map((line) => (
          <li key={line.customerId}>
            <InboxRow line={line} current={line.customerId === chosen} wanted={typed.value} />
          </li>
        ))}
      </ul>
    </section>
  );
}
