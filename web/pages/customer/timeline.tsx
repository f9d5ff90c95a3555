import { link } from "../../address.ts";
import { clockTime, nearDay } from "../../format.ts";
import { calendar, rotateCcwClock as historyIcon, listChecks, messageCircle, notebookPen, phone } from "../../icons.ts";
import { history, loadOlder, type TimelineEntry } from "../../models/customer.ts";
import { Button } from "../../parts/button.tsx";
import { Empty } from "../../parts/empty.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { customerWords } from "../../strings/customer.he.ts";
import { shellWords } from "../../strings/shell.he.ts";

const looks: Record<TimelineEntry["kind"], { icon: string; tone: string }> = {
  call: { icon: phone, tone: "call" },
  message: { icon: messageCircle, tone: "whatsapp" },
  meeting: { icon: calendar, tone: "meeting" },
  task: { icon: listChecks, tone: "task" },
  note: { icon: notebookPen, tone: "" },
};

/** Everything with one customer, whatever way it came, under the day it was. */
export function Timeline({ customerId }: { customerId: string }) {
  const t = customerWords();
  return (
    <Loaded from={history(customerId)}>
      {({ entries, next }) => {
        if (entries.length === 0) return <Empty icon={historyIcon} title={t.empty.title} text={t.empty.text} />;
        const days = Map.groupBy(entries, ({ at }) => nearDay(at));
        return (
          <div>
            {[...days].map(([day, ofDay]) => (
              <section key={day}>
                <h2 class="day-break">{day}</h2>
                <ol class="timeline">
                  {ofDay.map((entry) => (
                    <Entry key={`${entry.kind} ${entry.id}`} entry={entry} />
                  ))}
                </ol>
              </section>
            ))}
            {next !== null && <Button onClick={() => loadOlder(customerId)}>{shellWords().loadMore}</Button>}
          </div>
        );
      }}
    </Loaded>
  );
}

function Entry({ entry }: { entry: TimelineEntry }) {
  const t = customerWords();
  const { icon, tone } = looks[entry.kind];
  const status = known(t.statusOf, entry.status);
  const author = known(t.authors, entry.author);
  return (
    <li>
      <span class={`channel ${tone}`}>
        <Icon of={icon} />
      </span>
      <div class="event">
        <div class="event-head">
          <strong>{t.kinds[entry.kind]}</strong>
          <span class="small muted">
            {[author, status].filter(Boolean).join(" · ")} <bdi dir="ltr">{clockTime(entry.at)}</bdi>
          </span>
          {entry.kind === "call" && (
            <a class="small" href={link("/calls/:id", { id: entry.id })}>
              {t.openCall}
            </a>
          )}
        </div>
        {entry.text !== null && (
          <p class="event-text" dir="auto">
            {entry.text}
          </p>
        )}
      </div>
    </li>
  );
}

/** The word for a code; a code that this page does not know has none. */
const known = (sentences: Readonly<Record<string, string>>, code: string | null): string =>
  code === null ? "" : (sentences[code] ?? "");
