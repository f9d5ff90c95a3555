import { addAt, band, RATE, rms, scale, telephoneBand } from "./dsp.ts";
import { Dice } from "./random.ts";

/** Sounds of a caller or a line that are no speech. None of them may stop the assistant. */
export const SOUNDS = ["cough", "breath", "click", "keypad", "ring-back", "fax and SIT"] as const;
export type Sound = (typeof SOUNDS)[number];

/** One sound in the telephone band; loudest 50 ms have rms 1. */
export function makeSound(sound: Sound, seed: number): Float32Array {
  const dice = new Dice(seed * 13 + SOUNDS.indexOf(sound));
  const line = telephoneBand(rawSound(sound, dice));
  let loudest = 0;
  for (let at = 0; at + 400 <= line.length; at += 100) loudest = Math.max(loudest, rms(line.subarray(at, at + 400)));
  return scale(line, 1 / Math.max(loudest, rms(line)));
}

function rawSound(sound: Sound, dice: Dice): Float32Array {
  switch (sound) {
    case "cough":
      return coughs(dice);
    case "breath":
      return breath(dice);
    case "click":
      return clicks(dice);
    case "keypad":
      return keypad(dice);
    case "ring-back":
      return ringBack(dice);
    case "fax and SIT":
      return faxOrSit(dice);
  }
}

/** One to three coughs: a burst, a hissing phase, and in half of them the short voiced end that real coughs have. */
function coughs(dice: Dice): Float32Array {
  const out = new Float32Array(3 * RATE);
  let at = 0;
  for (let count = dice.integer(1, 3); count > 0; count--) {
    const burst = band(dice.noise(RATE / 2), dice.between(250, 500), dice.between(1_800, 3_400));
    const fall = dice.between(6, 16);
    const voiced = dice.next() < 0.5;
    const pitchHz = dice.between(110, 260);
    const voiceAt = dice.between(0.1, 0.18);
    const voiceLength = dice.between(0.05, 0.12);
    for (let i = 0; i < burst.length; i++) {
      const t = i / RATE;
      let sample = burst[i]! * Math.min(1, t / 0.008) * Math.exp(-fall * t);
      if (voiced && t > voiceAt && t < voiceAt + voiceLength) {
        const hz = pitchHz * (1 - 1.5 * (t - voiceAt));
        const shape = Math.sin((Math.PI * (t - voiceAt)) / voiceLength);
        for (let k = 1; k <= 10; k++)
          sample += (0.3 * shape * Math.sin(2 * Math.PI * k * hz * (t - voiceAt))) / k ** 0.7;
      }
      if (at + i < out.length) out[at + i]! += sample;
    }
    at += Math.floor(dice.between(0.3, 0.6) * RATE);
  }
  return out;
}

function breath(dice: Dice): Float32Array {
  const samples = Math.floor(dice.between(0.4, 1.4) * RATE);
  const centre = dice.between(500, 1_600);
  const air = band(dice.noise(samples), centre * 0.5, Math.min(3_500, centre * 2.2));
  return air.map((sample, i) => sample * Math.sin((Math.PI * i) / samples) ** dice.between(0.99, 1.01));
}

function clicks(dice: Dice): Float32Array {
  const out = new Float32Array(RATE);
  for (let count = dice.integer(1, 8), at = 200; count > 0; count--, at += dice.integer(300, 1_500)) {
    const decay = dice.between(0.7, 0.985);
    let level = dice.between(0.4, 1);
    const ringHz = dice.between(600, 3_000);
    for (let i = 0; i < 300 && at + i < out.length; i++, level *= decay) {
      out[at + i]! += level * (dice.next() < 0.5 ? dice.normal() : Math.cos((2 * Math.PI * ringHz * i) / RATE));
    }
  }
  return out;
}

const ROWS_HZ = [697, 770, 852, 941] as const;
const COLUMNS_HZ = [1_209, 1_336, 1_477] as const;

function keypad(dice: Dice): Float32Array {
  const out = new Float32Array(4 * RATE);
  let at = 0;
  for (let keys = dice.integer(1, 9); keys > 0; keys--) {
    const samples = Math.floor(dice.between(0.07, 0.45) * RATE);
    addAt(out, chord([dice.pick(ROWS_HZ), dice.pick(COLUMNS_HZ)], samples), at);
    at += samples + Math.floor(dice.between(0.06, 0.3) * RATE);
  }
  return out;
}

function ringBack(dice: Dice): Float32Array {
  // Israel and most of Europe, North America, Britain.
  const tones = dice.pick([[425], [440, 480], [400, 450]]);
  const out = new Float32Array(6 * RATE);
  const on = Math.floor(dice.between(0.4, 1.6) * RATE);
  for (let at = 0; at < out.length; at += on + Math.floor(dice.between(0.4, 3) * RATE))
    addAt(out, chord(tones, on), at);
  return out;
}

function faxOrSit(dice: Dice): Float32Array {
  const kind = dice.integer(0, 2);
  if (kind === 0) return chord([1_100], RATE / 2);
  if (kind === 1) return chord([2_100], Math.floor(2.6 * RATE));
  const out = new Float32Array(RATE);
  // Special information tones: three steps of 276 or 380 ms.
  const step = Math.floor(dice.pick([0.276, 0.38]) * RATE);
  [dice.pick([914, 985]), dice.pick([1_371, 1_429]), 1_777].forEach((hz, at) => {
    addAt(out, chord([hz], step), at * step);
  });
  return out;
}

function chord(tonesHz: readonly number[], samples: number): Float32Array {
  return Float32Array.from({ length: samples }, (_, i) => {
    const edge = Math.min(1, i / 40, (samples - i) / 40);
    return edge * tonesHz.reduce((sum, hz) => sum + Math.sin((2 * Math.PI * hz * i) / RATE), 0);
  });
}
