import { bell } from "../icons.ts";
import { unreadCount } from "../models/notifications.ts";
import { Icon } from "../parts/icon.tsx";
import { shellWords } from "../strings/shell.he.ts";

export function BellButton() {
  const t = shellWords();
  const unread = unreadCount.value;
  const shown = unread > 99 ? "99+" : String(unread);
  const name = t.bell(shown);
  return (
    <a class="btn ghost icon-only" href="/notifications" aria-label={name} title={name}>
      <Icon of={bell} />
      {/* Drawn, not written: one is said as a word, and a name has to hold what is written in it. */}
      {unread > 0 && <span class="count strong" data-count={shown} />}
    </a>
  );
}
