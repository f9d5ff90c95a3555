import { check, globe, keyboard, logOut, monitor, moon, slidersHorizontal, sun } from "../icons.ts";
import { language, setLanguage } from "../language.ts";
import { Avatar } from "../parts/avatar.tsx";
import { Icon } from "../parts/icon.tsx";
import { Menu, MenuItem } from "../parts/menu.tsx";
import { failed } from "../parts/toasts.tsx";
import { leaveSession, me } from "../session.ts";
import { shellWords } from "../strings/shell.he.ts";
import { setTheme, theme } from "../theme.ts";
import { keyHelpOpen } from "./keyboard.ts";

const themes = [
  ["auto", monitor],
  ["light", sun],
  ["dark", moon],
] as const;

/** The person: appearance, language, the way out. */
export function AccountMenu({ wide = false }: { wide?: boolean }) {
  const t = shellWords();
  const name = me.value?.user?.name ?? "";
  const trigger = (
    <>
      <Avatar name={name} size="small" />
      {wide && (
        <span class="nav-text ellipsis" dir="auto">
          {name}
        </span>
      )}
    </>
  );
  return (
    <Menu
      trigger={trigger}
      look={wide ? "nav-item grow" : "btn ghost icon-only"}
      label={`${t.account}: ${name}`}
      items={() => <AccountItems />}
    />
  );
}

/** The same items on the phone's page "more". */
export function AccountItems() {
  const t = shellWords();
  return (
    <>
      <div class="menu-label">{t.theme.label}</div>
      {themes.map(([key, icon]) => (
        <MenuItem key={key} checked={theme.value === key} onClick={() => setTheme(key)}>
          <Icon of={icon} />
          <span class="grow">{t.theme[key]}</span>
          {theme.value === key && <Icon of={check} />}
        </MenuItem>
      ))}
      <hr />
      <div class="menu-label">{t.language.label}</div>
      {(["he", "en"] as const).map((key) => (
        <MenuItem key={key} checked={language.value === key} onClick={() => void setLanguage(key).catch(failed)}>
          <Icon of={globe} />
          <span class="grow" lang={key}>
            {t.language[key]}
          </span>
          {language.value === key && <Icon of={check} />}
        </MenuItem>
      ))}
      <hr />
      <MenuItem onClick={() => (keyHelpOpen.value = true)}>
        <Icon of={keyboard} />
        <span class="grow">{t.keys}</span>
        <kbd class="kbd">?</kbd>
      </MenuItem>
      <MenuItem to="/more">
        <Icon of={slidersHorizontal} />
        {t.nav.more}
      </MenuItem>
      <MenuItem onClick={() => void leaveSession().catch(failed)}>
        <Icon of={logOut} />
        {t.logout}
      </MenuItem>
    </>
  );
}
