import { bell } from "../icons.ts";
import { unreadCount } from "../models/notifications.ts";
import { Icon } from "../parts/icon.tsx";
import { shellWords } from "../strings/shell.he.ts";

export function BellButton() {
  const t = shellWords();
  const unread = unreadCount.value;
  return (
    <a class="btn ghost icon-only" href="/notifications" aria-label={t.bell(unread)} title={t.bell(unread)}>
      <Icon of={bell} />
      {unread > 0 && (
        <span class="count strong" aria-hidden="true">
          {unread > 99 ? "99+" : unread}
        </span>
      )}
    </a>
  );
}
