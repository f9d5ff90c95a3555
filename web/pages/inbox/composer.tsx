import { useRef } from "preact/hooks";
import { createForm } from "../../form.ts";
import { nearTime } from "../../format.ts";
import { audioLines, hand, send } from "../../icons.ts";
import { type Chat, handBack, isSilent, sendText, takeOver } from "../../models/inbox.ts";
import { Button } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { inboxWords } from "../../strings/inbox.he.ts";

const form = createForm();

/** Who answers here, and the place to write. Sending takes over by itself: nobody talks over a person. */
export function Composer({ chat }: { chat: Chat }) {
  const t = inboxWords();
  const element = useRef<HTMLFormElement>(null);
  const submit = () =>
    form.submit(element.current!, async ({ text = "" }) => {
      if (text === "") return;
      element.current!.reset();
      await sendText(chat.id, text).catch((error) => {
        (element.current!.elements.namedItem("text") as HTMLTextAreaElement).value = text; // nothing written is lost
        throw error;
      });
    });
  return (
    <footer class="thread-foot">
      <WhoAnswers chat={chat} />
      {chat.optedOut && <p class="notice warn">{t.optedOut}</p>}
      <form
        class="composer"
        noValidate
        ref={element}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <textarea
          class="input"
          name="text"
          rows={1}
          dir="auto"
          maxLength={4_000}
          aria-label={t.write}
          aria-keyshortcuts="R"
          placeholder={t.write}
          onKeyDown={(event) => {
            // On a phone Enter is a new line: there the button sends.
            const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing;
            if (!sends || matchMedia("(pointer: coarse)").matches) return;
            event.preventDefault();
            void submit();
          }}
        />
        <Button type="submit" look="primary" icon={send} label={t.send} flip />
      </form>
    </footer>
  );
}

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
