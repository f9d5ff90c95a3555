import { computed, effect, signal } from "@preact/signals";
import { api } from "../api.ts";
import { type Pages, pageSize } from "../read-pages.ts";
import { resourceBy } from "../resource.ts";
import { query, setQuery } from "../router.ts";
import { matches, searchKey } from "../search-key.ts";
import { type CallLine, callLog, logKey } from "./calls.ts";
import { type Chat, type InboxLine, lines, linesOf } from "./inbox.ts";

// The address follows the typing at this distance, and the server is asked for what stands there.
const typingMs = 200;
// One letter finds half of everybody: it narrows what is here, and the server is not asked.
export const isShort = (text: string): boolean => text.trim().length < 2;

/** What is typed into the inbox's search. */
export const typed = signal(query.value.get("q") ?? "");
let timer: ReturnType<typeof setTimeout> | undefined;
effect(() => {
  const q = query.value.get("q") ?? "";
  if (q !== typed.peek().trim()) typed.value = q;
});

export function type(text: string): void {
  typed.value = text;
  clearTimeout(timer);
  timer = setTimeout(() => setQuery({ q: text.trim() }), text === "" ? 0 : typingMs);
}

/** What the server is asked for; null = nothing. */
export const asked = computed(() => {
  const q = (query.value.get("q") ?? "").trim();
  return isShort(q) ? null : q;
});

/** Chats by their customer's name, number or notes, or by words of a message. */
export const foundChats = resourceBy<Pages<Chat>>(
  async (q, signal) => {
    const wanted = { q, limit: String(pageSize) };
    return (await api.whatsapp.conversations.$get({ query: wanted }, { init: { signal } })).json();
  },
  ["conversation", "customer"],
);

/** Calls by their caller, or by words of what was said. */
export const foundCalls = (q: string) => callLog(logKey("all", q));

export interface Found {
  /** By name or number: at once from what is here, then also who called or wrote long ago. */
  people: readonly InboxLine[];
  /** By what was said or noted. */
  words: readonly InboxLine[];
}

/** Who is found for what is typed. People stand first and words follow below, so that nothing moves under the finger. */
export const found = computed<Found>(() => {
  const wanted = searchKey(typed.value);
  const isNamed = ({ name, phone }: InboxLine): boolean =>
    matches(`${searchKey(name ?? "")} ${searchKey(phone ?? "")}`, wanted);
  const answered = answeredLines(asked.value);
  const known = new Set(answered.map(({ customerId }) => customerId));
  const here = lines.value.filter((line) => isNamed(line) && !known.has(line.customerId));
  const { people = [], words = [] } = Object.groupBy(answered, (line) => (isNamed(line) ? "people" : "words"));
  return { people: [...here, ...people].toSorted((a, b) => (a.at < b.at ? 1 : -1)), words };
});

/** Stands while the answer to what was typed since is on its way. */
let lastAnswer: { chats: readonly Chat[]; calls: readonly CallLine[] } = { chats: [], calls: [] };

/** What the server found: of whom is here what is here, with the words that were found. */
function answeredLines(q: string | null): readonly InboxLine[] {
  const chats = q === null ? [] : foundChats(q).data.value?.items;
  const calls = q === null ? [] : foundCalls(q).data.value?.items;
  if (chats && calls) lastAnswer = { chats, calls };
  const here = new Map(lines.value.map((line) => [line.customerId, line]));
  return linesOf(lastAnswer.chats, lastAnswer.calls).map((line) => {
    const { chat, call } = line;
    const words = { by: "whatsapp", text: chat?.foundText ?? null } as const;
    const said = words.text !== null ? words : call ? ({ by: "call", text: call.summary } as const) : line.said;
    return { ...(here.get(line.customerId) ?? line), said };
  });
}

/** The address of a customer's thread, or of the list, with what is searched and filtered. */
export function inboxAddress(customerId: string | null): string {
  const kept = new URLSearchParams(query.value);
  kept.delete("with");
  kept.delete("q");
  if (typed.value.trim() !== "") kept.set("q", typed.value.trim());
  if (customerId !== null) kept.set("with", customerId);
  return kept.size > 0 ? `/inbox?${kept}` : "/inbox";
}
