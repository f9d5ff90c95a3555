import { frameEnergy } from "../../audio/energy.ts";
import { MULAW_SILENCE } from "../../audio/mulaw.ts";
import type { Sound } from "../sound-book.ts";

/** A stretch the caller heard without a break, in samples of the line (8 per ms). */
export interface HeardSpan {
  from: number;
  to: number;
  /** Null for sound nobody in this world made (a file, silence sent as audio). */
  sound: Sound | null;
  /** Byte of the sound at `from`. */
  offset: number;
}

// Mean square of 16-bit samples: rms 80 is -52 dBov, under any voice and over dither.
const audibleEnergy = 80 * 80;

/** What came out of the caller's phone and when, sample by sample; gaps are silence. */
export class Ear {
  readonly spans: HeardSpan[] = [];
  /** Line sample of the first audible piece; 0 = nothing was audible yet. */
  firstAudible = 0;
  /** Line sample of the last audible 20 ms piece's end; 0 = nothing was audible yet. */
  lastAudible = 0;
  /** Line sample at which the running audible stretch began (gaps under 300 ms belong to it). */
  audibleSince = 0;
  /** Called when another known sound begins to be heard. */
  onSound: ((sound: Sound, at: number) => void) | null = null;
  /** Resolves when the first audible piece was heard. */
  readonly heardSomething: Promise<void>;
  #resolveHeard: () => void = () => {};
  readonly #keepAudio: boolean;
  #audio = new Uint8Array(0);
  #length = 0;

  /** @param keepAudio false in load runs: 8 kB per second and call. */
  constructor(keepAudio = true) {
    this.#keepAudio = keepAudio;
    this.heardSomething = new Promise((resolve) => {
      this.#resolveHeard = resolve;
    });
  }

  /** Everything heard so far, mu-law, from line sample 0. */
  get audio(): Uint8Array {
    return this.#audio.subarray(0, this.#length);
  }

  hear(at: number, bytes: Uint8Array, sound: Sound | null, offset: number): void {
    const last = this.spans.at(-1);
    if (last && last.to === at && last.sound === sound && (sound === null || last.offset + at - last.from === offset))
      last.to = at + bytes.length;
    else {
      this.spans.push({ from: at, to: at + bytes.length, sound, offset });
      if (sound !== null && sound !== last?.sound) this.onSound?.(sound, at);
    }
    this.#noticeLevel(at, bytes);
    if (this.#keepAudio) this.#keep(at, bytes);
  }

  /** Copies what was heard from line sample `at` on into `into` (what an echo path picks up). */
  copy(into: Uint8Array, at: number): void {
    for (let index = 0; index < into.length; index++) {
      const position = at + index;
      into[index] = position >= 0 && position < this.#length ? this.#audio[position]! : MULAW_SILENCE;
    }
  }

  #noticeLevel(at: number, bytes: Uint8Array): void {
    if (frameEnergy(bytes, bytes.length) < audibleEnergy) return;
    if (this.lastAudible === 0) {
      this.firstAudible = at;
      this.#resolveHeard();
    }
    if (this.lastAudible === 0 || at - this.lastAudible > 300 * 8) this.audibleSince = at;
    this.lastAudible = at + bytes.length;
  }

  #keep(at: number, bytes: Uint8Array): void {
    const end = at + bytes.length;
    if (end > this.#audio.length) {
      const grown = new Uint8Array(Math.max(end, this.#audio.length * 2, 80_000)).fill(MULAW_SILENCE);
      grown.set(this.#audio.subarray(0, this.#length));
      this.#audio = grown;
    }
    this.#audio.set(bytes, at);
    this.#length = Math.max(this.#length, end);
  }
}
