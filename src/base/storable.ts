// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what is looked for
const nul = /\u0000/g;

/** Text as PostgreSQL takes it: NUL and lone surrogates, which phones do send, become the replacement character. */
export const storable = (text: string): string => text.toWellFormed().replace(nul, "\ufffd");
