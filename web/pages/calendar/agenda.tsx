import { minuteOf } from "../../dates.ts";
import { dateName } from "../../format.ts";
import type { Day, Meeting } from "../../models/calendar.ts";
import { Badge } from "../../parts/badge.tsx";
import { calendarWords } from "../../strings/calendar.he.ts";

interface AgendaProps {
  days: readonly Day[];
  meetings: readonly Meeting[];
  onOpen: (meeting: Meeting) => void;
}

/** Day after day, what is in each. */
export function Agenda({ days, meetings, onOpen }: AgendaProps) {
  return (
    <div class="stack">
      {days.map((day) => {
        const own = meetings.filter(({ startsLocal }) => startsLocal.startsWith(day.date));
        return own.length > 0 || day.rest ? <DayList key={day.date} of={day} meetings={own} onOpen={onOpen} /> : null;
      })}
    </div>
  );
}

function DayList({ of, meetings, onOpen }: { of: Day; meetings: readonly Meeting[]; onOpen: AgendaProps["onOpen"] }) {
  const t = calendarWords();
  return (
    <section>
      <h2 class="group-name line-up">
        <span>{dateName(of.date)}</span>
        <span>{of.hebrewDate}</span>
        {of.rest && <Badge tone="warn">{of.rest.name}</Badge>}
      </h2>
      <ul class="rows">
        {meetings.map((meeting) => (
          <li key={meeting.id}>
            <button type="button" class="row hover agenda-row" onClick={() => onOpen(meeting)}>
              <bdi dir="ltr" class="agenda-time">
                {meeting.startsLocal.slice(11)}
              </bdi>
              <span class="row-main">
                <span class="row-title" dir="auto">
                  {meeting.customerId === null ? t.blocked : (meeting.customerName ?? t.nobody)}
                </span>
                <span class="row-sub" dir="auto">
                  {meeting.topic ?? meeting.resourceName}
                </span>
              </span>
              <span class="row-side">
                {t.minutes(minuteOf(meeting.endsLocal) - minuteOf(meeting.startsLocal))}
                {meeting.status !== "booked" && <Badge tone="plain">{t.meeting.statuses[meeting.status]}</Badge>}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
