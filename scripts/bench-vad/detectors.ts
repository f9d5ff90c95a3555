import { MULAW_TO_LINEAR } from "../../src/audio/mulaw.ts";
import { Vad } from "../../src/live-call/vad/vad.ts";
import { FRAME } from "./dsp.ts";
import type { WebRtcVad, WebRtcVadClass } from "./tools.ts";

/** One detector on one call. `push` takes a 160-byte frame and says whether the caller speaks now. */
export interface Detector {
  push(frame: Uint8Array): boolean;
}

export interface DetectorKind {
  name: string;
  make(): Detector;
}

export const ours: DetectorKind = {
  name: "ours",
  make() {
    const vad = new Vad();
    return {
      push(frame) {
        vad.push(frame, frame.length, null);
        return vad.speaking;
      },
    };
  },
};

// The peer gets the same smoothing as the prototype measured in the project's facts: 5 of 7 frames, 300 ms hangover.
const START_FRAMES = 5;
const WINDOW = 0x7f;
const HANG_FRAMES = 15;

class SmoothedPeer implements Detector {
  readonly #vad: WebRtcVad;
  readonly #pcm = Buffer.alloc(FRAME * 2);
  #recent = 0;
  #quiet = 0;
  #speaking = false;

  constructor(vad: WebRtcVad) {
    this.#vad = vad;
  }

  push(frame: Uint8Array): boolean {
    for (let i = 0; i < FRAME; i++) this.#pcm.writeInt16LE(MULAW_TO_LINEAR[frame[i]!]!, 2 * i);
    const speech = this.#vad.process(this.#pcm);
    this.#recent = ((this.#recent << 1) | (speech ? 1 : 0)) & WINDOW;
    this.#quiet = speech ? 0 : this.#quiet + 1;
    if (this.#speaking) this.#speaking = this.#quiet < HANG_FRAMES;
    else this.#speaking = speech && this.#recent.toString(2).replaceAll("0", "").length >= START_FRAMES;
    return this.#speaking;
  }
}

export function peers(WebRtc: WebRtcVadClass, modes: readonly number[]): DetectorKind[] {
  return modes.map((mode) => ({ name: `WebRTC ${mode}`, make: () => new SmoothedPeer(new WebRtc(8_000, mode)) }));
}
