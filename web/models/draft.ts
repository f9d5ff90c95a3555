import { batch, type Signal, signal } from "@preact/signals";
import { ApiError, api } from "../api.ts";
import { upload } from "../upload.ts";
import { type Message, messagesOf } from "./inbox.ts";

// K13: what the server takes. It looks at the first bytes itself; this spares a person the waiting.
const fileBytesMax = 16 * 1024 * 1024;
const captionMax = 1_024;

/** What a message answers, and the file that goes with it, while it is being written. */
export interface Draft {
  readonly chatId: string;
  quoted: Message | null;
  file: File | null;
}

/** At most one message is being written at a time. */
export const draft = signal<Draft | null>(null);

const change = (chatId: string, part: Partial<Draft>): void => {
  const now = draft.value?.chatId === chatId ? draft.value : { chatId, quoted: null, file: null };
  draft.value = { ...now, ...part };
};

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
export async function send(chatId: string, text: string): Promise<void> {
  const { quoted, file } = draft.value?.chatId === chatId ? draft.value : { quoted: null, file: null };
  if (text === "" && file === null) return;
  draft.value = null;
  try {
    // WhatsApp shows no words under a sound: they follow it.
    const isCaption = file !== null && !file.type.startsWith("audio/") && text.length <= captionMax;
    if (file !== null) await sendFile({ chatId, file, quoted, caption: isCaption ? text : "" });
    if (text !== "" && !isCaption) await sendText(chatId, text, file === null ? quoted : null);
  } catch (error) {
    draft.value ??= { chatId, quoted, file };
    throw error;
  }
}

const answers = (quoted: Message | null) => (quoted?.providerId ? { quotedId: quoted.providerId } : {});

const sendText = (chatId: string, text: string, quoted: Message | null): Promise<void> =>
  shown({ chatId, text, quoted, file: null }, async (key) => {
    await api.whatsapp.send.$post({ json: { conversationId: chatId, text, key, ...answers(quoted) } });
  });

interface FileMessage {
  chatId: string;
  file: File;
  caption: string;
  quoted: Message | null;
}

function sendFile({ chatId, file, caption, quoted }: FileMessage): Promise<void> {
  const sent = signal(0);
  const name = file.name.slice(-200);
  return shown({ chatId, text: caption, quoted, file: { name, sent } }, async (key) => {
    const query = { conversationId: chatId, caption, name, key, ...answers(quoted) };
    const { pathname, search } = api.whatsapp["send-media"].$url({ query });
    await upload(pathname + search, file, (share) => {
      sent.value = share;
    }).catch((error: unknown) => {
      throw error instanceof ApiError && error.code === "too_large" ? fileRefused("file_too_large") : error;
    });
  });
}

/** Shows a message as on its way while it is. */
async function shown(message: Omit<Outgoing, "key">, give: (key: string) => Promise<void>): Promise<void> {
  const key = crypto.randomUUID();
  outgoing.value = [...outgoing.value, { key, ...message }];
  try {
    await give(key);
    await messagesOf(message.chatId).reload();
  } finally {
    batch(() => {
      outgoing.value = outgoing.value.filter((other) => other.key !== key);
    });
  }
}
