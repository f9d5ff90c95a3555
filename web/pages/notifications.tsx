import { ago, nearDay } from "../format.ts";
import {
  bell as bellIcon,
  calendarCheck,
  calendarClock,
  calendarX,
  checkCheck,
  clock,
  hand,
  listChecks,
} from "../icons.ts";
import { bell, markAllRead, markRead, type Notification, unreadCount } from "../models/notifications.ts";
import { Button } from "../parts/button.tsx";
import { Empty } from "../parts/empty.tsx";
import { Icon } from "../parts/icon.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Page } from "../parts/page.tsx";
import { notificationWords } from "../strings/notifications.he.ts";

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

export default function NotificationsPage() {
  const t = notificationWords();
  const unread = unreadCount.value;
  const markAll = (
    <Button look="ghost" icon={checkCheck} shrinks onClick={markAllRead}>
      {t.markAll}
    </Button>
  );
  return (
    <Page narrow title={t.title} note={unread > 0 ? t.unread(unread) : undefined} actions={unread > 0 && markAll}>
      <Loaded from={bell}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon={bellIcon} title={t.empty.title} text={t.empty.text} />
          ) : (
            byDay(items).map(([day, ofDay]) => <Day key={day} name={day} items={ofDay} />)
          )
        }
      </Loaded>
    </Page>
  );
}

function Day({ name, items }: { name: string; items: readonly Notification[] }) {
  return (
    <section>
      <h2 class="group-name">{name}</h2>
      <ul class="rows">
        {items.map((notification) => (
          <li key={notification.id}>
            <Row of={notification} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Row({ of }: { of: Notification }) {
  const t = notificationWords();
  const look = looks[of.kind] ?? { icon: bellIcon, tone: "", to: "/notifications" };
  return (
    <a class="row" href={look.to} onClick={() => void markRead(of)}>
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

/** In the order given, under the day they came on. */
function byDay(items: readonly Notification[]): [string, Notification[]][] {
  const days = new Map<string, Notification[]>();
  for (const item of items) {
    const day = nearDay(item.createdAt);
    days.set(day, [...(days.get(day) ?? []), item]);
  }
  return [...days];
}
