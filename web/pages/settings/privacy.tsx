import { authorText } from "../../author.ts";
import { numberIn } from "../../form.ts";
import { nearTime } from "../../format.ts";
import { assistantSettings, type Settings, saveSettings } from "../../models/assistant.ts";
import { erasureList } from "../../models/settings.ts";
import { NumberField } from "../../parts/field.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { SettingsForm } from "../../parts/settings-form.tsx";
import { settingsWords } from "../../strings/settings.he.ts";

export const PrivacyTab = () => (
  <>
    <Loaded from={assistantSettings}>{(settings) => <Retention of={settings} />}</Loaded>
    <Erasures />
  </>
);

function Retention({ of }: { of: Settings }) {
  const t = settingsWords().privacy;
  return (
    <SettingsForm of={of} read={written} save={saveSettings} reload={assistantSettings.reload}>
      {(problems) => (
        <>
          <label class="check switch">
            <input type="checkbox" name="recordCalls" defaultChecked={of.recordCalls} />
            {t.record}
          </label>
          {periods.map(([name, hint]) => (
            <NumberField
              key={name}
              label={t[name]}
              name={name}
              value={of[name]}
              hint={t[hint]}
              error={problems[name]}
            />
          ))}
        </>
      )}
    </SettingsForm>
  );
}

const periods = [
  ["recordingDays", "recordingHint"],
  ["transcriptMonths", "forEver"],
  ["messageMonths", "forEver"],
  ["auditMonths", "auditHint"],
] as const;

/** An empty field of months = for as long as nobody deletes it. */
const written = (values: Readonly<Record<string, string>>): Partial<Settings> => ({
  recordCalls: values.recordCalls === "on",
  recordingDays: numberIn(values, "recordingDays"),
  messageMonths: values.messageMonths ? numberIn(values, "messageMonths") : null,
  transcriptMonths: values.transcriptMonths ? numberIn(values, "transcriptMonths") : null,
  auditMonths: numberIn(values, "auditMonths"),
});

/** The proof of each erasure, without a word of what was erased. */
function Erasures() {
  const t = settingsWords().privacy;
  return (
    <section class="stack">
      <h2>{t.erased}</h2>
      <Loaded from={erasureList}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="muted">{t.none}</p>
          ) : (
            <ul class="rows">
              {items.map(({ id, requestedByName, createdAt, finishedAt }) => (
                <li key={id} class="row">
                  <span class="row-main">
                    <span class="row-title" dir="auto">
                      {t.erasedBy(authorText(requestedByName))}
                    </span>
                    <span class="row-sub">{finishedAt === null ? t.running : t.finished}</span>
                  </span>
                  <span class="row-side">{nearTime(createdAt)}</span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}
