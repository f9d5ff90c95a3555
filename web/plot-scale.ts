import type { CallEvent } from "./models/calls.ts";

const gridPx = 90;
const gridSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600];

/** The largest value of each of `count` equal stretches. 0 where a stretch has none. */
export function stretches(values: readonly number[], stepMs: number, lengthMs: number, count: number): number[] {
  const loudest = new Array<number>(count).fill(0);
  for (const [index, value] of values.entries()) {
    const at = Math.floor((index * stepMs * count) / Math.max(1, lengthMs));
    if (at < count && value > loudest[at]!) loudest[at] = value;
  }
  return loudest;
}

/** Seconds between two lines of the grid, so that their labels have room. */
export const gridSeconds = (lengthMs: number, widthPx: number): number =>
  gridSteps.find((seconds) => (seconds * 1_000 * widthPx) / Math.max(1, lengthMs) >= gridPx) ?? 600;

/** Where a value lies between two others, 0..1. */
export const share = (value: number, least: number, most: number): number =>
  Math.max(0, Math.min(1, (value - least) / (most - least)));

interface Decisions {
  decisions: readonly number[];
  bits: { speaking: number };
  stepMs: number;
}

/** Stretches in which the detector took the caller to be speaking, in ms of the stream. */
export function speechBands(trace: Decisions | null): [from: number, to: number][] {
  const bands: [number, number][] = [];
  if (trace === null) return bands;
  const { decisions, stepMs, bits } = trace;
  for (const [index, flags] of decisions.entries()) {
    if ((flags & bits.speaking) === 0) continue;
    const [from, to] = [index * stepMs, (index + 1) * stepMs];
    const last = bands.at(-1);
    if (last?.[1] === from) last[1] = to;
    else bands.push([from, to]);
  }
  return bands;
}

/** Each wait for an answer: from the caller's last word to its first sound, in ms of what the events count in. */
export const answerWaits = (events: readonly CallEvent[]): { from: number; to: number }[] =>
  events.flatMap(({ kind, detail: { speech_end: from, first_frame_sent: to } }) =>
    kind === "turn_latency" && typeof from === "number" && typeof to === "number" ? [{ from, to }] : [],
  );
