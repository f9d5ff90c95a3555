import { link } from "../address.ts";
import { ago } from "../format.ts";
import { bell as bellIcon, calendarCheck, calendarClock, calendarX, clock, hand, listChecks } from "../icons.ts";
import { markRead, type Notification } from "../models/notifications.ts";
import { notificationWords } from "../strings/notifications.he.ts";
import { Icon } from "./icon.tsx";

/** Icon, tone and where it leads, by kind; a kind that this page does not know looks like a bell. */
const looks: Readonly<Record<string, { icon: string; tone: string; to: string }>> = {
  task_created: { icon: listChecks, tone: "task", to: "/tasks" },
  task_due: { icon: clock, tone: "task", to: "/tasks" },
  meeting_booked: { icon: calendarCheck, tone: "meeting", to: "/calendar" },
  meeting_moved: { icon: calendarClock, tone: "meeting", to: "/calendar" },
  meeting_cancelled: { icon: calendarX, tone: "meeting", to: "/calendar" },
  reminder_due: { icon: clock, tone: "task", to: "/tasks" },
  hand_over: { icon: hand, tone: "call", to: "/inbox" },
};

/** A line of the bell; going where it leads marks it as read. */
export function NotificationRow({ of }: { of: Notification }) {
  const t = notificationWords();
  const look = looks[of.kind] ?? { icon: bellIcon, tone: "", to: "/notifications" };
  return (
    <a class="row" href={target(of) ?? look.to} onClick={() => void markRead(of)}>
      <span class={`channel ${look.tone}`}>
        <Icon of={look.icon} />
      </span>
      <span class="row-main">
        <span class="row-title" dir="auto">
          {of.title}
        </span>
        {of.body !== null && (
          <span class="row-sub" dir="auto">
            {of.body}
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

/** What the line is about, where it has a page of its own. */
function target({ subject }: Notification): string | null {
  const [kind, id = ""] = subject.split(":");
  if (id === "") return null;
  if (kind === "customer") return `/inbox?with=${encodeURIComponent(id)}`;
  return kind === "call" ? link("/calls/:id", { id }) : null;
}
