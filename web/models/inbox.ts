import { computed } from "@preact/signals";
import type { InferResponseType } from "hono/client";
import { api } from "../api.ts";
import { now } from "../clock.ts";
import { failed, toast } from "../parts/toasts.tsx";
import { resource, resourceBy } from "../resource.ts";
import { inboxWords } from "../strings/inbox.he.ts";
import { type CallLine, callLog, logKey } from "./calls.ts";
import { setNavCount } from "./counts.ts";

const { conversations } = api.whatsapp;
const one = conversations[":id"];

export type Chat = InferResponseType<typeof conversations.$get, 200>["items"][number];
export type Message = InferResponseType<typeof one.messages.$get, 200>["items"][number];

/** The chats that were written in last. */
export const chats = resource<readonly Chat[]>(
  async (signal) => (await (await conversations.$get({ query: { limit: "100" } }, { init: { signal } })).json()).items,
  ["conversation", "customer"],
);
chats.data.subscribe((items) => setNavCount("/inbox", items?.filter(({ unread }) => unread > 0).length ?? 0));

export const recentCalls = callLog(logKey("all", ""));

/** One customer, whatever way they came: the chat, the last call, and which of them was later. */
export interface InboxLine {
  customerId: string;
  name: string | null;
  phone: string | null;
  chat: Chat | null;
  call: CallLine | null;
  at: string;
}

/** One line per customer, the latest first. */
export const lines = computed<readonly InboxLine[]>(() => {
  const found = new Map<string, InboxLine>();
  for (const chat of chats.data.value ?? []) {
    const { customerId, customerName, phone, lastMessageAt } = chat;
    const known = found.get(customerId);
    if (known && known.at >= (lastMessageAt ?? "")) continue;
    found.set(customerId, { customerId, name: customerName, phone, chat, call: null, at: lastMessageAt ?? "" });
  }
  for (const call of recentCalls.data.value?.items ?? []) {
    if (call.customerId === null || call.origin !== "phone") continue;
    const line = found.get(call.customerId);
    if (line?.call) continue; // the log is newest first
    const { customerId, customerName, from, startedAt } = call;
    const begun = { customerId, name: customerName, phone: from, chat: null, call, at: startedAt };
    found.set(customerId, line ? { ...line, call, at: line.at > startedAt ? line.at : startedAt } : begun);
  }
  return [...found.values()].toSorted((a, b) => (a.at < b.at ? 1 : -1));
});

export const isSilent = (chat: Chat | null): boolean =>
  chat?.silentUntil != null && Date.parse(chat.silentUntil) > now().getTime();

export type InboxFilter = "all" | "unread" | "human";

export const fits = (line: InboxLine, filter: InboxFilter): boolean =>
  filter === "all" || (filter === "unread" ? (line.chat?.unread ?? 0) > 0 : isSilent(line.chat));

const threadSize = "100";

/** Messages of one chat, the oldest first. */
export const messagesOf = resourceBy<readonly Message[]>(
  async (id, signal) => {
    const page = await one.messages.$get({ param: { id }, query: { limit: threadSize } }, { init: { signal } });
    return (await page.json()).items.toReversed();
  },
  ["conversation"],
);

async function change(chatId: string, act: () => Promise<{ json(): Promise<Chat> }>): Promise<void> {
  const fresh = await (await act()).json();
  chats.patch((items) => items.map((chat) => (chat.id === chatId ? fresh : chat)));
}

/** The assistant is silent; a person answers. */
export const silence = (id: string): Promise<void> =>
  change(id, () => one["take-over"].$post({ param: { id }, json: {} }));

export async function takeOver(id: string): Promise<void> {
  await silence(id);
  toast(inboxWords().takenOver);
}

export async function handBack(id: string): Promise<void> {
  await change(id, () => one["hand-back"].$post({ param: { id } }));
  toast(inboxWords().handedBack);
}

/** Somebody looks at it: nothing in it is unread. */
export async function markSeen({ id, unread }: Chat): Promise<void> {
  if (unread === 0) return;
  chats.patch((items) => items.map((chat) => (chat.id === id ? { ...chat, unread: 0 } : chat)));
  await one.read.$post({ param: { id } }).catch(failed);
}
