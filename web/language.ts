import { signal } from "@preact/signals";

export type Language = "he" | "en";

/** The same keys with other sentences; a missing or an extra one does not compile. */
export type Translation<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...args: infer A) => string
      ? (...args: A) => string
      : Translation<T[K]>;
};

/** What the page's `<html lang>` says: the server wrote it from the cookie. */
export const language = signal<Language>(document.documentElement.lang === "en" ? "en" : "he");

const loaders: (() => Promise<void>)[] = [];

/**
 * The sentences of one area. Hebrew comes with the code that uses them, English when somebody wants it. The answer is read in a
 * component: `const t = leadWords();`.
 */
export function words<T extends object>(
  he: T,
  loadEnglish: () => Promise<{ en: Translation<T> }>,
): () => Translation<T> {
  const english = signal<Translation<T> | null>(null);
  let loading: Promise<void> | null = null;
  const load = (): Promise<void> => {
    loading ??= loadEnglish().then(
      ({ en }) => {
        english.value = en;
      },
      (error) => {
        loading = null; // the line failed: whoever wants them next asks again
        throw error;
      },
    );
    return loading;
  };
  loaders.push(load);
  if (language.value === "en") load().catch(() => {}); // wordsReady tells
  return () => (language.value === "en" && english.value !== null ? english.value : (he as Translation<T>));
}

/** Resolves when every sentence of the code that is loaded so far is there: no page shows two languages. */
export async function wordsReady(): Promise<void> {
  if (language.value === "en") await allEnglish();
}

const allEnglish = (): Promise<unknown> => Promise.all(loaders.map((load) => load()));

/** Changes the language in place and for later visits; the page turns over to the other side. */
export async function setLanguage(wanted: Language): Promise<void> {
  if (wanted === "en") await allEnglish();
  remember("panel_language", wanted);
  document.documentElement.lang = wanted;
  document.documentElement.dir = wanted === "en" ? "ltr" : "rtl";
  language.value = wanted;
}

/** A cookie and not localStorage: the server writes language and theme into the page before its first byte. */
export function remember(name: "panel_language" | "panel_theme" | "panel_shell", value: string): void {
  const secure = location.protocol === "https:" ? "; secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and on older phones
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax${secure}`;
}
