import { ago } from "../format.ts";
import { bell as bellIcon, calendarCheck, calendarClock, calendarX, clock, hand, listChecks } from "../icons.ts";
import { language } from "../language.ts";
import { markRead, type Notification } from "../models/notifications.ts";
import { bodyOf, pageOf, titleOf } from "../notification-lines.ts";
import { notificationWords } from "../strings/notifications.he.ts";
import { Icon } from "./icon.tsx";

/** Icon and tone by kind; a kind that this page does not know looks like a bell. */
const looks: Readonly<Record<string, { icon: string; tone: string }>> = {
  task_created: { icon: listChecks, tone: "task" },
  task_due: { icon: clock, tone: "task" },
  meeting_booked: { icon: calendarCheck, tone: "meeting" },
  meeting_moved: { icon: calendarClock, tone: "meeting" },
  meeting_cancelled: { icon: calendarX, tone: "meeting" },
  reminder_due: { icon: clock, tone: "task" },
  hand_over: { icon: hand, tone: "call" },
};

/** A line of the bell; going where it leads marks it as read. */
export function NotificationRow({ of }: { of: Notification }) {
  const t = notificationWords();
  const look = looks[of.kind] ?? { icon: bellIcon, tone: "" };
  return (
    <a class="row" href={pageOf(of)} onClick={() => void markRead(of)}>
      <span class={`channel ${look.tone}`}>
        <Icon of={look.icon} />
      </span>
      <span class="row-main">
        <span class="row-title two-lines" dir="auto">
          {titleOf(of, language.value)}
        </span>
        {of.body !== null && (
          <span class="row-sub" dir="auto">
            {bodyOf(of.body, language.value)}
          </span>
        )}
      </span>
      <span class="row-side">
        {ago(of.createdAt)}
        {of.readAt === null && <span class="unread-dot" role="img" aria-label={t.isNew} />}
      </span>
    </a>
  );
}
