import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { link } from "../../address.ts";
import { nearDay } from "../../format.ts";
import { arrowLeft, messageCircle, phone as phoneIcon, user } from "../../icons.ts";
import { type CallLine, callsWith } from "../../models/calls.ts";
import { whatsappSettings } from "../../models/channels.ts";
import { customer } from "../../models/customer.ts";
import { outgoing, quote } from "../../models/draft.ts";
import {
  type Chat,
  chats,
  chatWith,
  lines,
  type Message,
  markSeen,
  messagesOf,
  olderMessages,
} from "../../models/inbox.ts";
import { inboxAddress } from "../../models/inbox-search.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { Button, LinkButton } from "../../parts/button.tsx";
import { Empty } from "../../parts/empty.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import type { Pages } from "../../read-pages.ts";
import { useResource } from "../../resource.ts";
import { LiveNow } from "../../shell/live-now.tsx";
import { inboxWords } from "../../strings/inbox.he.ts";
import { shellWords } from "../../strings/shell.he.ts";
import { Bubble, CallCard, PendingBubble } from "./bubble.tsx";
import { Composer } from "./composer.tsx";
import { lineName } from "./inbox-row.tsx";

/** Everything that was said with one customer, by phone and in writing, in the order it was. */
export function Thread({ customerId }: { customerId: string }) {
  const t = inboxWords();
  useResource(customer(customerId));
  const chat = useChat(customerId);
  const seen = chat?.unread ?? 0;
  useEffect(() => {
    if (chat && seen > 0 && !document.hidden) void markSeen(chat);
  }, [chat, seen]);
  return (
    <section class="thread" aria-label={t.thread}>
      <ThreadHead customerId={customerId} />
      {chat ? <ChatLog chat={chat} /> : <CallLog customerId={customerId} />}
      {chat ? <Composer chat={chat} /> : chat === null && <p class="notice thread-note">{t.noChat}</p>}
    </section>
  );
}

/** Null where there is none, undefined until that is known. Whose chat is too old for the list, has it read by itself. */
function useChat(customerId: string): Chat | null | undefined {
  const listed = chats.data.value?.items.find((candidate) => candidate.customerId === customerId);
  const isOlder = chats.data.value !== null && listed === undefined;
  const alone = chatWith(customerId);
  useEffect(() => (isOlder ? alone.hold() : undefined), [alone, isOlder]);
  if (!isOlder) return listed;
  return alone.data.value === null ? undefined : (alone.data.value[0] ?? null);
}

function ThreadHead({ customerId }: { customerId: string }) {
  const t = inboxWords();
  const found = customer(customerId).data.value;
  const line = lines.value.find((candidate) => candidate.customerId === customerId);
  const phone = found?.identities.find(({ kind }) => kind === "phone")?.value ?? line?.phone ?? null;
  const name = lineName({ name: found?.name ?? line?.name ?? null, phone });
  return (
    <header class="thread-head">
      <span class="thread-back">
        <LinkButton to={inboxAddress(null)} look="ghost" icon={arrowLeft} label={shellWords().back} flip />
      </span>
      <Avatar name={found?.name ?? line?.name ?? null} />
      <h2 class="grow ellipsis" dir="auto">
        {name}
      </h2>
      <span class="only-small">
        <LiveNow />
      </span>
      {phone !== null && <LinkButton to={`tel:${phone}`} look="ghost" icon={phoneIcon} label={t.dial} letter="C" />}
      <LinkButton to={link("/customers/:id", { id: customerId })} look="ghost" icon={user} label={t.toCustomer} />
    </header>
  );
}

type Entry =
  | { kind: "message"; at: string; message: Message }
  | { kind: "call"; at: string; id: string; text: string | null };

function ChatLog({ chat }: { chat: Chat }) {
  return <Loaded from={messagesOf(chat.id)}>{(said) => <Said chat={chat} said={said} />}</Loaded>;
}

function Said({ chat, said }: { chat: Chat; said: Pages<Message> }) {
  const phoned = useResource(callsWith.of(chat.customerId)).data.value;
  const oldest = said.next === null ? "" : (said.items[0]?.createdAt ?? "");
  const calls = (phoned?.items ?? []).filter(({ startedAt }) => startedAt >= oldest).map(entryOf);
  const messages = said.items.map((message): Entry => ({ kind: "message", at: message.createdAt, message }));
  const waiting = outgoing.value.filter(({ chatId }) => chatId === chat.id);
  // Twilio's interface has no way to say what a message answers.
  const canQuote = useResource(whatsappSettings).data.value?.providerInForce === "baileys";
  return (
    <Log
      entries={[...messages, ...calls].toSorted((a, b) => (a.at < b.at ? -1 : 1))}
      onOlder={said.next === null && !phoned?.next ? undefined : () => older(chat)}
      onReply={canQuote ? (message) => quote(chat.id, message) : undefined}
    >
      {waiting.map((message) => (
        <PendingBubble key={message.key} message={message} />
      ))}
    </Log>
  );
}

const entryOf = ({ id, startedAt, summary }: CallLine): Entry => ({ kind: "call", at: startedAt, id, text: summary });

const older = ({ id, customerId }: Chat): Promise<unknown> =>
  Promise.all([olderMessages(id), callsWith.more(customerId)]);

function CallLog({ customerId }: { customerId: string }) {
  const t = inboxWords();
  return (
    <Loaded from={callsWith.of(customerId)}>
      {({ items, next }) =>
        items.length === 0 ? (
          <Empty icon={messageCircle} title={t.empty.title} text={t.empty.text} />
        ) : (
          <Log
            entries={items.map(entryOf).toReversed()}
            onOlder={next === null ? undefined : () => callsWith.more(customerId)}
          />
        )
      }
    </Loaded>
  );
}

interface LogProps {
  entries: readonly Entry[];
  /** Brings what was before; absent where this is all. */
  onOlder?: (() => Promise<unknown>) | undefined;
  onReply?: ((message: Message) => void) | undefined;
  children?: ComponentChildren;
}

function Log({ entries, onOlder, onReply, children }: LogProps) {
  const t = inboxWords();
  const box = useRef<HTMLDivElement>(null);
  useScroll(box, entries);
  const days = Map.groupBy(entries, ({ at }) => nearDay(at));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div class="thread-log" role="log" aria-label={t.thread} tabIndex={0} ref={box}>
      {onOlder && (
        <span class="thread-older">
          <Button look="ghost" onClick={onOlder}>
            {t.older}
          </Button>
        </span>
      )}
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

/** Shows what came last. What comes from before stands above what is being read, which stays where it is. */
function useScroll(box: RefObject<HTMLDivElement | null>, entries: readonly Entry[]): void {
  const first = entries.at(0)?.at;
  const last = entries.at(-1)?.at;
  const shown = useRef<string>(undefined);
  const { scrollHeight = 0, scrollTop = 0 } = box.current ?? {}; // as it was: this rendering is not on the page yet
  useLayoutEffect(() => {
    if (!box.current || last === undefined) return;
    box.current.scrollTop = box.current.scrollHeight - (shown.current === last ? scrollHeight - scrollTop : 0);
    shown.current = last;
  }, [first, last]);
  useEffect(() => (box.current ? keepEnd(box.current) : undefined), []);
}

/** Whoever reads the end goes on seeing it while the keyboard opens, the answer grows, and pictures come. Returns how to stop. */
function keepEnd(box: HTMLElement): () => void {
  let atEnd = true;
  let tall = box.clientHeight;
  const measure = () => {
    if (box.clientHeight !== tall) return; // it was at the end before it shrank, which is told next
    atEnd = box.scrollHeight - box.scrollTop - tall < 40;
  };
  const stay = () => {
    tall = box.clientHeight;
    if (atEnd) box.scrollTop = box.scrollHeight;
  };
  const observer = new ResizeObserver(stay);
  observer.observe(box);
  box.addEventListener("scroll", measure, { passive: true });
  box.addEventListener("load", stay, true); // of a picture in it: such an event does not bubble
  return () => {
    observer.disconnect();
    box.removeEventListener("scroll", measure);
    box.removeEventListener("load", stay, true);
  };
}
