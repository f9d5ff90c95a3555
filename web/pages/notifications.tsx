import { nearDay } from "../format.ts";
import { bell as bellIcon, checkCheck } from "../icons.ts";
import { bell, markAllRead, moreNotifications, type Notification, unreadCount } from "../models/notifications.ts";
import { Button } from "../parts/button.tsx";
import { Empty } from "../parts/empty.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { NotificationRow } from "../parts/notification-row.tsx";
import { Page } from "../parts/page.tsx";
import { PushSwitch } from "../parts/push-switch.tsx";
import { notificationWords } from "../strings/notifications.he.ts";
import { shellWords } from "../strings/shell.he.ts";

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
      <PushSwitch />
      <Loaded from={bell}>
        {({ items, next }) => (
          <>
            {items.length === 0 && <Empty icon={bellIcon} title={t.empty.title} text={t.empty.text} />}
            {byDay(items).map(([day, ofDay]) => (
              <Day key={day} name={day} items={ofDay} />
            ))}
            {next !== null && <Button onClick={moreNotifications}>{shellWords().loadMore}</Button>}
          </>
        )}
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
            <NotificationRow of={notification} />
          </li>
        ))}
      </ul>
    </section>
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
