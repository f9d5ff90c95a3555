import type { Vad } from "./vad.ts";

/**
 * Trace of the detector for the replay of a call.
 *
 * Format: 4 bytes header ("VT", version 1, 5 steps of 20 ms), then a record of 4 bytes per 100 ms of stream time (as the recording):
 * loudest level, noise floor, speech threshold (each as 2 × dB re 1 unit of 16-bit rms: 0.5 dB steps, 0 = silence), flags.
 * A record in which nothing was heard is empty. Of a call whose `streamAtMs` is not known, five frames heard are a record.
 */
export const TRACE_SPEAKING = 1;
export const TRACE_STARTED = 2;
export const TRACE_ENDED = 4;
export const TRACE_BARGE_IN = 8;
export const TRACE_NOTICED = 16;
export const TRACE_ASSISTANT_HEARD = 32;
export const TRACE_KEYPAD = 64;
export const TRACE_RESUMED = 128;

export interface TraceRecord {
  /** Stream time. */
  atMs: number;
  levelRms: number;
  noiseFloorRms: number;
  speechThresholdRms: number;
  /** TRACE_* bits that were set in any of the record's frames. */
  flags: number;
}

const RECORD_MS = 100;
const HEADER = [0x56, 0x54, 1, RECORD_MS / 20] as const;
const RECORD_BYTES = 4;
// Two minutes: most calls never grow it.
const FIRST_BYTES = HEADER.length + 1_200 * RECORD_BYTES;

/** Collects the trace of one call; `finish` hands it over. */
export class CallTrace {
  readonly #maxRecords: number;
  #bytes = new Uint8Array(FIRST_BYTES);
  #length: number = HEADER.length;
  #record = -1; // the one that is being collected
  #loudest = 0;
  #floor = 0;
  #threshold = 0;
  #flags = 0;

  /** @param maxMs nothing is kept beyond: the bound of the recording. */
  constructor(maxMs: number) {
    this.#maxRecords = Math.floor(maxMs / RECORD_MS);
    this.#bytes.set(HEADER);
  }

  /** Once per frame, after `Vad.push`; `atMs` is where it begins. `flags` are TRACE_* bits, TRACE_SPEAKING is added here. */
  push(vad: Vad, flags: number, atMs: number): void {
    const record = Math.floor(atMs / RECORD_MS);
    if (!(record >= 0 && record < this.#maxRecords)) return;
    if (record !== this.#record) {
      this.#write();
      this.#record = record;
    }
    this.#loudest = Math.max(this.#loudest, vad.levelRms);
    this.#flags |= flags | (vad.speaking ? TRACE_SPEAKING : 0);
    this.#floor = vad.noiseFloorRms;
    this.#threshold = vad.speechThresholdRms;
  }

  /** The whole trace so far, as its own copy. */
  finish(): Uint8Array {
    this.#write();
    return this.#bytes.slice(0, this.#length);
  }

  /** Adds to what is there: a line whose timestamps go back comes to a record again. */
  #write(): void {
    if (this.#record < 0) return;
    const at = HEADER.length + this.#record * RECORD_BYTES;
    if (at + RECORD_BYTES > this.#bytes.length) this.#grow(at + RECORD_BYTES);
    this.#bytes[at] = Math.max(this.#bytes[at]!, toByte(this.#loudest));
    this.#bytes[at + 1] = toByte(this.#floor);
    this.#bytes[at + 2] = toByte(this.#threshold);
    this.#bytes[at + 3]! |= this.#flags;
    this.#length = Math.max(this.#length, at + RECORD_BYTES);
    this.#record = -1;
    this.#loudest = 0;
    this.#flags = 0;
  }

  #grow(least: number): void {
    const grown = new Uint8Array(Math.max(least, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

/** Reads a trace back. Bytes that are no trace give an empty list; a cut last record is left out. */
export function readTrace(bytes: Uint8Array): TraceRecord[] {
  const records: TraceRecord[] = [];
  if (!HEADER.every((byte, at) => bytes[at] === byte)) return records;
  for (let at: number = HEADER.length; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    records.push({
      atMs: records.length * RECORD_MS,
      levelRms: toRms(bytes[at]!),
      noiseFloorRms: toRms(bytes[at + 1]!),
      speechThresholdRms: toRms(bytes[at + 2]!),
      flags: bytes[at + 3]!,
    });
  }
  return records;
}

function toByte(rms: number): number {
  return rms <= 1 ? 0 : Math.min(255, Math.round(40 * Math.log10(rms)));
}

function toRms(byte: number): number {
  return byte === 0 ? 0 : 10 ** (byte / 40);
}
