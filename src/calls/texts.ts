/** What the staff reads about a call, by the business's first language. */
export interface CallTexts {
  /** Title of the task after a caller could not be served. */
  callBack(caller: string): string;
  hiddenNumber: string;
}

const texts: Record<string, CallTexts> = {
  he: { callBack: (caller) => `לחזור אל ${caller}`, hiddenNumber: "מספר חסוי" },
  en: { callBack: (caller) => `Call ${caller} back`, hiddenNumber: "a hidden number" },
};

/** Falls back to Hebrew, the product's first language. */
export const callTexts = (languages: readonly string[]): CallTexts =>
  languages.map((language) => texts[language]).find((known) => known !== undefined) ?? (texts.he as CallTexts);
