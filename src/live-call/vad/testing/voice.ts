import { linearToMulaw } from "../../../audio/mulaw.ts";
import { type Random, seededRandom } from "../../../base/random.ts";
import { VAD_NOTHING, type Vad } from "../vad.ts";

/**
 * Seeded signals for the detector's tests, without a synthesiser: a formant voice (glottal pulses with a moving pitch
 * through three resonators, in syllables of 4 Hz), noises and tones. Rms in 16-bit units, 8 kHz.
 */
const RATE = 8_000;

export type Signal = Float64Array;

const VOWELS_HZ = [
  [730, 1_090, 2_440],
  [530, 1_840, 2_480],
  [300, 2_200, 2_900],
  [570, 840, 2_410],
] as const;

export function voice(seconds: number, rms: number, seed: number, pitchHz = 130): Signal {
  const random = seededRandom(seed);
  const out = new Float64Array(Math.round(seconds * RATE));
  const syllable = RATE / 4;
  for (let start = 0; start < out.length; start += syllable) {
    const vowel = VOWELS_HZ[Math.floor(random() * VOWELS_HZ.length)]!;
    const from = pitchHz * (0.85 + 0.3 * random());
    const to = from * (0.8 + 0.35 * random());
    out.set(syllableOf(vowel, from, to, Math.min(syllable, out.length - start), random), start);
  }
  return toRms(out, rms);
}

function syllableOf(
  formantsHz: readonly number[],
  fromHz: number,
  toHz: number,
  samples: number,
  random: Random,
): Signal {
  const out = new Float64Array(samples);
  // A consonant's hiss, the vowel, a gap.
  const consonant = 0.2 * samples;
  const end = 0.85 * samples;
  let phase = 0;
  const states = formantsHz.map(() => [0, 0]);
  for (let i = 0; i < end; i++) {
    if (i < consonant) {
      out[i] = 0.05 * (random() - 0.5);
      continue;
    }
    const part = (i - consonant) / (end - consonant);
    phase += (fromHz + (toHz - fromHz) * part) / RATE;
    const pulse = phase >= 1 ? 1 : 0;
    phase -= pulse;
    let sum = 0;
    formantsHz.forEach((hz, at) => {
      const radius = Math.exp((-Math.PI * (60 + 40 * at)) / RATE);
      const state = states[at]!;
      const value = pulse + 2 * radius * Math.cos((2 * Math.PI * hz) / RATE) * state[0]! - radius * radius * state[1]!;
      state[1] = state[0]!;
      state[0] = value;
      sum += value / (1 + at);
    });
    out[i] = sum * Math.sin(Math.PI * part) ** 0.5;
  }
  return out;
}

export function noise(seconds: number, rms: number, seed: number): Signal {
  const random = seededRandom(seed);
  return toRms(
    Float64Array.from({ length: Math.round(seconds * RATE) }, () => random() + random() + random() - 1.5),
    rms,
  );
}

export function tones(seconds: number, rms: number, hz: readonly number[]): Signal {
  const wave = (i: number) => hz.reduce((sum, each) => sum + Math.sin((2 * Math.PI * each * i) / RATE), 0);
  return toRms(
    Float64Array.from({ length: Math.round(seconds * RATE) }, (_, i) => wave(i)),
    rms,
  );
}

/** What comes back of a signal, so much later and quieter. */
export function echo(of: Signal, delayMs: number, lossDb: number): Signal {
  const delay = delayMs * 8;
  return of.map((_, i) => (i < delay ? 0 : of[i - delay]! * 10 ** (-lossDb / 20)));
}

export const silence = (seconds: number): Signal => new Float64Array(Math.round(seconds * RATE));

/** One after the other. */
export function chain(...parts: readonly Signal[]): Signal {
  return Float64Array.from(parts.flatMap((part) => [...part]));
}

/** On top of each other, as long as the first. */
export function mix(first: Signal, ...others: readonly Signal[]): Signal {
  return first.map((sample, i) => others.reduce((sum, other) => sum + (other[i] ?? 0), sample));
}

/** 20 ms mu-law frames; a rest shorter than a frame is dropped. */
export function frames(signal: Signal): Uint8Array[] {
  const bytes = Uint8Array.from(signal, linearToMulaw);
  return Array.from({ length: Math.floor(bytes.length / 160) }, (_, at) => bytes.subarray(at * 160, (at + 1) * 160));
}

/** Pushes a signal; returns the edges that were reported, with the ms at which they were. */
export function listen(vad: Vad, signal: Signal): { edge: number; atMs: number }[] {
  const edges: { edge: number; atMs: number }[] = [];
  frames(signal).forEach((frame, at) => {
    const edge = vad.push(frame, frame.length, null);
    if (edge !== VAD_NOTHING) edges.push({ edge, atMs: (at + 1) * 20 });
  });
  return edges;
}

function toRms(signal: Signal, rms: number): Signal {
  const now = Math.sqrt(signal.reduce((sum, sample) => sum + sample * sample, 0) / signal.length);
  return signal.map((sample) => (sample * rms) / now);
}
