import { parseIsoLocal } from "../hebrew/civil.ts";
import type { Context } from "../hebrew/types.ts";
import { understand } from "../hebrew/understand.ts";

const usage =
  "usage: understand [--now <ISO instant>] [--zone <IANA zone>] [--city <name>] [--context <JSON>] <text>\n" +
  '       understand --batch    reads lines of {"id","text","now","zone","context"}\n';

interface Options {
  now: string | undefined;
  zone: string | undefined;
  city: string | undefined;
  context: string | undefined;
  batch: boolean;
  words: string[];
}

/** Reads customers' words as times and answers, for people and for judges: one JSON object per utterance. */
export async function understandCommand(
  args: string[],
  io: { stdin: ReadableStream<Uint8Array>; write(text: string): void },
): Promise<number> {
  const options = readOptions(args);
  if (options === null || (!options.batch && options.words.length === 0)) {
    io.write(usage);
    return 2;
  }
  if (options.batch) return batch(io, options);
  try {
    const row = {
      text: options.words.join(" "),
      now: options.now,
      zone: options.zone,
      city: options.city,
      context: options.context,
    };
    io.write(`${JSON.stringify(answerRow(row, options))}\n`);
    return 0;
  } catch (error) {
    io.write(`${JSON.stringify({ error: sentence(error) })}\n`);
    return 1;
  }
}

function readOptions(args: string[]): Options | null {
  const options: Options = {
    now: undefined,
    zone: undefined,
    city: undefined,
    context: undefined,
    batch: false,
    words: [],
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const [name, inline] = arg.startsWith("--")
      ? [arg.split("=", 1)[0]!, arg.includes("=") ? arg.slice(arg.indexOf("=") + 1) : null]
      : [arg, null];
    if (name === "--batch") options.batch = true;
    else if (name === "--now" || name === "--zone" || name === "--city" || name === "--context") {
      const value = inline ?? args[++i];
      if (value === undefined) return null;
      options[name.slice(2) as "now" | "zone" | "city" | "context"] = value;
    } else if (arg === "--") options.words.push(...args.splice(i + 1));
    else if (arg.startsWith("--")) return null;
    else options.words.push(arg);
  }
  return options;
}

/** One answer line per input line, as soon as it is read; a bad line is answered and does not stop the rest. */
async function batch(
  io: { stdin: ReadableStream<Uint8Array>; write(text: string): void },
  options: Options,
): Promise<number> {
  for await (const line of linesOf(io.stdin)) {
    if (line.trim() !== "") io.write(`${JSON.stringify(answerLine(line, options))}\n`);
  }
  return 0;
}

function answerLine(line: string, options: Options): object {
  let row: Record<string, unknown>;
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
      return { id: null, error: "a line must be a JSON object" };
    row = parsed as Record<string, unknown>;
  } catch {
    return { id: null, error: "not JSON" };
  }
  const id = row.id ?? null;
  try {
    return { id, ...answerRow(row, options) };
  } catch (error) {
    return { id, error: sentence(error) };
  }
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : "unreadable");

function answerRow(row: Record<string, unknown>, defaults: Options): object {
  if (typeof row.text !== "string") throw new Error("text must be a string");
  const now = instantOf(row.now ?? defaults.now);
  const zone = stringOf(row.zone ?? defaults.zone) ?? "Asia/Jerusalem";
  const raw = typeof row.context === "string" ? (JSON.parse(row.context) as unknown) : row.context;
  const context = readContext(raw);
  const city = stringOf(row.city ?? (isRecord(raw) ? raw.city : undefined) ?? defaults.city);
  return understand(row.text, { now, zone, city, context });
}

const stringOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

function instantOf(value: unknown): Temporal.Instant {
  if (value === undefined || value === null) return Temporal.Now.instant();
  if (typeof value !== "string") throw new Error("now must be an ISO time with an offset");
  return Temporal.Instant.from(value);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads a context leniently: unknown fields are ignored, an offered slot may be a time or an object with `start`. */
function readContext(value: unknown): Context {
  if (!isRecord(value)) return {};
  const { offered, pending, asked, appointment } = value;
  const context: Context = {};
  if (Array.isArray(offered)) context.offered = offered.map(offeredTime);
  if (isRecord(pending)) {
    const date = stringOf(pending.date)?.slice(0, 10);
    const time = stringOf(pending.time)?.slice(0, 5);
    context.pending = { ...(date ? { date } : {}), ...(time ? { time } : {}) };
  }
  if (asked === "time" || asked === "date") context.asked = asked;
  const meeting = timeOf(appointment);
  if (meeting !== undefined) context.appointment = meeting;
  return context;
}

/** A slot that cannot be read could be agreed to and never booked. */
function offeredTime(value: unknown): string {
  const time = timeOf(value);
  if (time === undefined || parseIsoLocal(time) === null)
    throw new Error("an offered time must be like 2026-11-25T16:30");
  return time;
}

function timeOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (!isRecord(value)) return undefined;
  const whole = stringOf(value.start) ?? stringOf(value.slot);
  if (whole) return whole;
  const [date, time] = [stringOf(value.date), stringOf(value.time)];
  return date && time ? `${date}T${time}` : undefined;
}

/** A line longer than this is not an utterance; it is answered with an error and its rest is dropped. */
const lineLettersMax = 1_000_000;

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
    if (rest.length > lineLettersMax) rest = rest.slice(0, lineLettersMax);
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}
