import { useEffect, useRef } from "preact/hooks";
import { createForm } from "../../form.ts";
import { nearTime } from "../../format.ts";
import { audioLines, hand, send as sendIcon } from "../../icons.ts";
import { attach, draft, quote, send } from "../../models/draft.ts";
import { type Chat, handBack, isSilent, silence, takeOver } from "../../models/inbox.ts";
import { Button } from "../../parts/button.tsx";
import { FieldNote } from "../../parts/field.tsx";
import { Icon } from "../../parts/icon.tsx";
import { fieldProblems } from "../../problems.ts";
import { inboxWords } from "../../strings/inbox.he.ts";
import { AttachButton, AttachedFile, QuotedMessage } from "./draft-parts.tsx";

const form = createForm();

/** Who answers here, and the place to write. Sending takes over by itself: nobody talks over a person. */
export function Composer({ chat }: { chat: Chat }) {
  const t = inboxWords();
  const element = useRef<HTMLFormElement>(null);
  const words = () => element.current!.elements.namedItem("text") as HTMLTextAreaElement;
  const mine = draft.value?.chatId === chat.id ? draft.value : null;
  const isQuoting = mine?.quoted ?? null;
  useEffect(() => {
    if (isQuoting) words().focus();
  }, [isQuoting]);
  useEffect(
    () => () => {
      form.problems.value = {};
    },
    [],
  );
  const submit = () =>
    form.submit(element.current!, async ({ text = "" }) => {
      if (text === "" && !mine?.file) return;
      words().value = "";
      try {
        if (!isSilent(chat)) await silence(chat.id);
        await send(chat.id, text);
      } catch (error) {
        words().value ||= text; // nothing written is lost
        throw error;
      }
    });
  const take = (file: File | null) => {
    try {
      attach(chat.id, file);
      form.problems.value = {};
      words().focus();
    } catch (error) {
      form.problems.value = fieldProblems(error);
    }
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape" && mine?.quoted) return quote(chat.id, null);
    // On a phone Enter is a new line: there the button sends.
    const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (!sends || matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    void submit();
  };
  const problem = form.problems.value.file;
  return (
    <footer class="thread-foot">
      <WhoAnswers chat={chat} />
      {chat.optedOut && <p class="notice warn">{t.optedOut}</p>}
      {mine?.quoted && <QuotedMessage message={mine.quoted} onDrop={() => quote(chat.id, null)} />}
      {mine?.file && <AttachedFile file={mine.file} onDrop={() => take(null)} />}
      <form
        class="composer"
        noValidate
        ref={element}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <AttachButton onFile={take} problemId={problem ? problemId : undefined} />
        <textarea
          class="input"
          name="text"
          rows={1}
          dir="auto"
          maxLength={4_000}
          aria-label={t.write}
          aria-keyshortcuts="R"
          placeholder={mine?.file ? t.caption : t.write}
          onKeyDown={keys}
          onPaste={({ clipboardData }) => {
            const [file] = clipboardData?.files ?? [];
            if (file) take(file);
          }}
        />
        <Button type="submit" look="primary" icon={sendIcon} label={t.send} busy={form.busy.value} flip />
      </form>
      <p role="alert" class={problem ? "field" : "sr-only"}>
        {problem && <FieldNote id={problemId} error={problem} hint="" />}
      </p>
    </footer>
  );
}

const problemId = "composer-file-problem";

function WhoAnswers({ chat }: { chat: Chat }) {
  const t = inboxWords();
  if (!isSilent(chat))
    return (
      <div class="notice voice who-answers">
        <Icon of={audioLines} />
        <span class="grow">{t.answering}</span>
        <Button letter="A" onClick={() => takeOver(chat.id)}>
          {t.takeOver}
        </Button>
      </div>
    );
  const until = nearTime(chat.silentUntil ?? "");
  return (
    <div class="notice warn who-answers">
      <Icon of={hand} />
      <span class="grow">{chat.silentBy === "handset" ? t.silentHandset(until) : t.silent(until)}</span>
      <Button letter="E" onClick={() => handBack(chat.id)}>
        {t.handBack}
      </Button>
    </div>
  );
}
