import { encodeMulaw } from "../../audio/mulaw.ts";
import { decodeWav } from "../wav.ts";
import { parseTwiml, TwimlError, type Verb } from "./twiml.ts";

/** Where to go on: a document and the address it came from. */
export interface Instructions {
  xml: string;
  url: string;
}

/** What the interpreter may do with the call it runs on. Everything stops early when `signal` aborts. */
export interface Leg {
  /** The phone call itself is over: results are still reported, answers are not carried out any more. */
  over(): boolean;
  problem(code: number, detail: string): void;
  post(url: string, extra: Readonly<Record<string, string>>): Promise<Instructions | null>;
  fetchFile(url: string): Promise<{ type: string; bytes: Uint8Array } | null>;
  /** Plays mu-law into the caller's ear; resolves when it is over. */
  play(bytes: Uint8Array, name: string, signal: AbortSignal): Promise<void>;
  pause(ms: number, signal: AbortSignal): Promise<void>;
  stream(verb: Verb, signal: AbortSignal): Promise<void>;
  /** Records the caller; null when nothing but silence came. */
  record(verb: Verb, signal: AbortSignal): Promise<Readonly<Record<string, string>> | null>;
  dial(to: string, verb: Verb, signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
}

type After = { kind: "next" } | { kind: "hangup" } | { kind: "go"; to: Instructions | null };
const next: After = { kind: "next" };

/**
 * Carries out one document, verb by verb. Resolves with the next document, or null when the call is to end.
 * Source: Twilio documentation, "TwiML for Programmable Voice".
 */
export async function runDocument(leg: Leg, from: Instructions, signal: AbortSignal): Promise<Instructions | null> {
  let root: Verb;
  try {
    root = parseTwiml(from.xml);
  } catch (thrown) {
    leg.problem(12_100, thrown instanceof TwimlError ? thrown.message : String(thrown));
    return null;
  }
  for (const verb of root.children) {
    if (signal.aborted) return null;
    const after = await runVerb(leg, verb, from, signal);
    if (after.kind === "hangup") return null;
    if (after.kind === "go") return after.to;
  }
  return null;
}

function runVerb(leg: Leg, verb: Verb, from: Instructions, signal: AbortSignal): Promise<After> | After {
  switch (verb.name) {
    case "Connect":
      return connect(leg, verb, from, signal);
    case "Play":
      return play(leg, verb, signal);
    case "Record":
      return record(leg, verb, from, signal);
    case "Dial":
      return dial(leg, verb, from, signal);
    case "Say":
      return say(leg, verb, signal);
    case "Redirect":
      return follow(leg, absolute(verb.text.trim(), from.url), {});
    case "Pause":
      return leg.pause(1_000 * Number(verb.attributes.length ?? 1), signal).then(() => next);
    case "Hangup":
      return { kind: "hangup" };
    default:
      leg.problem(12_200, `unknown or unsupported verb <${verb.name}>`);
      return next;
  }
}

async function follow(leg: Leg, url: string, extra: Readonly<Record<string, string>>): Promise<After> {
  return { kind: "go", to: await leg.post(url, extra) };
}

async function connect(leg: Leg, verb: Verb, from: Instructions, signal: AbortSignal): Promise<After> {
  const stream = verb.children.find((child) => child.name === "Stream");
  if (stream === undefined) leg.problem(12_200, "<Connect> without <Stream>");
  else await leg.stream(stream, signal);
  if ((signal.aborted && !leg.over()) || verb.attributes.action === undefined) return next;
  return follow(leg, absolute(verb.attributes.action, from.url), {});
}

async function play(leg: Leg, verb: Verb, signal: AbortSignal): Promise<After> {
  const url = verb.text.trim();
  if (!/^https?:\/\//.test(url)) {
    leg.problem(11_100, `<Play> of ${url || "nothing"}: not an absolute address`);
    return next;
  }
  const file = await leg.fetchFile(url);
  if (file === null) leg.problem(11_200, `<Play> could not fetch ${url}`);
  else {
    const audio = audioOf(file);
    if (audio === null) leg.problem(12_300, `<Play> of ${url}: ${file.type || "no type"} is not audio we can play`);
    else await leg.play(audio, new URL(url).pathname.split("/").at(-1)!, signal);
  }
  return next;
}

/** WAV is decoded; an MPEG file is taken as silence of its length at 32 kbit/s (this world has no MPEG decoder). */
function audioOf(file: { type: string; bytes: Uint8Array }): Uint8Array | null {
  const wav = decodeWav(file.bytes);
  if (wav !== null) return encodeMulaw(wav.samples);
  return /mpeg|mp3/.test(file.type) ? new Uint8Array(Math.round(file.bytes.length * 2)).fill(0xff) : null;
}

async function record(leg: Leg, verb: Verb, from: Instructions, signal: AbortSignal): Promise<After> {
  if (verb.attributes.action === undefined) leg.problem(0, "<Record> without action asks for its own document again");
  if (verb.attributes.playBeep !== "false") await leg.play(beep, "the beep", signal);
  const result = await leg.record(verb, signal);
  if (result === null || (signal.aborted && !leg.over())) return next;
  return follow(
    leg,
    verb.attributes.action === undefined ? from.url : absolute(verb.attributes.action, from.url),
    result,
  );
}

async function dial(leg: Leg, verb: Verb, from: Instructions, signal: AbortSignal): Promise<After> {
  const number = verb.children.find((child) => child.name === "Number")?.text.trim() ?? verb.text.trim();
  const result = await leg.dial(number, verb, signal);
  if ((signal.aborted && !leg.over()) || verb.attributes.action === undefined) return next;
  return follow(leg, absolute(verb.attributes.action, from.url), result);
}

async function say(leg: Leg, verb: Verb, signal: AbortSignal): Promise<After> {
  const language = verb.attributes.language ?? "en-US";
  const isHebrew = /^(he|iw)/.test(language) || /[\u0590-\u05ff]/.test(verb.text);
  if (isHebrew) leg.problem(13_512, `<Say> in Hebrew (language ${language})`);
  else await leg.pause(verb.text.length * 60, signal);
  return next;
}

const absolute = (url: string, base: string): string => new URL(url, base).href;

/** 1 kHz for 400 ms at -20 dBov. */
const beep: Uint8Array = encodeMulaw(
  Int16Array.from({ length: 3_200 }, (_, at) => Math.round(4_600 * Math.sin((2 * Math.PI * 1_000 * at) / 8_000))),
);
