import { useSignal } from "@preact/signals";
import { now } from "../clock.ts";
import { addDays, isDate, weekStart } from "../dates.ts";
import { dateName, dateSpan, dayKey, monthName } from "../format.ts";
import { calendar as calendarIcon, chevronLeft, chevronRight, plus } from "../icons.ts";
import { type Day, daysBy, type Meeting, meetingBy, meetingsBy, rangeKey } from "../models/calendar.ts";
import { narrow } from "../narrow.ts";
import { Button } from "../parts/button.tsx";
import { Empty } from "../parts/empty.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Page } from "../parts/page.tsx";
import { SkeletonBlock } from "../parts/skeleton.tsx";
import { useResource } from "../resource.ts";
import { query, setQuery } from "../router.ts";
import { calendarWords } from "../strings/calendar.he.ts";
import { Agenda } from "./calendar/agenda.tsx";
import { Grid } from "./calendar/grid.tsx";
import { MeetingDialog } from "./calendar/meeting-dialog.tsx";
import { NewMeetingDialog } from "./calendar/new-meeting-dialog.tsx";
import { WeekStrip } from "./calendar/week-strip.tsx";

const views = ["week", "day", "agenda"] as const;
type View = (typeof views)[number];

/** Week at a desk, list on a phone, where no finger finds its way in seven columns; the date, the view and the open meeting live in the address. */
export default function CalendarPage() {
  const t = calendarWords();
  const asked = query.value.get("date");
  const open = query.value.get("meeting");
  // A meeting that is opened from elsewhere is seen in its week.
  const date = isDate(asked) ? asked : (dayOf(open) ?? dayKey(now()));
  const booking = useSignal(query.value.get("new") === null ? null : { date, minute: null as number | null });
  const customerId = query.value.get("new") || null;
  const view = viewOf(query.value.get("view"));
  const from = weekStart(date);
  const add = (
    <Button
      look="primary"
      icon={plus}
      letter="B"
      shrinks
      onClick={() => {
        booking.value = { date, minute: null };
      }}
    >
      {t.add}
    </Button>
  );
  return (
    <Page title={t.title} note={view === "day" ? dateName(date) : monthName(from)} actions={add}>
      <Toolbar date={date} view={view} />
      {view !== "day" && <p class="calendar-span only-small">{dateSpan(from, addDays(from, 6))}</p>}
      <Range
        key={`${view === "day" ? date : from} ${view}`}
        date={date}
        view={view}
        onBook={(day, minute) => (booking.value = { date: day, minute })}
      />
      {open !== null && <MeetingDialog id={open} onClose={() => setQuery({ meeting: "", date })} />}
      {booking.value !== null && (
        <NewMeetingDialog
          {...booking.value}
          customerId={customerId}
          onClose={() => {
            booking.value = null;
            setQuery({ new: "" });
          }}
        />
      )}
    </Page>
  );
}

const dayOf = (meetingId: string | null): string | undefined =>
  meetingId === null ? undefined : meetingBy(meetingId).data.value?.startsLocal.slice(0, 10);

const offered = (): readonly View[] => (narrow.value ? ["day", "agenda"] : views);

const viewOf = (text: string | null): View =>
  offered().find((view) => view === text) ?? (narrow.value ? "agenda" : "week");

function Toolbar({ date, view }: { date: string; view: View }) {
  const t = calendarWords();
  const step = view === "day" ? 1 : 7;
  const today = dayKey(now());
  return (
    <div class="line-up calendar-bar">
      <Button
        look="outline"
        icon={chevronLeft}
        flip
        label={t.before}
        onClick={() => setQuery({ date: addDays(date, -step) })}
      />
      <Button
        look="outline"
        icon={chevronRight}
        flip
        label={t.after}
        onClick={() => setQuery({ date: addDays(date, step) })}
      />
      <Button onClick={() => setQuery({ date: "" })} disabled={date === today && t.today}>
        {t.today}
      </Button>
      <span class="grow" />
      <fieldset class="segmented" aria-label={t.views.label}>
        {offered().map((name) => (
          <button key={name} type="button" aria-pressed={name === view} onClick={() => setQuery({ view: name })}>
            {t.views[name]}
          </button>
        ))}
      </fieldset>
    </div>
  );
}

interface RangeProps {
  date: string;
  view: View;
  onBook: (date: string, minute: number) => void;
}

/** Its week is read for a day as well: the next day is there at once. */
function Range({ date, view, onBook }: RangeProps) {
  const key = rangeKey(weekStart(date), addDays(weekStart(date), 6));
  const meetings = useResource(meetingsBy(key));
  const open = (meeting: Meeting) => setQuery({ meeting: meeting.id });
  return (
    <Loaded from={daysBy(key)} skeleton={<SkeletonBlock size="520px" />}>
      {({ items: days }) => (
        // Without its meetings a day would look free.
        <Loaded from={meetings} skeleton={<SkeletonBlock size="520px" />}>
          {({ items }) => <Shown days={days} meetings={items} date={date} view={view} onOpen={open} onBook={onBook} />}
        </Loaded>
      )}
    </Loaded>
  );
}

interface ShownProps extends RangeProps {
  days: readonly Day[];
  meetings: readonly Meeting[];
  onOpen: (meeting: Meeting) => void;
}

function Shown({ days, meetings, date, view, onOpen, onBook }: ShownProps) {
  const t = calendarWords();
  const shown = meetings.filter(({ status }) => status !== "cancelled");
  if (view === "week") return <Grid days={days} meetings={shown} onOpen={onOpen} onBook={onBook} />;
  if (view === "day")
    return (
      <>
        {narrow.value && <WeekStrip days={days} meetings={shown} date={date} />}
        <Grid
          days={days.filter((day) => day.date === date)}
          meetings={shown.filter(({ startsLocal }) => startsLocal.startsWith(date))}
          onOpen={onOpen}
          onBook={onBook}
        />
      </>
    );
  if (shown.length === 0) return <Empty icon={calendarIcon} title={t.empty.title} text={t.empty.text} />;
  return <Agenda days={days} meetings={shown} onOpen={onOpen} />;
}
