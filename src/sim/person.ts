import { linearToMulaw, MULAW_TO_LINEAR } from "../audio/mulaw.ts";
import { backchannelSound, keypadTone, makeNoise, type Noise, noiseFloor } from "./noises.ts";
import type { Sound, SoundBook } from "./sound-book.ts";
import { callerVoice, type Speaker, seedOf, speakLinear } from "./voice.ts";

/** What a caller does, one step after the other. Times in ms. */
export type Step =
  /** Hears the assistant out: something was said, then `quietMs` of silence (700). Gives up after `maxMs` (15,000). */
  | { do: "listen"; quietMs?: number; maxMs?: number }
  /** Talks. `finished: false` = a pause for thought follows, the turn is not over. */
  | { do: "say"; text: string; levelDb?: number; finished?: boolean }
  /** Waits until the assistant has been audible for `afterMs`, then goes on with the next step (within `maxMs`). */
  | { do: "whileSpeaking"; afterMs: number; maxMs?: number }
  | { do: "noise"; noise: Noise; levelDb?: number }
  | { do: "backchannel"; text?: string; levelDb?: number }
  | { do: "press"; digits: string }
  | { do: "wait"; ms: number }
  | { do: "hangUp" };

/** One thing that left the caller's mouth, in samples of the line. */
export interface Said {
  kind: "speech" | "backchannel" | "noise" | "keypad";
  text: string;
  from: number;
  to: number;
  /** The assistant was audible when it began. */
  overAssistant: boolean;
}

/** What the person perceives at a moment of the line (samples). */
export interface Hearing {
  /** End of the last audible piece; 0 = nothing yet. */
  lastAudible: number;
  audibleSince: number;
}

/** Gives a caller's words their sound, 16-bit at 8 kHz, as loud as the speaker; null for what it cannot say. */
export type CallerSpeech = (text: string, speaker: Speaker) => Int16Array | null;

export interface PersonOptions {
  steps: readonly Step[];
  /** Noise floor of the line in dBov (-60 quiet, -40 street). */
  noiseDbov?: number;
  voice?: Speaker;
  /** The formant voice says what this does not. */
  speech?: CallerSpeech;
  seed?: number;
  book: SoundBook;
  /** Prefix of sound ids, unique per call. */
  name: string;
  /** Keys are reported by the network as messages, too. */
  onKey?: (digit: string) => void;
  onSaid?: (said: Said) => void;
  /** The person hangs up at the latest after this long, ms. */
  patienceMs?: number;
}

interface Utterance {
  samples: Int16Array;
  at: number;
  sound: Sound;
  said: Said;
}

export const usualBackchannel = "אהה";
const frameSamples = 160;
const at8k = (ms: number): number => ms * 8;

/**
 * A caller: acts step by step on what is heard, and gives 20 ms of mouth sound at a time over a steady noise floor.
 * When the steps are used up the person stays on the line, silent.
 */
export class Person {
  readonly said: Said[] = [];
  hungUp = false;
  readonly #options: PersonOptions;
  readonly #floor: Int16Array;
  readonly #echo = new Uint8Array(frameSamples);
  #floorAt = 0;
  #step = 0;
  #stepSince = 0;
  #saying: Utterance | null = null;

  constructor(options: PersonOptions) {
    this.#options = options;
    this.#floor = noiseFloor(options.noiseDbov ?? -58, options.seed ?? seedOf(options.name));
    this.#floorAt = (options.seed ?? seedOf(options.name)) % this.#floor.length;
  }

  /** True when nothing is left to do. */
  get finished(): boolean {
    return this.#step >= this.#options.steps.length && this.#saying === null;
  }

  /**
   * The next frame of the caller's leg, starting at line sample `line`. `echo` fills the frame with what of the assistant's
   * sound returns, and gives its gain (0 = none).
   */
  next(into: Uint8Array, line: number, hearing: Hearing, echo: (into: Uint8Array) => number): void {
    if (line >= at8k(this.#options.patienceMs ?? 180_000)) this.hungUp = true;
    if (this.#saying === null && !this.hungUp) this.#act(line, hearing);
    const gain = echo(this.#echo);
    const talk = this.#saying;
    for (let at = 0; at < frameSamples; at++) {
      let sample = this.#floor[this.#floorAt]!;
      this.#floorAt = (this.#floorAt + 1) % this.#floor.length;
      if (talk !== null && talk.at + at < talk.samples.length) sample += talk.samples[talk.at + at]!;
      if (gain > 0) sample += MULAW_TO_LINEAR[this.#echo[at]!]! * gain;
      into[at] = linearToMulaw(sample);
    }
    if (talk !== null) this.#spoken(talk, into, line);
  }

  #spoken(talk: Utterance, frame: Uint8Array, line: number): void {
    this.#options.book.add(talk.sound, frame, talk.at);
    talk.at += frameSamples;
    talk.said.to = line + frameSamples;
    if (talk.at < talk.samples.length) return;
    this.#saying = null;
    this.#stepSince = line + frameSamples;
  }

  #act(line: number, hearing: Hearing): void {
    for (let step = this.#options.steps[this.#step]; step !== undefined; step = this.#options.steps[this.#step]) {
      if (!this.#done(step, line, hearing)) return;
      this.#step++;
      this.#stepSince = line;
      if (this.#saying !== null || this.hungUp) return;
    }
  }

  #done(step: Step, line: number, hearing: Hearing): boolean {
    const waited = line - this.#stepSince;
    switch (step.do) {
      case "listen": {
        const heardSince = hearing.lastAudible > this.#stepSince;
        const quiet = heardSince && line - hearing.lastAudible >= at8k(step.quietMs ?? 700);
        return quiet || waited >= at8k(step.maxMs ?? 15_000);
      }
      case "whileSpeaking": {
        const audible = hearing.lastAudible > 0 && line - hearing.lastAudible < at8k(100);
        const since = Math.max(hearing.audibleSince, this.#stepSince);
        return (audible && line - since >= at8k(step.afterMs)) || waited >= at8k(step.maxMs ?? 15_000);
      }
      case "wait":
        return waited >= at8k(step.ms);
      case "hangUp":
        this.hungUp = true;
        return true;
      default:
        this.#begin(step, line, hearing);
        return true;
    }
  }

  #begin(step: Extract<Step, { do: "say" | "noise" | "backchannel" | "press" }>, line: number, hearing: Hearing): void {
    const { kind, text, samples, finished } = this.#make(step);
    const said: Said = {
      kind,
      text,
      from: line,
      to: line,
      overAssistant: hearing.lastAudible > 0 && line - hearing.lastAudible < at8k(100),
    };
    const isSpeech = kind === "speech" || kind === "backchannel";
    const sound: Sound = {
      id: `${this.#options.name}:${this.said.length}`,
      text: isSpeech ? text : "",
      bytes: samples.length,
      endsTurn: finished,
    };
    this.said.push(said);
    this.#saying = { samples, at: 0, sound, said };
    this.#options.onSaid?.(said);
    if (step.do === "press") for (const digit of step.digits) this.#options.onKey?.(digit);
  }

  #make(step: Extract<Step, { do: "say" | "noise" | "backchannel" | "press" }>): {
    kind: Said["kind"];
    text: string;
    samples: Int16Array;
    finished: boolean;
  } {
    const { voice = callerVoice, speech = () => null } = this.#options;
    switch (step.do) {
      case "say": {
        const louder = { ...voice, levelDbov: voice.levelDbov + (step.levelDb ?? 0) };
        const samples = speech(step.text, louder) ?? speakLinear(step.text, louder);
        return { kind: "speech", text: step.text, samples, finished: step.finished ?? true };
      }
      case "backchannel": {
        const { text = usualBackchannel, levelDb = -4 } = step;
        const samples = speech(text, { ...voice, levelDbov: voice.levelDbov + levelDb }) ?? backchannelSound(levelDb);
        return { kind: "backchannel", text, samples, finished: true };
      }
      case "noise":
        return { kind: "noise", text: step.noise, samples: makeNoise(step.noise, step.levelDb), finished: true };
      case "press": {
        const tone = [...step.digits].flatMap((digit) => [...keypadTone(digit), ...new Int16Array(800)]);
        return { kind: "keypad", text: step.digits, samples: Int16Array.from(tone), finished: true };
      }
    }
  }
}
