import { ellipsis } from "../icons.ts";
import { navCounts } from "../models/counts.ts";
import { Icon } from "../parts/icon.tsx";
import { me } from "../session.ts";
import { shellWords } from "../strings/shell.he.ts";
import { currentNav } from "./current-page.ts";
import { bottomPlaces, type NavItem, navigation } from "./navigation.ts";
import { Count } from "./side.tsx";

/** The phone's navigation: four places, and all the rest under "more". */
export function BottomBar() {
  const who = me.value;
  const t = shellWords();
  if (who === null) return null;
  const items = navigation(who).flatMap((group) => group.items);
  const shown = bottomPlaces(who).flatMap((to) => items.find((item) => item.to === to) ?? []);
  const more: NavItem = { to: "/more", icon: ellipsis, name: t.nav.more };
  const lit = shown.some(({ to }) => to === currentNav.value) ? currentNav.value : more.to;
  return (
    <nav class="bottom-bar" aria-label={t.nav.label}>
      {[...shown, more].map(({ to, icon, name }) => (
        <a class="bottom-item" key={to} href={to} aria-current={lit === to ? "page" : undefined}>
          <span class="bottom-icon">
            <Icon of={icon} />
          </span>
          {name}
          <Count of={navCounts.value[to] ?? 0} />
        </a>
      ))}
    </nav>
  );
}
