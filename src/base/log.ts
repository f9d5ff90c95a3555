/**
 * Structured log lines: `2026-11-21T08:15:30.123Z info [CALL] new call started biz=… has_greeting=true`.
 * Never blocks: lines go into a bounded buffer that a writer drains (a stalled reader of stdout held up
 * `console.log`, and with it every call, for three seconds).
 */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Who is speaking: the bracketed words of the requirements, and the socket events that stand without brackets. */
export type LogPrefix =
  | "APP"
  | "HTTP"
  | "DB"
  | "JOB"
  | "CALL"
  | "VAD"
  | "BARGE-IN"
  | "REALTIME-ERROR"
  | "REALTIME"
  | "WA"
  | "WA-INCOMING"
  | "WA-OUTGOING"
  | "WA-ERROR"
  | "NLP"
  | "AUTH"
  | "IMP"
  | "NOTIFY"
  | "WS_CONNECTED"
  | "WS_START"
  | "WS_STOP"
  | "WATCHDOG_REDIRECT";

export type LogValue = string | number | boolean | null | undefined;
export type LogFields = Record<string, LogValue>;

export interface Log {
  debug(prefix: LogPrefix, event: string, fields?: LogFields): void;
  info(prefix: LogPrefix, event: string, fields?: LogFields): void;
  warn(prefix: LogPrefix, event: string, fields?: LogFields): void;
  error(prefix: LogPrefix, event: string, fields?: LogFields): void;
  /** A log whose every line also carries these fields (business, call, request ids). */
  child(fields: LogFields): Log;
}

export interface LogSettings {
  level: LogLevel;
  format: "text" | "json";
  /** Takes one finished line without its newline. Must not block and must not throw. */
  write(line: string): void;
  instant(): Temporal.Instant;
}

const rank: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };
const bare = new Set<LogPrefix>(["WS_CONNECTED", "WS_START", "WS_STOP", "WATCHDOG_REDIRECT"]);

// Control characters and bidirectional overrides would let a caller's name forge or reorder log lines.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const escapeUnsafe = (text: string): string =>
  text.replace(unsafe, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

// What a stranger sent may be as long as he likes.
const textMax = 2_000;
const cut = (text: string): string => (text.length > textMax ? `${text.slice(0, textMax)}…` : text);

const textValue = (value: LogValue): string => {
  if (typeof value !== "string") return String(value);
  const safe = escapeUnsafe(cut(value));
  return /[\s"=]/.test(safe) || safe === "" ? `"${safe.replaceAll('"', '\\"')}"` : safe;
};

const formatText = (time: string, level: LogLevel, prefix: LogPrefix, event: string, fields: LogFields): string => {
  let line = `${time} ${level} ${bare.has(prefix) ? prefix : `[${prefix}]`} ${escapeUnsafe(cut(event))}`;
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) line += ` ${name}=${textValue(value)}`;
  return line;
};

const formatJson = (time: string, level: LogLevel, prefix: LogPrefix, event: string, fields: LogFields): string =>
  escapeUnsafe(
    JSON.stringify({ time, level, prefix, event, ...fields }, (_, value) =>
      typeof value === "string" ? cut(value) : value,
    ),
  );

/** The logger. Fields given to `child` come first, a line's own fields after them. */
export function createLog(settings: LogSettings, inherited: LogFields = {}): Log {
  const format = settings.format === "json" ? formatJson : formatText;
  const at = (level: LogLevel) => {
    if (rank[level] < rank[settings.level]) return () => {};
    return (prefix: LogPrefix, event: string, fields: LogFields = {}) =>
      settings.write(
        format(settings.instant().toString({ smallestUnit: "millisecond" }), level, prefix, event, {
          ...inherited,
          ...fields,
        }),
      );
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => createLog(settings, { ...inherited, ...fields }),
  };
}

/** A log that drops everything: for tests and tools that do not look at it. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLog,
};
