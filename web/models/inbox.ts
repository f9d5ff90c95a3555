import { computed } from "@preact/signals";
import type { InferResponseType } from "hono/client";
import { api } from "../api.ts";
import { hasPassed } from "../clock.ts";
import { failed } from "../parts/toasts.tsx";
import { type Pages, pageSize, readPages } from "../read-pages.ts";
import { resource, resourceBy } from "../resource.ts";
import { type CallLine, callLog, logKey, moreCalls } from "./calls.ts";
import { unreadChats } from "./unread-chats.ts";

const { conversations } = api.whatsapp;
const one = conversations[":id"];

export type Chat = InferResponseType<typeof conversations.$get, 200>["items"][number];
export type Message = InferResponseType<typeof one.messages.$get, 200>["items"][number];

let chatsWanted = pageSize;

/** The chats that were written in last. */
export const chats = resource<Pages<Chat>>(
  (signal) =>
    readPages(chatsWanted, async (query) => (await conversations.$get({ query }, { init: { signal } })).json()),
  ["conversation", "customer"],
);

const allCalls = logKey("all", "");
export const recentCalls = callLog(allCalls);

export const hasMoreLines = computed(() => Boolean(chats.data.value?.next ?? recentCalls.data.value?.next));

/** Lengthens the list by chats and calls from before. @throws ApiError */
export async function moreLines(): Promise<void> {
  if (chats.data.value?.next) chatsWanted += pageSize;
  await Promise.all([chats.reload(), moreCalls(allCalls)]);
}

/** The chat with one person, whenever it was: it may not be in the list. Nothing where there is none. */
export const chatWith = resourceBy<readonly Chat[]>(
  async (customerId, signal) => {
    const query = { customerId, limit: "1" };
    return (await (await conversations.$get({ query }, { init: { signal } })).json()).items;
  },
  ["conversation", "customer"],
);

/** One customer, whatever way they came: the chat, the last call, and which of them was later. */
export interface InboxLine {
  customerId: string;
  name: string | null;
  phone: string | null;
  chat: Chat | null;
  call: CallLine | null;
  /** What was said last, or what of it was found; null = nothing that has words. */
  said: { by: "whatsapp" | "call"; text: string | null };
  at: string;
}

export const lines = computed(() => linesOf(chats.data.value?.items ?? [], recentCalls.data.value?.items ?? []));

/** One line per customer, the latest first. */
export function linesOf(written: readonly Chat[], called: readonly CallLine[]): readonly InboxLine[] {
  const found = new Map<string, InboxLine>();
  for (const chat of written) {
    const { customerId, customerName, phone, lastMessageAt } = chat;
    const known = found.get(customerId);
    const at = lastMessageAt ?? "";
    if (known && known.at >= at) continue;
    const said = { by: "whatsapp", text: chat.lastText } as const;
    found.set(customerId, { customerId, name: customerName, phone, chat, call: null, said, at });
  }
  for (const call of called) {
    if (call.customerId === null || call.origin !== "phone") continue;
    const line = found.get(call.customerId);
    if (line?.call) continue; // the log is newest first
    const { customerId, customerName, from, startedAt } = call;
    const said = { by: "call", text: call.summary } as const;
    const begun = { customerId, name: customerName, phone: from, chat: null, call, said, at: startedAt };
    const isLater = line === undefined || line.at < startedAt;
    found.set(customerId, isLater ? { ...begun, ...line, call, said, at: startedAt } : { ...line, call });
  }
  return [...found.values()].toSorted((a, b) => (a.at < b.at ? 1 : -1));
}

export const isSilent = (chat: Chat | null): boolean => chat?.silentUntil != null && !hasPassed(chat.silentUntil);

export type InboxFilter = "all" | "unread" | "human";

export const fits = (line: InboxLine, filter: InboxFilter): boolean =>
  filter === "all" || (filter === "unread" ? (line.chat?.unread ?? 0) > 0 : isSilent(line.chat));

const messagesWanted = new Map<string, number>();

/** The latest messages of one chat, the oldest first; `next` leads to what was before. */
export const messagesOf = resourceBy<Pages<Message>>(
  async (id, signal) => {
    const { items, next } = await readPages(messagesWanted.get(id) ?? pageSize, async (query) =>
      (await one.messages.$get({ param: { id }, query }, { init: { signal } })).json(),
    );
    return { items: items.toReversed(), next };
  },
  ["conversation"],
);

export async function olderMessages(id: string): Promise<void> {
  messagesWanted.set(id, (messagesOf(id).data.value?.items.length ?? 0) + pageSize);
  await messagesOf(id).reload();
}

async function change(act: () => Promise<{ json(): Promise<Chat> }>): Promise<void> {
  const fresh = await (await act()).json();
  patchChat(fresh, () => fresh);
}

/** Wherever it is shown. */
function patchChat({ id, customerId }: Chat, change: (chat: Chat) => Chat): void {
  const changed = (items: readonly Chat[]) => items.map((chat) => (chat.id === id ? change(chat) : chat));
  chats.patch(({ items, next }) => ({ items: changed(items), next }));
  chatWith(customerId).patch(changed);
}

/** The assistant is silent; a person answers. */
export const takeOver = (id: string): Promise<void> =>
  change(() => one["take-over"].$post({ param: { id }, json: {} }));

export const handBack = (id: string): Promise<void> => change(() => one["hand-back"].$post({ param: { id } }));

/** Somebody looks at it: nothing in it is unread. */
export async function markSeen(chat: Chat): Promise<void> {
  const { id, unread } = chat;
  if (unread === 0) return;
  patchChat(chat, (seen) => ({ ...seen, unread: 0 }));
  unreadChats.patch((ids) => ids.filter((other) => other !== id));
  await one.read.$post({ param: { id } }).catch(failed);
}
