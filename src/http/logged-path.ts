const numbers = /\/(?:\+|%2b)?\d{6,}(?=\d{4}(?:\/|$))/gi;
const signed = /(?<=^\/whatsapp-media\/).+/;

/** A request's path as a log may hold it: of a phone number the last four digits (K11), of an address that opens a file nothing (K10). */
export const loggedPath = (path: string): string => path.replace(numbers, "/…").replace(signed, "…");
