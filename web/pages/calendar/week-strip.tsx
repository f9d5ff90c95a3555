import { dateName, shortDay } from "../../format.ts";
import type { Day, Meeting } from "../../models/calendar.ts";
import { Badge } from "../../parts/badge.tsx";
import { setQuery } from "../../router.ts";
import { calendarWords } from "../../strings/calendar.he.ts";

interface WeekStripProps {
  days: readonly Day[];
  meetings: readonly Meeting[];
  /** The day that is shown. */
  date: string;
}

/** The days of a week for a finger, with a dot under those that have something in them, and the name of the one that is shown. */
export function WeekStrip({ days, meetings, date }: WeekStripProps) {
  const t = calendarWords();
  const count = (day: string) => meetings.filter(({ startsLocal }) => startsLocal.startsWith(day)).length;
  const shown = days.find((day) => day.date === date);
  return (
    <>
      <fieldset class="week-strip" aria-label={t.views.week}>
        {days.map((day) => (
          <button
            key={day.date}
            type="button"
            class={count(day.date) > 0 ? "busy" : ""}
            aria-pressed={day.date === date}
            onClick={() => setQuery({ date: day.date })}
          >
            <span class="sr-only">{`${dateName(day.date)}, ${t.inDay(count(day.date))}`}</span>
            <span class="small" aria-hidden="true">
              {shortDay(day.date)}
            </span>
            <strong aria-hidden="true">{Number(day.date.slice(8))}</strong>
          </button>
        ))}
      </fieldset>
      {shown && (
        <p class="calendar-day">
          <span class="calendar-span">{dateName(date)}</span>
          <span class="muted small">{shown.hebrewDate}</span>
          {shown.rest && <Badge tone="warn">{shown.rest.name}</Badge>}
        </p>
      )}
    </>
  );
}
