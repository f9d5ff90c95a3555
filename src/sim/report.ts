import type { Said } from "./person.ts";
import type { HeardSpan } from "./twilio/ear.ts";
import type { EndedBy, PhoneCall } from "./twilio/phone-call.ts";

/** Something the caller heard: a model's item, a prompt, or unknown sound. Times in ms since the answer of the call. */
export interface HeardPiece {
  id: string;
  /** Words of the whole sound; "" when this world does not know it. */
  text: string;
  fromMs: number;
  toMs: number;
  /** Position in the sound at which the piece begins and ends, and how long the sound is. */
  fromSoundMs: number;
  heardMs: number;
  wholeMs: number;
}

/** Where the product said that an answer was cut, and where it was. */
export interface Cut {
  itemId: string;
  /** What the product told the model; -1 = it deleted the item. */
  toldMs: number;
  trueMs: number;
}

export interface CallReport {
  callSid: string;
  endedBy: EndedBy;
  durationMs: number;
  webhookMs: number;
  /** `start` sent → first audible sample; null when nothing was heard. */
  greetingMs: number | null;
  /** End of a caller's utterance → next answer audible. */
  answerMs: number[];
  /** Begin of a caller's utterance over the assistant → silence. */
  stopMs: number[];
  cuts: Cut[];
  said: readonly Said[];
  heard: HeardPiece[];
  moments: readonly { name: string; atMs: number }[];
  problems: readonly { code: number; detail: string; atMs: number }[];
  /** Longest time in which nobody made a sound while the stream was open. */
  deadAirMs: number;
}

/** What the model was told about an item, oldest first; `atMs` counts from the answer of the call. */
export type CutsOf = (itemId: string) => readonly { toldMs: number; atMs: number }[];

/** Turns what the ear and the mouth kept into the report of a call. */
export function reportCall(call: PhoneCall, said: readonly Said[], cutsOf: CutsOf): CallReport {
  const heard = piecesOf(call.ear.spans);
  const start = call.moments.find(({ name }) => name === "stream started");
  const speech = said.filter(({ kind }) => kind === "speech");
  return {
    callSid: call.sid,
    endedBy: call.endedBy ?? "not_answered",
    durationMs: call.moments.find(({ name }) => name === "ended")?.atMs ?? 0,
    webhookMs: call.webhookMs,
    greetingMs: start === undefined || heard[0] === undefined ? null : heard[0].fromMs - start.atMs,
    answerMs: speech.flatMap((utterance) => answerDelay(utterance, heard)),
    stopMs: speech.filter(({ overAssistant }) => overAssistant).flatMap((utterance) => stopDelay(utterance, heard)),
    cuts: [...new Set(heard.map(({ id }) => id))].flatMap((id) => cutsOfSound(id, call.ear.spans, cutsOf(id))),
    said,
    heard,
    moments: call.moments,
    problems: call.problems,
    deadAirMs: deadAir(heard, said, start?.atMs ?? 0),
  };
}

/** Spans of one sound that go on where the last one ended become one piece, also over a short gap (an underrun). */
function piecesOf(spans: readonly HeardSpan[]): HeardPiece[] {
  const pieces: HeardPiece[] = [];
  for (const span of spans) {
    const id = span.sound?.id ?? "";
    const last = pieces.at(-1);
    const heardMs = span.sound === null ? (span.to - span.from) / 8 : (span.offset + span.to - span.from) / 8;
    const goesOn = span.sound === null || Math.abs(span.offset / 8 - (last?.heardMs ?? 0)) < 5;
    if (last !== undefined && last.id === id && goesOn && span.from / 8 - last.toMs < 1_000) {
      last.toMs = span.to / 8;
      last.heardMs = id === "" ? last.heardMs + heardMs : heardMs;
    } else
      pieces.push({
        id,
        text: span.sound?.text ?? "",
        fromMs: span.from / 8,
        toMs: span.to / 8,
        heardMs,
        fromSoundMs: span.offset / 8,
        wholeMs: span.sound === null ? heardMs : span.sound.bytes / 8,
      });
  }
  return pieces;
}

/** Compares every cut with the furthest point of the sound that had been heard when it was made. */
function cutsOfSound(itemId: string, spans: readonly HeardSpan[], told: ReturnType<CutsOf>): Cut[] {
  return told.map(({ toldMs, atMs }) => {
    const before = spans.filter(({ sound, from }) => sound?.id === itemId && from / 8 <= atMs);
    const trueMs = Math.max(0, ...before.map(({ offset, from, to }) => (offset + to - from) / 8));
    return { itemId, toldMs, trueMs: Math.round(trueMs) };
  });
}

function answerDelay(utterance: Said, heard: readonly HeardPiece[]): number[] {
  const endMs = utterance.to / 8;
  const answer = heard.find(({ fromMs }) => fromMs >= endMs - 200);
  return answer === undefined ? [] : [Math.round(answer.fromMs - endMs)];
}

function stopDelay(utterance: Said, heard: readonly HeardPiece[]): number[] {
  const startMs = utterance.from / 8;
  const audible = heard.find(({ fromMs, toMs }) => fromMs < startMs && toMs > startMs);
  if (audible === undefined) return [];
  // Late pieces of the same answer, after a clear, are still the assistant talking.
  const rest = heard.filter(
    ({ id, fromMs }) => id === audible.id && fromMs >= audible.fromMs && fromMs < startMs + 1_500,
  );
  return [Math.round(Math.max(...rest.map(({ toMs }) => toMs)) - startMs)];
}

function deadAir(heard: readonly HeardPiece[], said: readonly Said[], fromMs: number): number {
  const sounds = [
    ...heard.map(({ fromMs: from, toMs: to }) => ({ from, to })),
    ...said.map(({ from, to }) => ({ from: from / 8, to: to / 8 })),
  ].sort((a, b) => a.from - b.from);
  let longest = 0;
  let lastEnd = fromMs;
  for (const { from, to } of sounds) {
    longest = Math.max(longest, from - lastEnd);
    lastEnd = Math.max(lastEnd, to);
  }
  return Math.round(longest);
}

const clock = (ms: number): string => `${(ms / 1_000).toFixed(2).padStart(7)} s`;

/** The call as a person would read it: who said what when, what was heard of it, and the figures. */
export function printReport(report: CallReport): string {
  const lines = [
    ...report.said.map(({ from, kind, text, overAssistant }) => ({
      atMs: from / 8,
      line: `caller     ${kind === "speech" || kind === "backchannel" ? text : `(${kind}: ${text})`}${overAssistant ? "   [over the assistant]" : ""}`,
    })),
    ...report.heard.map((piece) => ({ atMs: piece.fromMs, line: `assistant  ${heardText(piece)}` })),
    ...report.moments.map(({ atMs, name }) => ({ atMs, line: `           · ${name}` })),
    ...report.problems.map(({ atMs, code, detail }) => ({ atMs, line: `           ! ${code || "note"} ${detail}` })),
  ].sort((a, b) => a.atMs - b.atMs);
  return [...lines.map(({ atMs, line }) => `${clock(atMs)}  ${line}`), "", ...figures(report)].join("\n");
}

function heardText({ text, fromSoundMs, heardMs, wholeMs }: HeardPiece): string {
  if (text === "") return `(${(heardMs / 1_000).toFixed(1)} s of recorded sound)`;
  if (fromSoundMs < 40 && heardMs >= wholeMs - 40) return text;
  const words = text.split(" ");
  const wordAt = (ms: number) => Math.round((words.length * ms) / wholeMs);
  const heard = words.slice(wordAt(fromSoundMs), wordAt(heardMs)).join(" ");
  const seconds = (ms: number) => (ms / 1_000).toFixed(2);
  return `${fromSoundMs < 40 ? "" : "… "}${heard} … [heard ${seconds(fromSoundMs)}-${seconds(heardMs)} of ${seconds(wholeMs)} s]`;
}

function figures(report: CallReport): string[] {
  const ms = (values: readonly number[]) =>
    values.length === 0 ? "-" : values.map((value) => `${value} ms`).join(", ");
  return [
    `webhook answered in ${report.webhookMs.toFixed(1)} ms; greeting ${report.greetingMs === null ? "-" : `${report.greetingMs.toFixed(0)} ms`} after start`,
    `answers after ${ms(report.answerMs)}`,
    `stopped when interrupted after ${ms(report.stopMs)}`,
    `cuts told to the model: ${report.cuts.map(({ toldMs, trueMs }) => `${toldMs} ms (true ${trueMs} ms)`).join(", ") || "-"}`,
    `longest silence ${report.deadAirMs} ms; ended by ${report.endedBy} after ${(report.durationMs / 1_000).toFixed(1)} s`,
  ];
}
