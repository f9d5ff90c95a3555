import { createForm } from "../../form.ts";
import { nearTime } from "../../format.ts";
import { assistantSettings, saveSettings } from "../../models/assistant.ts";
import { erasureList } from "../../models/settings.ts";
import { Button } from "../../parts/button.tsx";
import { Field } from "../../parts/field.tsx";
import { Form } from "../../parts/form.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { toast } from "../../parts/toasts.tsx";
import { settingsWords } from "../../strings/settings.he.ts";
import { shellWords } from "../../strings/shell.he.ts";

const form = createForm();

export const PrivacyTab = () => (
  <>
    <Loaded from={assistantSettings}>{(settings) => <Retention of={settings} />}</Loaded>
    <Erasures />
  </>
);

interface Kept {
  recordCalls: boolean;
  recordingDays: number;
  messageMonths: number | null;
  transcriptMonths: number | null;
  auditMonths: number;
}

/** An empty field = for as long as nobody deletes it. */
const months = (text = ""): number | null => (text === "" ? null : Number(text));

function Retention({ of }: { of: Kept }) {
  const t = settingsWords();
  const { problems, busy } = form;
  const save = (element: HTMLFormElement) =>
    form.submit(element, async (values) => {
      const saved = await saveSettings({
        recordCalls: values.recordCalls === "on",
        recordingDays: Number(values.recordingDays),
        messageMonths: months(values.messageMonths),
        transcriptMonths: months(values.transcriptMonths),
        auditMonths: Number(values.auditMonths),
      });
      if (saved) toast(t.saved);
    });
  const number = (
    name: "recordingDays" | "messageMonths" | "transcriptMonths" | "auditMonths",
    label: string,
    hint: string,
  ) => (
    <Field
      label={label}
      name={name}
      ltr
      inputMode="numeric"
      value={String(of[name] ?? "")}
      hint={hint}
      error={problems.value[name]}
    />
  );
  return (
    <Form onSubmit={save}>
      <label class="check switch">
        <input type="checkbox" name="recordCalls" defaultChecked={of.recordCalls} />
        {t.privacy.record}
      </label>
      {number("recordingDays", t.privacy.recordingDays, t.privacy.recordingHint)}
      {number("transcriptMonths", t.privacy.transcriptMonths, t.privacy.forEver)}
      {number("messageMonths", t.privacy.messageMonths, t.privacy.forEver)}
      {number("auditMonths", t.privacy.auditMonths, t.privacy.auditHint)}
      <div>
        <Button type="submit" look="primary" busy={busy.value}>
          {shellWords().save}
        </Button>
      </div>
    </Form>
  );
}

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
                      {t.erasedBy(requestedByName)}
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
