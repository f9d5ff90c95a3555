import { useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { useEffect } from "preact/hooks";
import { createForm } from "../../form.ts";
import {
  assistantSettings,
  previewGreeting,
  type Settings,
  type SettingsChange,
  saveSettings,
} from "../../models/assistant.ts";
import { Button } from "../../parts/button.tsx";
import { Field, Select, TextArea } from "../../parts/field.tsx";
import { Form } from "../../parts/form.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { toast } from "../../parts/toasts.tsx";
import { assistantWords } from "../../strings/assistant.he.ts";
import { shellWords } from "../../strings/shell.he.ts";
import { Overtaken } from "./overtaken.tsx";
import { TransferCheck } from "./transfer-check.tsx";

const form = createForm();
/** Voices of the realtime model; another one that is set already stays choosable. */
const voices = ["marin", "cedar", "alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse"];
// Long enough to finish a word.
const previewAfterMs = 350;

export const WhoTab = () => <Loaded from={assistantSettings}>{(settings) => <Who of={settings} />}</Loaded>;

function Who({ of }: { of: Settings }) {
  const t = assistantWords();
  const { problems, busy } = form;
  const { save, overtakenBy, choose } = useSaving(of);
  const drawn = useSignal(0); // the form is drawn anew with other values
  const greeting = useSignal<string | null>(null);
  return (
    <>
      <TransferCheck of={of} />
      <Form onSubmit={save} key={drawn.value}>
        <Field label={t.who.name} name="assistantName" value={of.assistantName} error={problems.value.assistantName} />
        <TextArea
          label={t.who.callGreeting}
          name="callGreeting"
          rows={3}
          value={of.callGreeting ?? ""}
          hint={<Placeholders />}
          error={problems.value.callGreeting}
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
          error={problems.value.whatsappGreeting}
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
          error={problems.value.keywords}
        />
        <Field
          label={t.who.transferPhone}
          name="transferPhone"
          type="tel"
          value={of.transferPhone ?? ""}
          hint={of.transferVerified ? t.transfer.isVerified : t.who.transferHint}
          error={problems.value.transferPhone}
        />
        <Field label={t.who.transferLabel} name="transferLabel" value={of.transferLabel ?? ""} />
        <Limits of={of} />
        <div role="status">
          {overtakenBy.value && (
            <Overtaken
              theirs={overtakenBy.value.join("\n")}
              onTake={() => {
                choose();
                greeting.value = null;
                drawn.value += 1;
              }}
              onKeep={choose}
            />
          )}
        </div>
        <div>
          <Button type="submit" look="primary" busy={busy.value}>
            {shellWords().save}
          </Button>
        </div>
      </Form>
    </>
  );
}

/**
 * Saves what was written in the form, and nothing else: a field in which nobody wrote follows the server by itself. What a
 * colleague saved in one of the same fields meanwhile is shown first.
 */
function useSaving(of: Settings) {
  const t = assistantWords();
  const began = useSignal(of);
  const overtakenBy = useSignal<readonly string[] | null>(null);
  return {
    overtakenBy,
    choose(): void {
      began.value = of;
      overtakenBy.value = null;
    },
    save: (element: HTMLFormElement) =>
      form.submit(element, async (values) => {
        const change = differing(changesOf(values), of);
        const theirs = Object.keys(change).filter((key) => !same(key, of, began.value));
        overtakenBy.value = theirs.length === 0 ? null : theirs.map((key) => valueText(of, key));
        if (theirs.length > 0 || !(await saveSettings(change))) return;
        began.value = assistantSettings.data.value ?? of;
        toast(t.saved);
      }),
  };
}

const same = (key: string, one: object, other: object): boolean => valueText(one, key) === valueText(other, key);

const valueText = (of: object, key: string): string => {
  const value: unknown = (of as Record<string, unknown>)[key] ?? "";
  return typeof value === "string" ? value : JSON.stringify(value);
};

/** The part of a change that says something else than what is in force. */
const differing = (change: SettingsChange, inForce: Settings): SettingsChange =>
  Object.fromEntries(Object.entries(change).filter(([key]) => !same(key, change, inForce)));

/** What is kept, and what it may cost. */
function Limits({ of }: { of: Settings }) {
  const t = assistantWords();
  const { problems } = form;
  return (
    <>
      <label class="check switch">
        <input type="checkbox" name="recordCalls" defaultChecked={of.recordCalls} />
        {t.who.record}
      </label>
      <Field
        label={t.who.recordingDays}
        name="recordingDays"
        inputMode="numeric"
        ltr
        value={String(of.recordingDays)}
        error={problems.value.recordingDays}
      />
      <Field
        label={t.who.dailyCap}
        name="dailyCap"
        inputMode="decimal"
        ltr
        value={of.dailyCapAgorot === null ? "" : String(of.dailyCapAgorot / 100)}
        hint={t.who.dailyCapHint}
        error={problems.value.dailyCapAgorot}
      />
    </>
  );
}

const changesOf = (values: Record<string, string>): SettingsChange => ({
  assistantName: values.assistantName ?? "",
  callGreeting: values.callGreeting || null,
  whatsappGreeting: values.whatsappGreeting || null,
  voice: values.voice ?? "",
  keywords: (values.keywords ?? "")
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== ""),
  transferPhone: values.transferPhone || null,
  transferLabel: values.transferLabel || null,
  recordCalls: values.recordCalls === "on",
  recordingDays: Number(values.recordingDays),
  dailyCapAgorot: values.dailyCap ? Math.round(Number(values.dailyCap) * 100) : null,
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
