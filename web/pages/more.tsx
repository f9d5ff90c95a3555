import { Avatar } from "../parts/avatar.tsx";
import { Icon } from "../parts/icon.tsx";
import { Page } from "../parts/page.tsx";
import { me } from "../session.ts";
import { AccountSettings } from "../shell/account-settings.tsx";
import { bottomPlaces, type NavGroup, navigation } from "../shell/navigation.ts";
import { shellWords } from "../strings/shell.he.ts";

/** The phone's page for all that the bottom bar has no room for. */
export default function MorePage() {
  const t = shellWords();
  const who = me.value;
  if (!who?.user) return null;
  const inBar = bottomPlaces(who);
  const groups = navigation(who).map(({ label, items }) => ({
    label,
    items: items.filter(({ to }) => !inBar.includes(to)),
  }));
  return (
    <Page title={t.nav.more} narrow>
      <div class="line-up">
        <Avatar name={who.user.name} size="large" />
        <div class="grow">
          <strong class="row-title" dir="auto">
            {who.user.name}
          </strong>
          <span class="row-sub">
            <bdi dir="ltr">{who.user.email}</bdi>
          </span>
        </div>
      </div>
      {groups.map((group) => (
        <Group key={group.label} {...group} />
      ))}
      <AccountSettings />
    </Page>
  );
}

function Group({ label, items }: NavGroup) {
  const t = shellWords();
  if (items.length === 0) return null;
  return (
    <nav aria-label={label ?? t.nav.more}>
      {label !== null && <h2 class="group-name">{label}</h2>}
      <ul class="rows">
        {items.map(({ to, icon, name }) => (
          <li key={to}>
            <a class="row" href={to}>
              <span class="channel">
                <Icon of={icon} />
              </span>
              <span class="row-main">{name}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
