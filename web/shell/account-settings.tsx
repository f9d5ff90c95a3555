import { keyboard, logOut } from "../icons.ts";
import { language, setLanguage } from "../language.ts";
import { Button } from "../parts/button.tsx";
import { leaveSession } from "../session.ts";
import { shellWords } from "../strings/shell.he.ts";
import { setTheme, theme } from "../theme.ts";
import { keyHelpOpen } from "./keyboard.ts";
import { LettersSwitch } from "./letters-switch.tsx";

/** Appearance, language and the way out, in the open: on a phone there is room for it. */
export function AccountSettings() {
  const t = shellWords();
  return (
    <section class="stack">
      <div class="line-up">
        <span class="grow">{t.theme.label}</span>
        <fieldset class="segmented" aria-label={t.theme.label}>
          {(["auto", "light", "dark"] as const).map((key) => (
            <button type="button" key={key} aria-pressed={theme.value === key} onClick={() => setTheme(key)}>
              {t.theme[key]}
            </button>
          ))}
        </fieldset>
      </div>
      <div class="line-up">
        <span class="grow">{t.language.label}</span>
        <fieldset class="segmented" aria-label={t.language.label}>
          {(["he", "en"] as const).map((key) => (
            <button
              type="button"
              key={key}
              lang={key}
              aria-pressed={language.value === key}
              onClick={() => void setLanguage(key)}
            >
              {t.language[key]}
            </button>
          ))}
        </fieldset>
      </div>
      <div class="only-wide stack">
        <LettersSwitch />
        <Button icon={keyboard} wide onClick={() => (keyHelpOpen.value = true)}>
          {t.keys}
        </Button>
      </div>
      <Button icon={logOut} wide onClick={leaveSession}>
        {t.logout}
      </Button>
    </section>
  );
}
