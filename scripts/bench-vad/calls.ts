import { linearToMulaw } from "../../src/audio/mulaw.ts";
import { addAt, dbov, FRAME, RATE } from "./dsp.ts";
import type { Noise } from "./noises.ts";
import { Dice } from "./random.ts";
import type { Utterance } from "./speech.ts";

/** One synthetic call as the line delivers it, and what was really said when. */
export interface BenchCall {
  noise: Noise | "none";
  snrDb: number;
  levelDbov: number;
  /** Mu-law bytes, 160 per frame. */
  audio: Uint8Array;
  /** Per frame: the caller speaks. */
  truth: Uint8Array;
  /** First frame and frame after the last. */
  utterances: { start: number; end: number }[];
}

export const SNRS_DB = [0, 5, 10, 15, 20, 30] as const;
export const LEVELS_DBOV = [-16, -26, -36] as const;

interface CallShape {
  noise: Noise;
  snrDb: number;
  levelDbov: number;
  seconds: number;
  /** No speech at all: only the noise. */
  noiseOnly?: boolean;
}

/** Utterances with pauses of 0.8-3 s over noise at a given SNR; the first word after 1.5 s. */
export function makeCall(seed: number, shape: CallShape, lines: readonly Utterance[], noise: Float32Array): BenchCall {
  const dice = new Dice(seed);
  const samples = shape.seconds * RATE;
  const signal = new Float32Array(samples);
  const truth = new Uint8Array(samples / FRAME);
  const utterances: BenchCall["utterances"] = [];
  const speechRms = dbov(shape.levelDbov);
  addNoise(signal, noise, dice, speechRms * 10 ** (-shape.snrDb / 20));
  for (let at = Math.round(1.5 * RATE); !shape.noiseOnly; ) {
    const line = dice.pick(lines);
    const start = Math.round(at / FRAME);
    const end = start + line.truth.length;
    if (end > truth.length - 25) break;
    addAt(signal, line.samples, start * FRAME, speechRms);
    truth.set(line.truth, start);
    utterances.push({ start, end });
    at = end * FRAME + Math.round(dice.between(0.8, 3) * RATE);
  }
  return { ...shape, audio: toMulaw(signal), truth, utterances };
}

/** Adds a looped stretch of noise, from a random point on. */
export function addNoise(signal: Float32Array, noise: Float32Array, dice: Dice, gain: number): void {
  let from = dice.integer(0, noise.length - 1);
  for (let i = 0; i < signal.length; i++) {
    signal[i]! += gain * noise[from]!;
    from = from + 1 === noise.length ? 0 : from + 1;
  }
}

export const toMulaw = (signal: Float32Array): Uint8Array => Uint8Array.from(signal, linearToMulaw);
