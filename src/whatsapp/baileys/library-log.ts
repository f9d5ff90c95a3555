import type { SocketConfig } from "@whiskeysockets/baileys";
import { describeError } from "../../base/errors.ts";
import type { LogFields } from "../../base/log.ts";

type LibraryLog = SocketConfig["logger"];

/**
 * The library's log: of its errors the sentence and the error's own words are kept, never the objects, which hold keys and
 * customers' messages. "silent" also keeps it from rendering every stanza for its own trace.
 */
export function libraryLog(tell: (event: string, fields: LogFields) => void): LibraryLog {
  const log: LibraryLog = {
    level: "silent",
    child: () => log,
    trace: () => {},
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (object: unknown, sentence?: string) => {
      const { err, error } = (typeof object === "object" && object !== null ? object : {}) as Record<string, unknown>;
      const cause = err ?? error;
      tell(sentence ?? "library error", cause === undefined ? {} : { error: describeError(cause) });
    },
  };
  return log;
}
