import { linearToMulaw } from "../../src/audio/mulaw.ts";
import { addNoise } from "./calls.ts";
import { dbov, FRAME, RATE } from "./dsp.ts";
import type { Dice } from "./random.ts";

/** How the assistant's voice comes back in the caller's leg. */
export interface EchoPath {
  returnLossDb: number;
  delayMs: number;
}

/** Something in the caller's leg while the assistant speaks. */
export interface SceneEvent {
  kind: "interruption" | "backchannel" | "sound";
  /** Frame at which it begins. */
  at: number;
  frames: number;
}

/** One call, laid out in advance. The player silences an answer from the moment it is interrupted. */
export interface Scene {
  /** What the assistant says, in 16-bit units; 0 between answers. */
  assistant: Float32Array;
  /** First frame and frame after the last of each answer. */
  answers: { start: number; end: number }[];
  /** Everything else in the caller's leg: noise, turns and events. */
  near: Float32Array;
  events: SceneEvent[];
  echo: EchoTaps | null;
}

interface EchoTaps {
  delaySamples: number;
  taps: { at: number; gain: number }[];
  ceiling: number;
}

export const ASSISTANT_DBOV = -20;
export const CALLER_DBOV = -26;

/** Three reflections and a soft clip: a handset next to an ear, a loudspeaker in a car. */
export function echoTaps(path: EchoPath, dice: Dice): EchoTaps {
  const gain = 10 ** (-path.returnLossDb / 20);
  const taps = [
    { at: 0, gain: 1 },
    { at: dice.integer(20, 90), gain: dice.between(-0.5, 0.5) },
    { at: dice.integer(120, 400), gain: dice.between(-0.3, 0.3) },
  ];
  const size = Math.sqrt(taps.reduce((sum, tap) => sum + tap.gain ** 2, 0));
  for (const tap of taps) tap.gain *= gain / size;
  return { delaySamples: Math.round((path.delayMs * RATE) / 1_000), taps, ceiling: 12_000 * gain };
}

/** Lays a call out step by step. Times in frames; the caller's audio comes with active level 1. */
export class SceneBuilder {
  #assistant: Float32Array[] = [];
  readonly #placed: { at: number; samples: Float32Array; gain: number }[] = [];
  readonly #answers: Scene["answers"] = [];
  readonly #events: SceneEvent[] = [];
  #frames = 0;

  get frames(): number {
    return this.#frames;
  }

  pause(frames: number): void {
    this.#push(new Float32Array(frames * FRAME));
  }

  /** The caller speaks while the assistant listens. */
  turn(samples: Float32Array, levelDbov: number): void {
    this.#placed.push({ at: this.#frames, samples, gain: dbov(levelDbov) });
    this.pause(Math.ceil(samples.length / FRAME));
  }

  /** The assistant speaks; returns the frame at which it began. */
  answer(samples: Float32Array): number {
    const start = this.#frames;
    const whole = new Float32Array(Math.ceil(samples.length / FRAME) * FRAME);
    whole.set(samples.map((sample) => sample * dbov(ASSISTANT_DBOV)));
    this.#push(whole);
    this.#answers.push({ start, end: this.#frames });
    return start;
  }

  event(kind: SceneEvent["kind"], at: number, samples: Float32Array, levelDbov: number): void {
    this.#placed.push({ at, samples, gain: dbov(levelDbov) });
    this.#events.push({ kind, at, frames: Math.ceil(samples.length / FRAME) });
  }

  build(noise: Float32Array, noiseDbov: number, echo: EchoTaps | null, dice: Dice): Scene {
    const assistant = new Float32Array(this.#frames * FRAME);
    let at = 0;
    for (const part of this.#assistant) {
      assistant.set(part, at);
      at += part.length;
    }
    const near = new Float32Array(assistant.length);
    addNoise(near, noise, dice, dbov(noiseDbov));
    for (const { at: frame, samples, gain } of this.#placed) {
      for (let i = 0; i < samples.length && frame * FRAME + i < near.length; i++)
        near[frame * FRAME + i]! += gain * samples[i]!;
    }
    return { assistant, answers: this.#answers, near, events: this.#events, echo };
  }

  #push(samples: Float32Array): void {
    this.#assistant.push(samples);
    this.#frames += samples.length / FRAME;
  }
}

/** Writes the caller's leg of one frame as mu-law: what is there anyway plus the echo of what was really played. */
export function callerFrame(scene: Scene, played: Float32Array, frame: number, out: Uint8Array): void {
  for (let i = 0; i < FRAME; i++) {
    const at = frame * FRAME + i;
    let echo = 0;
    if (scene.echo !== null) {
      for (const tap of scene.echo.taps) echo += tap.gain * (played[at - scene.echo.delaySamples - tap.at] ?? 0);
      echo = scene.echo.ceiling * Math.tanh(echo / scene.echo.ceiling);
    }
    out[i] = linearToMulaw(scene.near[at]! + echo);
  }
}
