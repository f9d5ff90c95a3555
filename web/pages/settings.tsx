import { useEffect, useRef } from "preact/hooks";
import { Page } from "../parts/page.tsx";
import { query } from "../router.ts";
import { settingsWords } from "../strings/settings.he.ts";
import { AuditTab } from "./settings/audit.tsx";
import { BusinessTab } from "./settings/business.tsx";
import { HoursTab } from "./settings/hours.tsx";
import { KeysTab } from "./settings/keys.tsx";
import { NotificationsTab } from "./settings/notifications.tsx";
import { PrivacyTab } from "./settings/privacy.tsx";
import { StatusesTab } from "./settings/statuses.tsx";
import { TeamTab } from "./settings/team.tsx";

const tabs = {
  business: BusinessTab,
  hours: HoursTab,
  statuses: StatusesTab,
  team: TeamTab,
  notifications: NotificationsTab,
  privacy: PrivacyTab,
  keys: KeysTab,
  audit: AuditTab,
};
type Tab = keyof typeof tabs;

/** The chosen tab stands in the middle of the bar. `scrollIntoView` moves the page below it sideways as well. */
function centre(bar: HTMLElement | null): void {
  const chosen = bar?.querySelector("[aria-current]")?.getBoundingClientRect();
  if (!bar || !chosen) return;
  const { left, width } = bar.getBoundingClientRect();
  bar.scrollLeft += chosen.left + chosen.width / 2 - (left + width / 2);
}

export default function SettingsPage() {
  const t = settingsWords();
  const wanted = query.value.get("tab") ?? "";
  const tab: Tab = wanted in tabs ? (wanted as Tab) : "business";
  const Shown = tabs[tab];
  const bar = useRef<HTMLElement>(null);
  useEffect(() => centre(bar.current), [tab]);
  return (
    <Page narrow title={t.title}>
      <nav class="tabs" aria-label={t.title} ref={bar}>
        {(Object.keys(tabs) as Tab[]).map((name) => (
          <a key={name} href={`/settings?tab=${name}`} aria-current={name === tab ? "page" : undefined}>
            {t.tabs[name]}
          </a>
        ))}
      </nav>
      <Shown />
    </Page>
  );
}
