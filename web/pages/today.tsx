import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { link } from "../address.ts";
import { shownNow } from "../clock.ts";
import { clockTime, dayKey, dayName, number, weekday } from "../format.ts";
import { circleCheck, phoneCall } from "../icons.ts";
import { liveCalls } from "../models/live-calls.ts";
import { bell } from "../models/notifications.ts";
import { type Task, taskList } from "../models/tasks.ts";
import { alarms, dueTasks, firstSteps, type Meeting, today } from "../models/today.ts";
import { narrow } from "../narrow.ts";
import { LinkButton } from "../parts/button.tsx";
import { Empty } from "../parts/empty.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { NotificationRow } from "../parts/notification-row.tsx";
import { Page } from "../parts/page.tsx";
import { SkeletonBlock, SkeletonRows } from "../parts/skeleton.tsx";
import { StaleNote } from "../parts/stale-note.tsx";
import { useResource } from "../resource.ts";
import { mayOpen } from "../route-table.ts";
import { me } from "../session.ts";
import { shellWords } from "../strings/shell.he.ts";
import { todayWords } from "../strings/today.he.ts";
import { TaskDialog } from "./tasks/task-dialog.tsx";
import { TaskRow } from "./tasks/task-row.tsx";
import { FirstSteps, isBeginning } from "./today/first-steps.tsx";

/** What needs me: first what waits, then the day's meetings and figures. */
export default function TodayPage() {
  const t = todayWords();
  const date = shownNow();
  useNewDay(dayKey(date));
  // Decided once: nothing changes its place under the finger.
  const [stepsFirst] = useState(() => setsUp() && narrow.peek() && isBeginning());
  // What stands below the checklist waits for its length.
  const isAwaited = stepsFirst && firstSteps.data.value === null && firstSteps.error.value === null;
  return (
    <Page title={t.title} note={`${weekday(date)}, ${dayName(date)}`}>
      <StaleNote of={[liveCalls, today, taskList("open"), bell]} />
      <LiveStrip />
      {stepsFirst && <FirstSteps />}
      <div class="columns" hidden={isAwaited}>
        <div class="stack wide-gap">
          <Figures />
          <Needs />
        </div>
        <aside class="stack wide-gap" aria-label={t.meetings}>
          {setsUp() && !stepsFirst && <FirstSteps />}
          <Meetings />
        </aside>
      </div>
    </Page>
  );
}

/** Whose the setting up is: a receptionist's day begins with what waits. */
const setsUp = (): boolean => mayOpen("owner", me.value!.role);

/** A page that stays open over night shows the new day. */
function useNewDay(date: string): void {
  useEffect(() => {
    const shown = today.data.peek()?.date ?? date;
    if (shown !== date) void today.reload();
  }, [date]);
}

function LiveStrip() {
  const t = todayWords();
  useResource(liveCalls);
  const count = liveCalls.data.value?.items.length ?? 0;
  if (count === 0) return null;
  return (
    <div class="notice voice" role="status">
      <span class="live-dot" />
      <strong class="grow">{shellWords().live(count)}</strong>
      <LinkButton to="/calls" icon={phoneCall}>
        {t.listen}
      </LinkButton>
    </div>
  );
}

function Figures() {
  const t = todayWords().figures;
  useResource(today);
  const data = today.data.value;
  const unknown = today.error.value === null ? <span class="skeleton figure-skeleton" /> : "–";
  const figure = (name: string, value: number | undefined, to: string, more = false) => (
    <a class="figure" href={to}>
      <span class="figure-value">
        {value === undefined ? unknown : <bdi dir="ltr">{`${number(value)}${more ? "+" : ""}`}</bdi>}
      </span>
      <span class="small muted">{name}</span>
    </a>
  );
  return (
    <nav class="figures" aria-label={t.label}>
      {figure(t.calls, data?.calls, "/calls")}
      {figure(t.answered, data?.answered, "/calls?show=handled")}
      {figure(t.leads, data?.leads, "/leads", data?.moreLeads)}
      {figure(t.meetings, data?.meetings.length, "/calendar")}
    </nav>
  );
}

function Needs() {
  const t = todayWords();
  const open = useSignal<Task | null>(null);
  const skeleton = <SkeletonRows count={4} />;
  return (
    <section class="needs">
      <div class="section-head">
        <h2>{t.needs}</h2>
      </div>
      <Loaded from={taskList("open")} skeleton={skeleton} quiet>
        {() => (
          <Loaded from={bell} skeleton={skeleton} quiet>
            {() => <NeedRows onOpen={(task) => (open.value = task)} />}
          </Loaded>
        )}
      </Loaded>
      {open.value !== null && <TaskDialog task={open.value} onClose={() => (open.value = null)} />}
    </section>
  );
}

function NeedRows({ onOpen }: { onOpen: (task: Task) => void }) {
  const t = todayWords().nothing;
  if (alarms.value.length + dueTasks.value.length === 0)
    return <Empty icon={circleCheck} title={t.title} text={t.text} />;
  return (
    <ul class="rows">
      {alarms.value.map((notification) => (
        <li key={notification.id}>
          <NotificationRow of={notification} />
        </li>
      ))}
      {dueTasks.value.map((task) => (
        <li key={task.id} class="inset">
          <TaskRow task={task} onOpen={() => onOpen(task)} />
        </li>
      ))}
    </ul>
  );
}

function Meetings() {
  const t = todayWords();
  return (
    <section class="card">
      <div class="card-head">
        <h2>{t.meetings}</h2>
        <a class="small" href="/calendar">
          {t.allMeetings}
        </a>
      </div>
      <div class="card-body">
        <Loaded from={today} skeleton={<SkeletonBlock size="20px" />} quiet>
          {({ meetings }) =>
            meetings.length === 0 ? (
              <p class="muted small">{t.noMeetings}</p>
            ) : (
              <ol class="rows">
                {meetings.map((meeting) => (
                  <MeetingLine key={meeting.id} meeting={meeting} />
                ))}
              </ol>
            )
          }
        </Loaded>
      </div>
    </section>
  );
}

function MeetingLine({ meeting }: { meeting: Meeting }) {
  const t = todayWords();
  const who = meeting.customerName ?? meeting.topic ?? t.blocked;
  return (
    <li class="meeting-line">
      <bdi class="numbers" dir="ltr">
        {clockTime(meeting.startsAt)}
      </bdi>
      <span class="grow">
        {meeting.customerId === null ? (
          <span class="row-title" dir="auto">
            {who}
          </span>
        ) : (
          <a class="row-title" href={link("/customers/:id", { id: meeting.customerId })} dir="auto">
            {who}
          </a>
        )}
        {meeting.topic !== null && meeting.topic !== who && (
          <span class="row-sub ellipsis" dir="auto">
            {meeting.topic}
          </span>
        )}
      </span>
    </li>
  );
}
