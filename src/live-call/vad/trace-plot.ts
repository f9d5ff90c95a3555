import {
  readTrace,
  TRACE_ASSISTANT_HEARD,
  TRACE_BARGE_IN,
  TRACE_ENDED,
  TRACE_KEYPAD,
  TRACE_NOTICED,
  TRACE_RESUMED,
  TRACE_SPEAKING,
  TRACE_STARTED,
} from "./trace.ts";

/** What the detector decided in a step; several can be true at once. */
export const traceBits = {
  speaking: TRACE_SPEAKING,
  started: TRACE_STARTED,
  ended: TRACE_ENDED,
  bargeIn: TRACE_BARGE_IN,
  noticed: TRACE_NOTICED,
  assistantHeard: TRACE_ASSISTANT_HEARD,
  keypad: TRACE_KEYPAD,
  resumed: TRACE_RESUMED,
} as const;

/** A trace as a plot wants it: one entry per step in each list, dB re 1 unit of 16-bit rms in steps of 0.5 (V23). */
export interface TracePlot {
  stepMs: number;
  levelDb: number[];
  floorDb: number[];
  thresholdDb: number[];
  /** Sums of `bits`. */
  decisions: number[];
  bits: typeof traceBits;
}

/** Empty lists for bytes that are no trace. */
export function tracePlot(bytes: Uint8Array): TracePlot {
  const records = readTrace(bytes);
  const db = (rms: number): number => (rms <= 1 ? 0 : Math.round(40 * Math.log10(rms)) / 2);
  return {
    stepMs: 100,
    levelDb: records.map((record) => db(record.levelRms)),
    floorDb: records.map((record) => db(record.noiseFloorRms)),
    thresholdDb: records.map((record) => db(record.speechThresholdRms)),
    decisions: records.map((record) => record.flags),
    bits: traceBits,
  };
}
