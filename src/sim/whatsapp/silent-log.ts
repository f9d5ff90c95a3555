import type { DEFAULT_CONNECTION_CONFIG } from "@whiskeysockets/baileys";

type LibraryLog = (typeof DEFAULT_CONNECTION_CONFIG)["logger"];

/** The library logs much, private keys among it: nothing of it is kept. */
export const silentLibraryLog: LibraryLog = {
  level: "silent",
  child: () => silentLibraryLog,
  trace: () => {},
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};
