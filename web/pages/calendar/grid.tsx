import { useEffect, useRef } from "preact/hooks";
import { shownNow } from "../../clock.ts";
import { clockOf, minuteOf } from "../../dates.ts";
import { clockTime, dateName, dayKey, shortDay } from "../../format.ts";
import { inLanes } from "../../lanes.ts";
import type { Day, Meeting } from "../../models/calendar.ts";
import { calendarWords } from "../../strings/calendar.he.ts";

interface GridProps {
  days: readonly Day[];
  meetings: readonly Meeting[];
  onOpen: (meeting: Meeting) => void;
  /** An empty place was chosen. */
  onBook: (date: string, minute: number) => void;
}

const dayEnds = 24 * 60;
// Some air around the working day, so that the first and the last hour are not at the edge.
const airMinutes = 60;
const stepMinutes = 30;
// A meeting is drawn as at least this long: what is shorter could not be read, and no finger would hit it.
const drawnMinutes = 30;
// From this length on a meeting has room for a second line.
const twoLinesMinutes = 40;

/** Columns of days, Sunday first; opening hours are white, everything else is shaded. */
export function Grid({ days, meetings, onOpen, onBook }: GridProps) {
  const [from, to] = hoursOf(days, meetings);
  const hours = Array.from({ length: (to - from) / 60 }, (_, index) => from + index * 60);
  const scroller = useRef<HTMLDivElement>(null);
  const today = dayKey(shownNow());
  useEffect(() => {
    scroller.current?.querySelector(".now-line")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, []);
  return (
    <div class="calendar-scroll" ref={scroller}>
      <div class="calendar" style={{ "--days": days.length, "--minutes": to - from }}>
        <div class="calendar-corner" />
        {days.map((day) => (
          <Head key={day.date} of={day} isToday={day.date === today} />
        ))}
        <div class="calendar-hours" aria-hidden="true">
          {hours.map((minute) => (
            <bdi dir="ltr" key={minute} style={{ "--from": minute - from }}>
              {clockOf(minute)}
            </bdi>
          ))}
        </div>
        {days.map((day) => (
          <Column
            key={day.date}
            of={day}
            from={from}
            to={to}
            isToday={day.date === today}
            meetings={meetings.filter(({ startsLocal }) => startsLocal.startsWith(day.date))}
            onOpen={onOpen}
            onBook={onBook}
          />
        ))}
      </div>
    </div>
  );
}

/** Whole hours around everything that is open or booked. */
function hoursOf(days: readonly Day[], meetings: readonly Meeting[]): [number, number] {
  const starts = [
    ...days.flatMap(({ open }) => open.map((one) => one.fromMinute)),
    ...meetings.map((m) => minuteOf(m.startsLocal)),
  ];
  const ends = [
    ...days.flatMap(({ open }) => open.map((one) => one.toMinute)),
    ...meetings.map((m) => minuteOf(m.endsLocal)),
  ];
  const first = Math.min(9 * 60, ...starts) - airMinutes;
  const last = Math.max(17 * 60, ...ends) + airMinutes;
  return [Math.max(0, Math.floor(first / 60) * 60), Math.min(dayEnds, Math.ceil(last / 60) * 60)];
}

function Head({ of, isToday }: { of: Day; isToday: boolean }) {
  return (
    <div class={`calendar-head${isToday ? " today" : ""}`}>
      <span class="small">{shortDay(of.date)}</span>
      <strong>{Number(of.date.slice(8))}</strong>
      <span class="calendar-hebrew">{of.rest && of.weekday !== 6 ? of.rest.name : withoutYear(of.hebrewDate)}</span>
    </div>
  );
}

/** `י״ב בכסלו`: a column is narrow, and the year stands in the agenda. */
const withoutYear = (hebrewDate: string): string => hebrewDate.replace(/ \S+$/, "");

interface ColumnProps extends Omit<GridProps, "days"> {
  of: Day;
  from: number;
  to: number;
  isToday: boolean;
}

function Column({ of, from, to, isToday, meetings, onOpen, onBook }: ColumnProps) {
  const spans = meetings.map((meeting) => {
    const starts = minuteOf(meeting.startsLocal);
    const ends = meeting.endsLocal.startsWith(of.date) ? minuteOf(meeting.endsLocal) : dayEnds;
    return { meeting, from: starts, to: Math.max(ends, starts + drawnMinutes) };
  });
  const minute = minuteOf(`${of.date}T${clockTime(shownNow())}`);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the button at the head of the page books by keyboard
    // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for the mouse
    <div
      class={`calendar-column${of.rest ? " rest" : ""}`}
      onClick={({ offsetY, currentTarget, target }) => {
        if (target !== currentTarget) return;
        const at = from + (offsetY / currentTarget.clientHeight) * (to - from);
        onBook(of.date, Math.floor(at / stepMinutes) * stepMinutes);
      }}
    >
      {of.open.map((window) => (
        <span
          key={`${window.resourceId} ${window.fromMinute}`}
          class="calendar-open"
          style={{ "--from": window.fromMinute - from, "--long": window.toMinute - window.fromMinute }}
        />
      ))}
      {isToday && minute >= from && minute <= to && <span class="now-line" style={{ "--from": minute - from }} />}
      {inLanes(spans).map(({ item, lane, lanes }) => (
        <button
          key={item.meeting.id}
          type="button"
          class={`calendar-meeting ${item.meeting.customerId === null ? "blocked" : item.meeting.status}${item.to - item.from < twoLinesMinutes ? " short" : ""}`}
          style={{ "--from": item.from - from, "--long": item.to - item.from, "--lane": lane, "--lanes": lanes }}
          onClick={() => onOpen(item.meeting)}
        >
          <span class="sr-only">{dateName(of.date)} </span>
          <bdi dir="ltr">{clockOf(item.from)}</bdi>
          <span dir="auto">{nameOf(item.meeting)}</span>
        </button>
      ))}
    </div>
  );
}

const nameOf = ({ customerId, customerName }: Meeting): string =>
  customerId === null ? calendarWords().blocked : (customerName ?? calendarWords().nobody);
