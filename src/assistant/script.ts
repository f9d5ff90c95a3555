const hebrew = /[\u05d0-\u05ea]/;
const latin = /[a-z]/i;
const letter = /\p{L}/u;

/** True when the deterministic understanding cannot read a line at all: letters, none of them Hebrew or Latin. */
export const isUnreadable = (text: string): boolean => letter.test(text) && !hebrew.test(text) && !latin.test(text);

/** True when somebody writes in another language: the fixed Hebrew sentences are then told in theirs. */
export const isForeign = (text: string): boolean => letter.test(text) && !hebrew.test(text);
