import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { link } from "../../address.ts";
import { nearDay } from "../../format.ts";
import { arrowLeft, messageCircle, phone as phoneIcon, user } from "../../icons.ts";
import { whatsappSettings } from "../../models/channels.ts";
import { customer, history } from "../../models/customer.ts";
import { outgoing, quote } from "../../models/draft.ts";
import { type Chat, chats, lines, type Message, markSeen, messagesOf } from "../../models/inbox.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { LinkButton } from "../../parts/button.tsx";
import { Empty } from "../../parts/empty.tsx";
import { SkeletonRows } from "../../parts/skeleton.tsx";
import { useResource } from "../../resource.ts";
import { inboxWords } from "../../strings/inbox.he.ts";
import { shellWords } from "../../strings/shell.he.ts";
import { Bubble, CallCard, PendingBubble } from "./bubble.tsx";
import { Composer } from "./composer.tsx";
import { lineName } from "./inbox-row.tsx";

/** Everything that was said with one customer, by phone and in writing, in the order it was. */
export function Thread({ customerId }: { customerId: string }) {
  const t = inboxWords();
  useResource(customer(customerId));
  const chat = chats.data.value?.find((candidate) => candidate.customerId === customerId) ?? null;
  const seen = chat?.unread ?? 0;
  useEffect(() => {
    if (chat && seen > 0 && !document.hidden) void markSeen(chat);
  }, [chat, seen]);
  return (
    <section class="thread" aria-label={t.thread}>
      <ThreadHead customerId={customerId} />
      {chat ? <ChatLog chat={chat} /> : <CallLog customerId={customerId} />}
      {chat ? <Composer chat={chat} /> : chats.data.value !== null && <p class="notice thread-note">{t.noChat}</p>}
    </section>
  );
}

function ThreadHead({ customerId }: { customerId: string }) {
  const t = inboxWords();
  const found = customer(customerId).data.value;
  const line = lines.value.find((candidate) => candidate.customerId === customerId);
  const phone = found?.identities.find(({ kind }) => kind === "phone")?.value ?? line?.phone ?? null;
  const name = lineName({ name: found?.name ?? line?.name ?? null, phone });
  return (
    <header class="thread-head">
      <span class="only-small">
        <LinkButton to="/inbox" look="ghost" icon={arrowLeft} label={shellWords().back} flip />
      </span>
      <Avatar name={found?.name ?? line?.name ?? null} />
      <h2 class="grow ellipsis" dir="auto">
        {name}
      </h2>
      {phone !== null && (
        <LinkButton to={`tel:${phone}`} look="ghost" icon={phoneIcon} label={shellWords().nav.calls} letter="C" />
      )}
      <LinkButton to={link("/customers/:id", { id: customerId })} look="ghost" icon={user} label={t.toCustomer} />
    </header>
  );
}

type Entry =
  | { kind: "message"; at: string; message: Message }
  | { kind: "call"; at: string; id: string; text: string | null };

function ChatLog({ chat }: { chat: Chat }) {
  const said = useResource(messagesOf(chat.id)).data.value;
  const past = useResource(history(chat.customerId)).data.value;
  if (said === null) return <SkeletonRows />;
  const calls = (past?.entries ?? []).flatMap(({ kind, at, id, text }): Entry[] =>
    kind === "call" ? [{ kind, at, id, text }] : [],
  );
  const messages = said.map((message): Entry => ({ kind: "message", at: message.createdAt, message }));
  const waiting = outgoing.value.filter(({ chatId }) => chatId === chat.id);
  // Twilio's interface has no way to say what a message answers.
  const canQuote = useResource(whatsappSettings).data.value?.providerInForce === "baileys";
  return (
    <Log
      entries={[...messages, ...calls].toSorted((a, b) => (a.at < b.at ? -1 : 1))}
      onReply={canQuote ? (message) => quote(chat.id, message) : undefined}
    >
      {waiting.map((message) => (
        <PendingBubble key={message.key} message={message} />
      ))}
    </Log>
  );
}

function CallLog({ customerId }: { customerId: string }) {
  const t = inboxWords();
  const past = useResource(history(customerId)).data.value;
  if (past === null) return <SkeletonRows />;
  const entries = past.entries.flatMap(({ kind, at, id, text }): Entry[] =>
    kind === "call" ? [{ kind, at, id, text }] : [],
  );
  if (entries.length === 0) return <Empty icon={messageCircle} title={t.empty.title} text={t.empty.text} />;
  return <Log entries={entries.toReversed()} />;
}

interface LogProps {
  entries: readonly Entry[];
  onReply?: ((message: Message) => void) | undefined;
  children?: ComponentChildren;
}

function Log({ entries, onReply, children }: LogProps) {
  const t = inboxWords();
  const box = useRef<HTMLDivElement>(null);
  const last = entries.at(-1)?.at;
  useLayoutEffect(() => {
    if (last !== undefined) box.current?.scrollTo(0, box.current.scrollHeight);
  }, [last]);
  const days = Map.groupBy(entries, ({ at }) => nearDay(at));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div class="thread-log" role="log" aria-label={t.thread} tabIndex={0} ref={box}>
      {[...days].map(([day, ofDay]) => (
        <div key={day} class="thread-day">
          <h3 class="thread-date">{day}</h3>
          {ofDay.map((entry) =>
            entry.kind === "message" ? (
              <Bubble key={entry.message.id} message={entry.message} onReply={onReply} />
            ) : (
              <CallCard key={entry.id} id={entry.id} at={entry.at} text={entry.text} />
            ),
          )}
        </div>
      ))}
      {children}
    </div>
  );
}
