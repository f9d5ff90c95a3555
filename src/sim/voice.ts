import { linearToMulaw } from "../audio/mulaw.ts";
import { type Random, seededRandom } from "../base/random.ts";

/** Who speaks: pitch and vocal tract length tell two people apart. */
export interface Speaker {
  pitchHz: number;
  /** Formant frequencies relative to a grown man's. */
  tract: number;
  /** Loudness of active speech in dBov (0 = full scale sine); telephone speech is about -26. */
  levelDbov: number;
}

export const callerVoice: Speaker = { pitchHz: 125, tract: 1, levelDbov: -26 };
export const assistantVoice: Speaker = { pitchHz: 205, tract: 1.16, levelDbov: -20 };

const sampleRate = 8_000;
const syllableMs = 170; // about 5 syllables a second, Hebrew at a normal pace
const wordGapMs = 35;
const clauseGapMs = 220;
/** First three formants in Hz of a, e, i, o, u. */
const vowels = [
  [730, 1_090, 2_440],
  [530, 1_840, 2_480],
  [300, 2_200, 2_960],
  [570, 840, 2_410],
  [320, 870, 2_240],
] as const;
const formantGains = [1, 0.6, 0.3] as const;
const bandwidths = [80, 110, 160] as const;

/** Full-scale rms of a level in dBov. */
export const rmsOfDbov = (dbov: number): number => 32_768 * 10 ** (dbov / 20);

/** A seed from any text (32 bits). */
export function seedOf(text: string): number {
  let seed = 0x9e3779b9;
  for (let at = 0; at < text.length; at++) seed = Math.imul(seed ^ text.charCodeAt(at), 0x85ebca6b) ^ (seed >>> 15);
  return seed >>> 0;
}

/**
 * Speech-like sound for a text: glottal pulses through three formants, a fricative at some syllables, words and clauses
 * with their pauses. Nobody understands it, but detectors of speech take it for speech: it has pitch, formants, syllables.
 * 16-bit samples at 8 kHz; the same text, speaker and seed give the same samples.
 */
export function speakLinear(text: string, speaker: Speaker, seed = seedOf(text)): Int16Array {
  const random = seededRandom(seed);
  const plan = planSyllables(text, random);
  const totalMs = plan.reduce((sum, part) => sum + part.ms, 0);
  const out = new Float64Array(Math.ceil((totalMs * sampleRate) / 1_000));
  let at = 0;
  for (const part of plan) {
    const samples = Math.floor((part.ms * sampleRate) / 1_000);
    if (part.vowel !== null) voiceSyllable(out, at, samples, part.vowel, speaker, random, at / out.length);
    at += samples;
  }
  return atLevel(out, speaker.levelDbov, random);
}

/** Like `speakLinear`, as mu-law bytes, padded to whole 20 ms frames. */
export function speakMulaw(text: string, speaker: Speaker, seed = seedOf(text)): Uint8Array {
  return toFrames(speakLinear(text, speaker, seed));
}

/** Mu-law bytes in whole 20 ms frames, filled up with faint dither. */
export function toFrames(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(samples.length / 160) * 160);
  for (let at = 0; at < bytes.length; at++) bytes[at] = linearToMulaw(samples[at] ?? ((at * 7_919) % 97) - 48);
  return bytes;
}

interface Part {
  ms: number;
  /** Index of the vowel; null is a pause. */
  vowel: number | null;
}

function planSyllables(text: string, random: Random): Part[] {
  const parts: Part[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const letters = word.replace(/[^\p{L}\p{N}]/gu, "");
    const count = Math.max(1, Math.round(letters.length / 2.3)) * (/\p{N}/u.test(letters) ? 2 : 1);
    for (let syllable = 0; syllable < count; syllable++)
      parts.push({ ms: syllableMs * (0.8 + 0.4 * random()), vowel: Math.floor(random() * vowels.length) });
    parts.push({ ms: /[.,!?:;]$/.test(word) ? clauseGapMs : wordGapMs, vowel: null });
  }
  if (parts.at(-1)?.vowel === null) parts.pop();
  return parts.length > 0 ? parts : [{ ms: syllableMs, vowel: 0 }];
}

function voiceSyllable(
  out: Float64Array,
  from: number,
  samples: number,
  vowel: number,
  speaker: Speaker,
  random: Random,
  progress: number,
): void {
  const resonators = vowels[vowel]!.map((hz, index) => resonator(hz * speaker.tract, bandwidths[index]!));
  const fricative = random() < 0.3 ? Math.floor(samples * 0.25) : 0;
  const pitchHz = speaker.pitchHz * (1.12 - 0.24 * progress) * (0.94 + 0.12 * random());
  let phase = 0;
  for (let at = 0; at < samples && from + at < out.length; at++) {
    phase += pitchHz / sampleRate;
    const pulse = phase >= 1 ? 1 : 0;
    if (phase >= 1) phase -= 1;
    const hiss = at < fricative ? (random() - 0.5) * 0.35 : (random() - 0.5) * 0.01;
    const source = (at < fricative ? 0 : pulse) + hiss;
    let sample = 0;
    for (let index = 0; index < resonators.length; index++) sample += formantGains[index]! * resonators[index]!(source);
    out[from + at] = sample * Math.sin((Math.PI * (at + 1)) / (samples + 1)) ** 0.5;
  }
}

/** Two-pole resonator (Klatt 1980, digital resonator) with unit gain at 0 Hz scaled by its frequency. */
function resonator(hz: number, bandwidthHz: number): (input: number) => number {
  const radius = Math.exp((-Math.PI * bandwidthHz) / sampleRate);
  const c = -radius * radius;
  const b = 2 * radius * Math.cos((2 * Math.PI * Math.min(hz, 3_700)) / sampleRate);
  const a = 1 - b - c;
  let before = 0;
  let last = 0;
  return (input) => {
    const output = a * input + b * last + c * before;
    before = last;
    last = output;
    return output;
  };
}

/**
 * Scales speech to a level in dBov, its silent samples not counted, and adds the dither that makes every stretch
 * recognisable.
 */
export function atLevel(samples: Float64Array | Int16Array, dbov: number, random: Random): Int16Array {
  let sum = 0;
  let active = 0;
  for (const sample of samples) {
    if (sample === 0) continue;
    sum += sample * sample;
    active++;
  }
  const gain = active === 0 ? 0 : rmsOfDbov(dbov) / Math.sqrt(sum / active);
  return Int16Array.from(samples, (sample) =>
    Math.max(-32_000, Math.min(32_000, Math.round(sample * gain + (random() - 0.5) * 120))),
  );
}
