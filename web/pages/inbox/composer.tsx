import { useEffect, useRef } from "preact/hooks";
import { createForm, type Form } from "../../form.ts";
import { clockTime, daysAway, nearTime } from "../../format.ts";
import { audioLines, hand, send as sendIcon } from "../../icons.ts";
import { attach, draftOf, quote, send, write } from "../../models/draft.ts";
import { type Chat, handBack, isSilent, takeOver } from "../../models/inbox.ts";
import { Button } from "../../parts/button.tsx";
import { FieldNote } from "../../parts/field.tsx";
import { Icon } from "../../parts/icon.tsx";
import { fieldProblems } from "../../problems.ts";
import { inboxWords } from "../../strings/inbox.he.ts";
import { AttachButton, AttachedFile, QuotedMessage } from "./draft-parts.tsx";

const forms = new Map<string, Form>();

/** One per chat: a file that takes its time in one holds up no other, and its refusal waits where it belongs. */
function formOf(chatId: string): Form {
  const form = forms.get(chatId) ?? createForm();
  forms.set(chatId, form);
  return form;
}

/** Who answers here, and the place to write. Sending takes over by itself: nobody talks over a person. */
export function Composer({ chat }: { chat: Chat }) {
  const t = inboxWords();
  const { id } = chat;
  const form = formOf(id);
  const { quoted, file } = draftOf(id);
  const problem = form.problems.value.file ?? form.problems.value.text;
  return (
    <footer class="thread-foot">
      <WhoAnswers chat={chat} />
      {chat.optedOut && <p class="notice warn">{t.optedOut}</p>}
      {quoted && <QuotedMessage message={quoted} onDrop={() => quote(id, null)} />}
      {file && <AttachedFile file={file} onDrop={() => take(id, null)} />}
      <WriteForm chat={chat} problemId={problem ? problemId : undefined} />
      <p role="alert" class={problem ? "field" : "sr-only"}>
        {problem && <FieldNote id={problemId} error={problem} hint="" />}
      </p>
    </footer>
  );
}

function WriteForm({ chat, problemId }: { chat: Chat; problemId: string | undefined }) {
  const { id } = chat;
  const element = useRef<HTMLFormElement>(null);
  const form = formOf(id);
  const { quoted } = draftOf(id);
  useEffect(() => {
    if (quoted) focusWords(element.current);
  }, [quoted]);
  const submit = () => form.submit(element.current!, () => send(chat));
  const takeHere = (chosen: File) => {
    if (take(id, chosen)) focusWords(element.current);
  };
  return (
    <form
      class="composer"
      noValidate
      ref={element}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <AttachButton onFile={takeHere} problemId={problemId} />
      <Words chatId={id} onSend={submit} onFile={takeHere} />
      <Button type="submit" look="primary" icon={sendIcon} label={inboxWords().send} busy={form.busy.value} flip />
    </form>
  );
}

interface WordsProps {
  chatId: string;
  onSend: () => void;
  onFile: (file: File) => void;
}

function Words({ chatId, onSend, onFile }: WordsProps) {
  const t = inboxWords();
  const { text, file } = draftOf(chatId);
  return (
    <textarea
      class="input"
      name="text"
      rows={1}
      dir="auto"
      maxLength={4_000}
      aria-label={t.write}
      aria-keyshortcuts="R"
      placeholder={file ? t.caption : t.write}
      value={text}
      onInput={({ currentTarget }) => write(chatId, currentTarget.value)}
      onKeyDown={(event) => keys(event, chatId, onSend)}
      onPaste={({ clipboardData }) => {
        const [pasted] = clipboardData?.files ?? [];
        if (pasted) onFile(pasted);
      }}
    />
  );
}

const focusWords = (form: HTMLFormElement | null): void =>
  (form?.elements.namedItem("text") as HTMLTextAreaElement | null)?.focus();

/** False for a file that cannot be sent: the reason stands below. */
function take(chatId: string, file: File | null): boolean {
  const { problems } = formOf(chatId);
  try {
    attach(chatId, file);
    problems.value = {};
    return true;
  } catch (error) {
    problems.value = fieldProblems(error);
    return false;
  }
}

function keys(event: KeyboardEvent, chatId: string, submit: () => void): void {
  if (event.key === "Escape" && draftOf(chatId).quoted) return quote(chatId, null);
  // On a phone Enter is a new line: there the button sends.
  const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing;
  if (!sends || matchMedia("(pointer: coarse)").matches) return;
  event.preventDefault();
  submit();
}

const problemId = "composer-file-problem";

/** Of today the hour alone: "until today" reads as "until now" in Hebrew. */
const untilTime = (instant: string): string => (daysAway(instant) === 0 ? clockTime : nearTime)(instant);

function WhoAnswers({ chat }: { chat: Chat }) {
  const t = inboxWords();
  const until = isSilent(chat) && chat.silentUntil !== null ? untilTime(chat.silentUntil) : null;
  const silent = until !== null;
  const said = !silent ? t.answering : chat.silentBy === "handset" ? t.silentHandset(until) : t.silent(until);
  return (
    <div class={`notice who-answers ${silent ? "warn" : "voice"}`}>
      <Icon of={silent ? hand : audioLines} />
      <span class="grow" role="status">
        {said}
      </span>
      <Button letter={silent ? "E" : "A"} onClick={() => (silent ? handBack : takeOver)(chat.id)}>
        {silent ? t.handBack : t.takeOver}
      </Button>
    </div>
  );
}
