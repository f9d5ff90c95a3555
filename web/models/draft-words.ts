import { me } from "../session.ts";

/** The words of a draft, and the key under which the server may have got them. */
interface Words {
  text: string;
  key: string;
}

// By person: whoever logs in after somebody in the same tab does not find that one's words.
const nameOf = (chatId: string): string => `draft ${me.value?.user?.id} ${chatId}`;

/** Keeps words in the tab, through a login in between. Where nothing can be kept they last until then. */
export function keepWords(chatId: string, { text, key }: Words): void {
  try {
    if (text === "") sessionStorage.removeItem(nameOf(chatId));
    else sessionStorage.setItem(nameOf(chatId), JSON.stringify({ text, key }));
  } catch {}
}

export function readKept(chatId: string): Words {
  try {
    const kept = sessionStorage.getItem(nameOf(chatId));
    if (kept !== null) return JSON.parse(kept) as Words;
  } catch {}
  return { text: "", key: crypto.randomUUID() };
}
