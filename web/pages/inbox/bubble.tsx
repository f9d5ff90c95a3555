import { link } from "../../address.ts";
import { authorText } from "../../author.ts";
import { clockTime } from "../../format.ts";
import { check, checkCheck, circleAlert, clock, paperclip, reply } from "../../icons.ts";
import type { Outgoing } from "../../models/draft.ts";
import type { Message } from "../../models/inbox.ts";
import { Button } from "../../parts/button.tsx";
import { Channel } from "../../parts/channel.tsx";
import { Icon } from "../../parts/icon.tsx";
import { customerWords } from "../../strings/customer.he.ts";
import { inboxWords } from "../../strings/inbox.he.ts";
import { reasonText } from "./reason.ts";

interface BubbleProps {
  message: Message;
  /** Absent where an answer cannot say what it answers. */
  onReply?: ((message: Message) => void) | undefined;
}

/** One message: the customer's at the start side, ours at the end, the assistant's in her colour. */
export function Bubble({ message, onReply }: BubbleProps) {
  const t = inboxWords();
  const { author, media, deletedAt, editedAt } = message;
  const text = wordsOf(message);
  const who = author === "customer" ? null : writerOf(message);
  return (
    <div class={`bubble ${author}${isAlarming(message.state) ? " failed" : ""}`}>
      {who !== null && (
        <span class="bubble-who" dir="auto">
          {who}
        </span>
      )}
      {message.quoted !== null && message.quoted.text !== "" && (
        <blockquote class="bubble-quote ellipsis" dir="auto">
          {message.quoted.text}
        </blockquote>
      )}
      {media !== null && deletedAt === null && <Media of={media} />}
      {deletedAt === null ? (
        text !== "" && (
          <p class="bubble-text" dir="auto">
            {text}
          </p>
        )
      ) : (
        <p class="muted">{t.deleted}</p>
      )}
      <span class="bubble-foot">
        {editedAt !== null && `${t.edited} `}
        <bdi dir="ltr">{clockTime(message.createdAt)}</bdi>
        {author !== "customer" && message.state !== null && <SendState state={message.state} reason={message.reason} />}
      </span>
      {onReply && message.providerId !== null && deletedAt === null && (
        <span class="bubble-reply">
          <Button look="ghost" icon={reply} label={t.reply} onClick={() => onReply(message)} flip />
        </span>
      )}
    </div>
  );
}

/** Who wrote it: on the business's phone nobody knows who it was. */
export const writerOf = ({ author, authorName }: Message): string =>
  authorName === null ? customerWords().authors[author] : authorText(authorName);

/** Beside a file that is shown, its caption; the text says in words what it is, for where it cannot be shown. */
function wordsOf({ text, media, detail }: Message): string {
  return media?.state === "stored" && typeof detail.caption === "string" ? detail.caption : text;
}

const stateIcons: Readonly<Record<string, string>> = {
  queued: clock,
  sending: clock,
  sent: check,
  delivered: checkCheck,
  read: checkCheck,
  failed: circleAlert,
  cancelled: circleAlert,
  unknown: circleAlert,
};

/** Of what is not, or may not be, with the customer, the reason stands in words. */
const isAlarming = (state: string | null): boolean => state !== null && stateIcons[state] === circleAlert;

function SendState({ state, reason = null }: { state: string; reason?: string | null }) {
  const { states } = inboxWords();
  const label = state in states ? states[state as keyof typeof states] : state;
  const why = reason === null ? null : reasonText(reason);
  return (
    <span class={`send-state ${isAlarming(state) ? "failed" : state}`} role="img" aria-label={label} title={label}>
      <Icon of={stateIcons[state] ?? clock} />
      {isAlarming(state) && [label, why].filter(Boolean).join(": ")}
    </span>
  );
}

function Media({ of }: { of: NonNullable<Message["media"]> }) {
  const t = inboxWords();
  if (of.state !== "stored") return null;
  const address = `/api/whatsapp/media/${of.id}`;
  const type = of.mimeType ?? "";
  if (type.startsWith("image/"))
    return <img class="bubble-image" src={address} alt={of.fileName ?? t.image} loading="lazy" />;
  if (type.startsWith("audio/"))
    // biome-ignore lint/a11y/useMediaCaption: the words of a voice message stand below it as text
    return <audio class="bubble-audio" src={address} controls preload="none" aria-label={t.voice} />;
  return (
    <a class="btn outline" href={address} target="_blank" rel="noreferrer">
      <Icon of={paperclip} />
      <span class="ellipsis" dir="auto">
        {of.fileName ?? t.file}
      </span>
    </a>
  );
}

/** What was just written, before the server has it. */
export function PendingBubble({ message }: { message: Outgoing }) {
  const { text, quoted, file } = message;
  return (
    <div class="bubble staff pending">
      {quoted !== null && (
        <blockquote class="bubble-quote ellipsis" dir="auto">
          {quoted.text}
        </blockquote>
      )}
      {file && <Sending of={file} />}
      {text !== "" && (
        <p class="bubble-text" dir="auto">
          {text}
        </p>
      )}
      <span class="bubble-foot">
        <SendState state="queued" />
      </span>
    </div>
  );
}

/** A file that is being uploaded, and how much of it has gone. */
function Sending({ of: { name, sent } }: { of: NonNullable<Outgoing["file"]> }) {
  const t = inboxWords();
  return (
    <span class="bubble-sending">
      <span class="line-up">
        <Icon of={paperclip} />
        <span class="ellipsis" dir="auto">
          {name}
        </span>
      </span>
      <progress value={sent} max={1} aria-label={t.uploading} />
    </span>
  );
}

/** A phone call in the middle of the conversation, with what came of it. */
export function CallCard({ id, at, text }: { id: string; at: string; text: string | null }) {
  const t = inboxWords();
  return (
    <a class="thread-call" href={link("/calls/:id", { id })}>
      <Channel kind="call" />
      <span class="grow">
        <span class="row-title">
          {t.phoneCall}{" "}
          <span class="small muted">
            <bdi dir="ltr">{clockTime(at)}</bdi>
          </span>
        </span>
        {text !== null && (
          <span class="row-sub" dir="auto">
            {text}
          </span>
        )}
      </span>
    </a>
  );
}
