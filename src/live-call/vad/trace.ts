import type { Vad } from "./vad.ts";

/**
 * Trace of the detector for the replay of a call.
 *
 * Format: 4 bytes header ("VT", version 1, frames per record), then 4 bytes per record of 5 frames (100 ms):
 * loudest level, noise floor, speech threshold (each as 2 × dB re 1 unit of 16-bit rms: 0.5 dB steps, 0 = silence), flags.
 * The last record may cover fewer frames.
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
  /** Since the first frame. */
  atMs: number;
  levelRms: number;
  noiseFloorRms: number;
  speechThresholdRms: number;
  /** TRACE_* bits that were set in any of the record's frames. */
  flags: number;
}

const FRAME_MS = 20;
const FRAMES_PER_RECORD = 5;
const HEADER = [0x56, 0x54, 1, FRAMES_PER_RECORD] as const;
const RECORD_BYTES = 4;
// Two minutes: most calls never grow it.
const FIRST_BYTES = HEADER.length + 1_200 * RECORD_BYTES;

/** Collects the trace of one call; `finish` hands it over. */
export class CallTrace {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length: number = HEADER.length;
  #frames = 0;
  #loudest = 0;
  #floor = 0;
  #threshold = 0;
  #flags = 0;

  constructor() {
    this.#bytes.set(HEADER);
  }

  /** Once per frame, after `Vad.push`; `flags` are TRACE_* bits, TRACE_SPEAKING is added here. */
  push(vad: Vad, flags: number): void {
    this.#loudest = Math.max(this.#loudest, vad.levelRms);
    this.#flags |= flags | (vad.speaking ? TRACE_SPEAKING : 0);
    this.#frames++;
    this.#floor = vad.noiseFloorRms;
    this.#threshold = vad.speechThresholdRms;
    if (this.#frames === FRAMES_PER_RECORD) this.#write();
  }

  /** The whole trace so far, as its own copy. */
  finish(): Uint8Array {
    if (this.#frames > 0) this.#write();
    return this.#bytes.slice(0, this.#length);
  }

  #write(): void {
    if (this.#length + RECORD_BYTES > this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes[this.#length++] = toByte(this.#loudest);
    this.#bytes[this.#length++] = toByte(this.#floor);
    this.#bytes[this.#length++] = toByte(this.#threshold);
    this.#bytes[this.#length++] = this.#flags;
    this.#frames = 0;
    this.#loudest = 0;
    this.#flags = 0;
  }
}

/** Reads a trace back. Bytes that are no trace give an empty list; a cut last record is left out. */
export function readTrace(bytes: Uint8Array): TraceRecord[] {
  const records: TraceRecord[] = [];
  if (!HEADER.every((byte, at) => bytes[at] === byte)) return records;
  for (let at: number = HEADER.length; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    records.push({
      atMs: records.length * FRAMES_PER_RECORD * FRAME_MS,
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
