import { type Signal, signal } from "@preact/signals";
import { ApiError, api } from "../api.ts";
import { upload } from "../upload.ts";
import { keepWords, readKept } from "./draft-words.ts";
import { type Chat, isSilent, type Message, messagesOf, takeOver } from "./inbox.ts";

// K13: what the server takes. It looks at the first bytes itself; this spares a person the waiting.
const fileBytesMax = 16 * 1024 * 1024;
const captionMax = 1_024;

/** What is being written in one chat. */
export interface Draft {
  readonly text: string;
  /** The message that it answers. */
  readonly quoted: Message | null;
  readonly file: File | null;
  /** What the server knows it by: it stays through every attempt to send the same, and is new with every change. */
  readonly key: string;
}

/** By chat; they live as long as the tab. */
const drafts = signal<Readonly<Record<string, Draft>>>({});

/** Of words that go without their file or after it. */
const keyOfWords = (key: string): string => `${key}:text`;

const empty = { text: "", quoted: null, file: null };

export const draftOf = (chatId: string): Draft => drafts.value[chatId] ?? { ...empty, ...readKept(chatId) };

const isEmpty = ({ text, file }: Pick<Draft, "text" | "file">): boolean => text.trim() === "" && file === null;

function keep(chatId: string, draft: Draft): void {
  drafts.value = { ...drafts.value, [chatId]: draft };
  const { text, file, key } = draft;
  keepWords(chatId, { text, key: file === null ? key : keyOfWords(key) }); // the file does not outlive the tab's page
}

const change = (chatId: string, part: Partial<Draft>): void =>
  keep(chatId, { ...draftOf(chatId), ...part, key: crypto.randomUUID() });

export const write = (chatId: string, text: string): void => change(chatId, { text });

export const quote = (chatId: string, quoted: Message | null): void => change(chatId, { quoted });

/** @throws ApiError "invalid" at `file` for one that cannot be sent. */
export function attach(chatId: string, file: File | null): void {
  if (file !== null && file.size > fileBytesMax) throw fileRefused("file_too_large");
  if (file !== null && file.size === 0) throw fileRefused("file_empty");
  change(chatId, { file });
}

const fileRefused = (code: string): ApiError => new ApiError("invalid", [{ path: "file", code }]);

/** What was sent from here and is not in the thread yet. */
export interface Outgoing {
  key: string;
  chatId: string;
  text: string;
  quoted: Message | null;
  file: { name: string; sent: Signal<number> } | null;
}

export const outgoing = signal<readonly Outgoing[]>([]);

/** Queues what is written; it stands in the thread at once. What could not be sent is in the draft again. @throws ApiError */
export async function send(chat: Chat): Promise<void> {
  let left = draftOf(chat.id);
  if (isEmpty(left)) return;
  change(chat.id, empty);
  try {
    if (!isSilent(chat)) await takeOver(chat.id);
    // WhatsApp shows no words under a sound: they follow it.
    const { file, text } = left;
    const isCaption = file !== null && !file.type.startsWith("audio/") && text.trim().length <= captionMax;
    if (file !== null) await sendFile(chat.id, file, { ...left, text: isCaption ? text : "" });
    if (file !== null) left = { ...empty, text: isCaption ? "" : text, key: keyOfWords(left.key) };
    if (left.text.trim() !== "") await sendText(chat.id, left);
  } catch (error) {
    giveBack(chat.id, left);
    throw error;
  }
}

/** Nothing written is lost: neither what was not sent nor what was written meanwhile. */
function giveBack(chatId: string, left: Draft): void {
  const since = draftOf(chatId);
  if (isEmpty(since) && since.quoted === null) return keep(chatId, left);
  const text = [left.text, since.text].filter((part) => part !== "").join("\n");
  change(chatId, { text, quoted: since.quoted ?? left.quoted, file: since.file ?? left.file });
}

const answers = (quoted: Message | null) => (quoted?.providerId ? { quotedId: quoted.providerId } : {});

const sendText = (chatId: string, { text, quoted, key }: Draft): Promise<void> =>
  shown({ key, chatId, text, quoted, file: null }, async () => {
    const json = { conversationId: chatId, text, key, ...answers(quoted) };
    await api.whatsapp.send.$post({ json });
  });

function sendFile(chatId: string, file: File, { text, quoted, key }: Draft): Promise<void> {
  const sent = signal(0);
  const name = file.name.slice(-200);
  return shown({ key, chatId, text, quoted, file: { name, sent } }, async () => {
    const query = { conversationId: chatId, caption: text, name, key, ...answers(quoted) };
    const { pathname, search } = api.whatsapp["send-media"].$url({ query });
    await upload(pathname + search, file, (share) => {
      sent.value = share;
    }).catch((error: unknown) => {
      throw error instanceof ApiError && error.code === "too_large" ? fileRefused("file_too_large") : error;
    });
  });
}

/** Shows a message as on its way while it is. One that an earlier attempt brought there, its answer lost, is sent. */
async function shown(message: Outgoing, give: () => Promise<void>): Promise<void> {
  outgoing.value = [...outgoing.value, message];
  try {
    await give().catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.reason !== "sent_before") throw error;
    });
    await messagesOf(message.chatId).reload();
  } finally {
    outgoing.value = outgoing.value.filter((other) => other !== message);
  }
}
