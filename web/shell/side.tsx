import { search } from "../icons.ts";
import { navCounts } from "../models/counts.ts";
import { Icon } from "../parts/icon.tsx";
import { me } from "../session.ts";
import { shellWords } from "../strings/shell.he.ts";
import { AccountMenu } from "./account-menu.tsx";
import { BellButton } from "./bell.tsx";
import { currentNav } from "./current-page.ts";
import { navigation } from "./navigation.ts";
import { openPalette } from "./palette-state.ts";

/** The navigation beside the content; a rail of icons between 768 and 1079 px (CSS). */
export function Side() {
  const who = me.value;
  const t = shellWords();
  if (who === null) return null;
  return (
    <header class="side">
      <div class="brand">
        <img class="brand-mark" src="/icon.svg" alt="" width="32" height="32" />
        <span class="brand-name grow ellipsis" dir="auto">
          {who.business?.name ?? "AgentLocator"}
        </span>
        <span class="only-full">
          <BellButton />
        </span>
      </div>
      <button type="button" class="side-search" onClick={openPalette} aria-keyshortcuts="Control+K Meta+K">
        <Icon of={search} />
        <span class="nav-text">{t.search}</span>
        <kbd class="kbd">Ctrl K</kbd>
      </button>
      <nav aria-label={t.nav.label} class="nav">
        {navigation(who).map(({ label, items }) => (
          <div key={label} class="nav-group">
            {label !== null && <div class="nav-label">{label}</div>}
            {items.map(({ to, icon, name }) => (
              <a
                class="nav-item"
                key={to}
                href={to}
                title={name}
                aria-current={currentNav.value === to ? "page" : undefined}
              >
                <Icon of={icon} />
                <span class="nav-text">{name}</span>
                <Count of={navCounts.value[to] ?? 0} live={to === "/calls"} />
              </a>
            ))}
          </div>
        ))}
      </nav>
      <div class="side-foot">
        <AccountMenu wide />
      </div>
    </header>
  );
}

/** A number beside a name; none is nothing. */
export function Count({ of, live = false }: { of: number; live?: boolean }) {
  if (of === 0) return null;
  const shown = of > 99 ? "99+" : of;
  if (!live) return <span class="count">{shown}</span>;
  return (
    <span class="count live" title={shellWords().live(of)}>
      <span class="live-dot" />
      {shown}
    </span>
  );
}
