import { messageCircle, search } from "../icons.ts";
import { chats, fits, hasMoreLines, type InboxFilter, lines, moreLines, recentCalls } from "../models/inbox.ts";
import { Button } from "../parts/button.tsx";
import { Empty } from "../parts/empty.tsx";
import { Page } from "../parts/page.tsx";
import { SkeletonRows } from "../parts/skeleton.tsx";
import { problemText } from "../problems.ts";
import { useResource } from "../resource.ts";
import { query, setQuery } from "../router.ts";
import { inboxWords } from "../strings/inbox.he.ts";
import { shellWords } from "../strings/shell.he.ts";
import { InboxRow } from "./inbox/inbox-row.tsx";
import { Thread } from "./inbox/thread.tsx";

const filters = ["all", "unread", "human"] as const;

/** One line per customer at the side, the whole conversation beside it; on a phone one of the two. */
export default function InboxPage() {
  const t = inboxWords();
  useResource(chats);
  useResource(recentCalls);
  const chosen = query.value.get("with");
  return (
    <Page title={t.title} full>
      <div class={`inbox${chosen ? " chosen" : ""}`}>
        <div class="inbox-list">
          <Filters />
          <Lines chosen={chosen} />
        </div>
        {chosen ? (
          <Thread key={chosen} customerId={chosen} />
        ) : (
          <div class="inbox-none only-wide">
            <Empty icon={messageCircle} title={t.pick.title} text={t.pick.text} />
          </div>
        )}
      </div>
    </Page>
  );
}

const chosenFilter = (): InboxFilter => filters.find((key) => key === query.value.get("filter")) ?? "all";

function Filters() {
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
          <span class="number">{lines.value.filter((line) => fits(line, key)).length}</span>
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
  if (lines.value.length === 0) return <Empty icon={messageCircle} title={t.empty.title} text={t.empty.text} />;
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
