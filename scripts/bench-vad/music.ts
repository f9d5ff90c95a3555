import { addAt, RATE } from "./dsp.ts";
import type { Dice } from "./random.ts";

/**
 * Music on hold, instrumental, in three manners that take turns every 15 s: broken chords on a struck string, held
 * strings with a melody in vibrato, and a band with drums and bass. No singing: that is speech to any detector.
 */
export function makeMusic(dice: Dice, seconds: number): Float32Array {
  const out = new Float32Array(seconds * RATE);
  const manners = [brokenChords, strings, bandWithDrums];
  const first = dice.integer(0, 2);
  for (let part = 0; part * 15 < seconds; part++) {
    const root = dice.pick([196, 220, 246.9, 261.6, 293.7]);
    const beat = 60 / dice.between(76, 132);
    const length = Math.min(15, seconds - part * 15);
    manners[(first + part) % 3]!(dice, out, { start: part * 15, length, root, beat });
  }
  return out;
}

interface Part {
  /** All in seconds, `root` in Hz. */
  start: number;
  length: number;
  beat: number;
  root: number;
}

const MAJOR = [0, 2, 4, 5, 7, 9, 11] as const;
const PROGRESSIONS = [
  [0, 4, 5, 3],
  [0, 5, 3, 4],
  [5, 3, 0, 4],
  [0, 3, 4, 0],
] as const;

/** Frequency of a scale degree (may go beyond one octave). */
function degreeHz(root: number, degree: number): number {
  const octave = Math.floor(degree / 7);
  const semitones = MAJOR[((degree % 7) + 7) % 7]! + 12 * octave;
  return root * 2 ** (semitones / 12);
}

interface Tone {
  seconds: number;
  attack: number;
  /** Per second; 0 = held. */
  decay: number;
  partials: number;
  brightness: number;
  vibrato: number;
}

function tone(hz: number, shape: Tone): Float32Array {
  const samples = Math.floor(shape.seconds * RATE);
  const out = new Float32Array(samples);
  let phase = 0;
  for (let i = 0; i < samples; i++) {
    const t = i / RATE;
    phase += (hz * (1 + shape.vibrato * Math.sin(2 * Math.PI * 5.5 * t))) / RATE;
    const envelope = Math.min(1, t / shape.attack, (shape.seconds - t) / 0.02) * Math.exp(-shape.decay * t);
    let sum = 0;
    for (let k = 1; k <= shape.partials && k * hz < 3_600; k++)
      sum += shape.brightness ** (k - 1) * Math.sin(2 * Math.PI * k * phase);
    out[i] = envelope * sum;
  }
  return out;
}

const STRUCK: Tone = { seconds: 0.9, attack: 0.004, decay: 3.5, partials: 8, brightness: 0.55, vibrato: 0 };
const BOWED: Tone = { seconds: 2, attack: 0.12, decay: 0, partials: 9, brightness: 0.65, vibrato: 0.003 };
const LEAD: Tone = { seconds: 0.5, attack: 0.03, decay: 0.8, partials: 7, brightness: 0.6, vibrato: 0.005 };
const BASS: Tone = { seconds: 0.4, attack: 0.01, decay: 3, partials: 10, brightness: 0.8, vibrato: 0 };

function eachBeat(
  part: Part,
  step: number,
  play: (at: number, index: number, chord: number) => void,
  dice: Dice,
): void {
  const progression = dice.pick(PROGRESSIONS);
  for (let index = 0; index * step < part.length; index++) {
    const bar = Math.floor((index * step) / (4 * part.beat));
    play(Math.floor((part.start + index * step) * RATE), index, progression[bar % 4]!);
  }
}

function brokenChords(dice: Dice, out: Float32Array, part: Part): void {
  const pattern = dice.pick([
    [0, 2, 4, 2],
    [0, 4, 7, 4],
    [0, 2, 4, 7],
  ]);
  eachBeat(
    part,
    part.beat / 2,
    (at, index, chord) => {
      const hz = degreeHz(part.root, chord + pattern[index % 4]!);
      addAt(out, tone(hz, STRUCK), at, dice.between(0.7, 1));
      if (index % 8 === 0)
        addAt(out, tone(degreeHz(part.root / 2, chord), { ...STRUCK, seconds: 1.8, decay: 1.5 }), at, 0.8);
    },
    dice,
  );
}

function strings(dice: Dice, out: Float32Array, part: Part): void {
  eachBeat(
    part,
    4 * part.beat,
    (at, _, chord) => {
      for (const note of [0, 2, 4])
        addAt(out, tone(degreeHz(part.root, chord + note), { ...BOWED, seconds: 4 * part.beat }), at, 0.5);
    },
    dice,
  );
  melody(dice, out, part, 0.7);
}

function bandWithDrums(dice: Dice, out: Float32Array, part: Part): void {
  eachBeat(
    part,
    part.beat / 2,
    (at, index, chord) => {
      if (index % 2 === 0) addAt(out, tone(degreeHz(part.root / 2, chord), BASS), at, 0.9);
      if (index % 2 === 1)
        for (const note of [0, 2, 4])
          addAt(out, tone(degreeHz(part.root, chord + note), { ...STRUCK, seconds: 0.3 }), at, 0.4);
      addAt(out, drum(dice, index % 4 === 2 ? 0.12 : 0.03), at, index % 4 === 2 ? 0.9 : 0.35);
    },
    dice,
  );
  melody(dice, out, part, 0.8);
}

function melody(dice: Dice, out: Float32Array, part: Part, gain: number): void {
  let degree = 7;
  eachBeat(
    part,
    part.beat,
    (at) => {
      if (dice.next() < 0.2) return;
      degree = Math.max(4, Math.min(13, degree + dice.integer(-2, 2)));
      addAt(out, tone(degreeHz(part.root, degree), { ...LEAD, seconds: part.beat * dice.pick([0.5, 1, 1]) }), at, gain);
    },
    dice,
  );
}

function drum(dice: Dice, seconds: number): Float32Array {
  const samples = Math.floor(seconds * RATE);
  return Float32Array.from({ length: samples }, (_, i) => Math.exp((-4 * i) / samples) * dice.normal());
}
