import { addAt, band, RATE, rms, scale, telephoneBand } from "./dsp.ts";
import { makeMusic } from "./music.ts";
import { Dice } from "./random.ts";
import { type SpeechSet, speakCrowd } from "./speech.ts";

export const NOISES = ["white", "pink", "brown", "car", "street", "office", "babble", "music"] as const;
export type Noise = (typeof NOISES)[number];

/** The noises of a normal call; a crowd and music on hold are measured, and reported, apart. */
export const CORE_NOISES: readonly Noise[] = ["white", "pink", "brown", "car", "street", "office"];

/** `seconds` of a noise in the telephone band, rms 1. */
export async function makeNoise(noise: Noise, set: SpeechSet, seed: number, seconds: number): Promise<Float32Array> {
  const dice = new Dice(seed * 7 + NOISES.indexOf(noise));
  const raw = await rawNoise(noise, set, dice, seed, seconds);
  const line = telephoneBand(raw);
  return scale(line, 1 / rms(line));
}

function rawNoise(noise: Noise, set: SpeechSet, dice: Dice, seed: number, seconds: number) {
  const samples = seconds * RATE;
  switch (noise) {
    case "white":
      return dice.noise(samples);
    case "pink":
      return pink(dice, samples);
    case "brown":
      return brown(dice, samples, 0.998);
    case "car":
      return car(dice, samples);
    case "street":
      return street(dice, samples);
    case "office":
      return office(dice, samples);
    case "babble":
      return speakCrowd(set, seed + 900, seconds, 7);
    case "music":
      return makeMusic(dice, seconds);
  }
}

/** Paul Kellet's three-pole approximation of a 1/f spectrum. */
export function pink(dice: Dice, samples: number): Float32Array {
  let [a, b, c] = [0, 0, 0];
  return Float32Array.from({ length: samples }, () => {
    const white = dice.normal();
    a = 0.99765 * a + white * 0.099046;
    b = 0.963 * b + white * 0.2965164;
    c = 0.57 * c + white * 1.0526913;
    return a + b + c + white * 0.1848;
  });
}

function brown(dice: Dice, samples: number, leak: number): Float32Array {
  let level = 0;
  return Float32Array.from({ length: samples }, () => {
    level = level * leak + dice.normal();
    return level;
  });
}

/** Rumble, tyres, and an engine whose revolutions wander. */
function car(dice: Dice, samples: number): Float32Array {
  const rumble = brown(dice, samples, 0.97);
  const tyres = band(dice.noise(samples), 300, 1_200);
  const out = new Float32Array(samples);
  let turns = 0;
  let revolutionsHz = dice.between(24, 40);
  for (let i = 0; i < samples; i++) {
    revolutionsHz += 0.002 * dice.normal() + 0.000_02 * (32 - revolutionsHz);
    turns += revolutionsHz / RATE;
    let engine = 0;
    for (let harmonic = 2; harmonic <= 24; harmonic += 2) engine += Math.sin(2 * Math.PI * harmonic * turns) / harmonic;
    out[i] = rumble[i]! + 2 * tyres[i]! + 1.5 * engine;
  }
  return out;
}

/** Traffic: pink noise under passing vehicles, each a swell of 2-6 s. */
function street(dice: Dice, samples: number): Float32Array {
  const base = pink(dice, samples);
  const swell = new Float32Array(samples).fill(0.5);
  for (let at = 0; at < samples; at += dice.integer(RATE, 5 * RATE)) {
    const length = dice.integer(2 * RATE, 6 * RATE);
    const height = dice.between(0.3, 1.6);
    for (let i = 0; i < length && at + i < samples; i++)
      swell[at + i]! += height * Math.sin((Math.PI * i) / length) ** 2;
  }
  return base.map((sample, i) => sample * swell[i]!);
}

/** Mains hum, ventilation, and bursts of typing. */
function office(dice: Dice, samples: number): Float32Array {
  const out = scale(pink(dice, samples), 0.6);
  for (let i = 0; i < samples; i++) {
    for (const harmonic of [2, 3, 5, 6, 7, 9])
      out[i]! += (0.25 / harmonic) * Math.sin((2 * Math.PI * 50 * harmonic * i) / RATE);
  }
  for (let at = 0; at < samples; at += dice.integer(RATE, 4 * RATE)) {
    const strokes = dice.integer(2, 12);
    for (let stroke = 0, when = at; stroke < strokes; stroke++, when += dice.integer(700, 2_400)) {
      addAt(out, keyStroke(dice), when, dice.between(1, 5));
    }
  }
  return out;
}

function keyStroke(dice: Dice): Float32Array {
  const decay = dice.between(0.96, 0.99);
  let level = 1;
  return Float32Array.from({ length: 400 }, () => {
    level *= decay;
    return level * dice.normal();
  });
}
