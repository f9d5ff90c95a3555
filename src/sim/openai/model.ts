import type { Clock } from "../../base/clock.ts";
import { type ModelFaults, noModelFaults } from "../faults.ts";
import type { Sound, SoundBook } from "../sound-book.ts";
import { assistantVoice, seedOf, speakMulaw } from "../voice.ts";
import { type Brain, scriptedBrain } from "./brain.ts";

/** How fast the model is. */
export interface Tempo {
  /** Upgrade request → answer. */
  connectMs: number;
  /** `response.create` or end of turn → first audio. */
  thinkMs: number;
  /** Audio is made this many times faster than it plays. */
  audioRate: number;
  /** Audio of one delta. */
  deltaMs: number;
  /** Deltas keep coming for this long after a cancel. */
  cancelMs: number;
  /** End of turn → transcript of what the caller said. */
  transcriptMs: number;
}

export const usualTempo: Tempo = {
  connectMs: 60,
  thinkMs: 350,
  audioRate: 4,
  deltaMs: 200,
  cancelMs: 60,
  transcriptMs: 250,
};

/** Gives a text a voice: mu-law at 8 kHz. `take` counts repetitions of the same text, which must sound different. */
export type Speech = (text: string, voice: string, take: number) => Uint8Array | Promise<Uint8Array>;

/** The built-in voice: the formant synthesiser. */
export const formantSpeech: Speech = (text, voice, take) =>
  speakMulaw(text, assistantVoice, seedOf(`${voice}/${text}/${take}`));

/** What all endpoints of the fake provider share, and what tests may turn while it runs. */
export interface Model {
  readonly clock: Clock;
  readonly book: SoundBook;
  readonly apiKey: string;
  readonly tempo: Tempo;
  readonly faults: ModelFaults;
  brain: Brain;
  speech: Speech;
  /** Sees every piece of audio right before it is sent: load runs read their stamps here. */
  onAudio: ((audio: Uint8Array, from: number, to: number) => void) | null;
  /** Voices `text`; the sound is known to the book under `id`. */
  speak(text: string, voice: string, id: string): Promise<Uint8Array>;
}

export function createModel(options: {
  clock: Clock;
  book: SoundBook;
  apiKey: string;
  tempo?: Partial<Tempo>;
  brain?: Brain;
  speech?: Speech;
}): Model {
  const takes = new Map<string, number>();
  const model: Model = {
    clock: options.clock,
    book: options.book,
    apiKey: options.apiKey,
    tempo: { ...usualTempo, ...options.tempo },
    faults: noModelFaults(),
    brain: options.brain ?? scriptedBrain([]),
    speech: options.speech ?? formantSpeech,
    onAudio: null,
    async speak(text, voice, id) {
      const key = `${voice}/${text}`;
      const take = takes.get(key) ?? 0;
      takes.set(key, take + 1);
      const bytes = await model.speech(text, voice, take);
      const sound: Sound = { id, text, bytes: bytes.length };
      options.book.add(sound, bytes);
      return bytes;
    },
  };
  return model;
}
