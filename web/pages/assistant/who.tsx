import { useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { useEffect } from "preact/hooks";
import { numberIn } from "../../form.ts";
import { assistantSettings, previewGreeting, type Settings, saveSettings } from "../../models/assistant.ts";
import { Field, Select, TextArea } from "../../parts/field.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { SettingsForm } from "../../parts/settings-form.tsx";
import { assistantWords } from "../../strings/assistant.he.ts";
import { TransferCheck } from "./transfer-check.tsx";

/** Voices of the realtime model; another one that is set already stays choosable. */
const voices = ["marin", "cedar", "alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse"];
// Long enough to finish a word.
const previewAfterMs = 350;

export const WhoTab = () => <Loaded from={assistantSettings}>{(settings) => <Who of={settings} />}</Loaded>;

function Who({ of }: { of: Settings }) {
  const t = assistantWords();
  return (
    <>
      <TransferCheck of={of} />
      <SettingsForm of={of} read={written} save={saveSettings} reload={assistantSettings.reload} saved={t.saved}>
        {(problems) => <Fields of={of} problems={problems} />}
      </SettingsForm>
    </>
  );
}

function Fields({ of, problems }: { of: Settings; problems: Readonly<Record<string, string>> }) {
  const t = assistantWords();
  const greeting = useSignal<string | null>(null);
  return (
    <>
      <Field label={t.who.name} name="assistantName" value={of.assistantName} error={problems.assistantName} />
      <TextArea
        label={t.who.callGreeting}
        name="callGreeting"
        rows={3}
        value={of.callGreeting ?? ""}
        hint={<Placeholders />}
        error={problems.callGreeting}
        onInput={(text) => {
          greeting.value = text;
        }}
      />
      <Preview text={greeting.value ?? of.callGreeting ?? ""} />
      <TextArea
        label={t.who.whatsappGreeting}
        name="whatsappGreeting"
        rows={2}
        value={of.whatsappGreeting ?? ""}
        error={problems.whatsappGreeting}
      />
      <Select
        label={t.who.voice}
        name="voice"
        value={of.voice}
        options={[...new Set([...voices, of.voice])].map((voice) => ({ value: voice, label: voice }))}
      />
      <Field
        label={t.who.keywords}
        name="keywords"
        value={of.keywords.join(", ")}
        hint={t.who.keywordsHint}
        error={problems.keywords}
      />
      <Field
        label={t.who.transferPhone}
        name="transferPhone"
        type="tel"
        value={of.transferPhone ?? ""}
        hint={of.transferVerified ? t.transfer.isVerified : t.who.transferHint}
        error={problems.transferPhone}
      />
      <Field label={t.who.transferLabel} name="transferLabel" value={of.transferLabel ?? ""} />
      <Field
        label={t.who.dailyCap}
        name="dailyCapAgorot"
        inputMode="decimal"
        ltr
        value={of.dailyCapAgorot === null ? "" : String(of.dailyCapAgorot / 100)}
        hint={t.who.dailyCapHint}
        error={problems.dailyCapAgorot}
      />
      <p class="small">
        <a href="/settings?tab=privacy">{t.who.keeping}</a>
      </p>
    </>
  );
}

const written = (values: Readonly<Record<string, string>>): Partial<Settings> => ({
  assistantName: values.assistantName ?? "",
  callGreeting: values.callGreeting || null,
  whatsappGreeting: values.whatsappGreeting || null,
  voice: values.voice ?? "",
  keywords: (values.keywords ?? "")
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== ""),
  transferPhone: (values.transferPhone || null) as Settings["transferPhone"],
  transferLabel: values.transferLabel || null,
  dailyCapAgorot: values.dailyCapAgorot ? Math.round(numberIn(values, "dailyCapAgorot") * 100) : null,
});

/** What a greeting can be filled with (src/tenants/placeholders.ts); the braces would turn around in a line of Hebrew. */
const Placeholders = () => (
  <>
    {assistantWords().who.callGreetingHint}
    {["business_name", "assistant_name", "customer_name", "city"].map((name) => (
      <Fragment key={name}>
        {" "}
        <bdi dir="ltr">{`{{${name}}}`}</bdi>
      </Fragment>
    ))}
  </>
);

/** The greeting with its placeholders filled, a moment after the last key. */
function Preview({ text }: { text: string }) {
  const t = assistantWords();
  const shown = useSignal<{ text: string; unknown: string[] } | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => {
      if (text.trim() === "") {
        shown.value = null;
        return;
      }
      previewGreeting(text).then(
        (answer) => {
          shown.value = answer;
        },
        () => {},
      );
    }, previewAfterMs);
    return () => clearTimeout(timer);
  }, [text, shown]);
  const { value } = shown;
  if (value === null) return null;
  return (
    <div class={`notice${value.unknown.length > 0 ? " warn" : " voice"}`}>
      <span class="grow">
        {value.unknown.length > 0 ? t.who.unknown(value.unknown.join(", ")) : `${t.who.preview}: `}
        {value.unknown.length === 0 && <bdi>{value.text}</bdi>}
      </span>
    </div>
  );
}
