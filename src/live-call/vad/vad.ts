import { SQUARE_OF_MULAW } from "../../audio/mulaw.ts";

/** Nothing changed with this frame. */
export const VAD_NOTHING = 0;
/** The caller began to speak (a few frames ago: see `utteranceMs`). */
export const VAD_SPEECH_STARTED = 1;
/** The caller stopped; the hangover is over. */
export const VAD_SPEECH_ENDED = 2;

const FRAME_MS = 20;

/** All in ms or dB. */
export interface VadSettings {
  /** Threshold above the noise floor. */
  marginDb: number;
  hangoverMs: number;
}

const defaults: VadSettings = { marginDb: 9, hangoverMs: 300 };

/** Hears whether the caller speaks, frame by frame. One per call; constant memory. */
export class Vad {
  readonly #margin: number;
  readonly #hangoverFrames: number;
  #floor = 0;
  #recent = 0;
  #quietFrames = 0;
  #loggedThreshold = 0;
  #voicedFrames = 0;
  #utteranceFrames = 0;
  #speaking = false;
  #level = 0;
  framesSeen = 0;

  constructor(settings?: Partial<VadSettings>) {
    const { marginDb, hangoverMs } = { ...defaults, ...settings };
    this.#margin = 10 ** (marginDb / 10);
    this.#hangoverFrames = Math.round(hangoverMs / FRAME_MS);
  }

  /**
   * Takes one inbound frame: the first `bytes` mu-law bytes of `frame` (normally 160). `farEnergy` is the mean square,
   * in 16-bit units squared, of the assistant's frame estimated to be playing at the caller's ear now (0 = silence).
   * Never throws, never allocates.
   */
  push(frame: Uint8Array, bytes: number, farEnergy: number): number {
    let sum = 0;
    const end = Math.min(bytes, frame.length);
    for (let at = 0; at < end; at++) sum += SQUARE_OF_MULAW[frame[at]!]!;
    const energy = end > 0 ? sum / end : 0;
    this.framesSeen++;
    this.#level = energy;
    this.#trackFloor(energy);
    const loud = energy > this.#floor * this.#margin && energy > farEnergy * 0.1;
    this.#recent = ((this.#recent << 1) | (loud ? 1 : 0)) & 0x7f;
    return this.#speaking ? this.#goOn(loud) : this.#maybeStart(loud);
  }

  get speaking(): boolean {
    return this.#speaking;
  }
  /** Voiced speech of the running or last utterance. */
  get voicedMs(): number {
    return this.#voicedFrames * FRAME_MS;
  }
  /** Length of the running or last utterance, from its first speech frame, without the hangover. */
  get utteranceMs(): number {
    return this.#utteranceFrames * FRAME_MS;
  }
  get noiseFloorRms(): number {
    return Math.sqrt(this.#floor);
  }
  get speechThresholdRms(): number {
    return Math.sqrt(this.#floor * this.#margin);
  }
  get levelRms(): number {
    return Math.sqrt(this.#level);
  }
  /** Calibrated, or moved by 3 dB since the last acknowledgement: worth a log line. */
  get thresholdMoved(): boolean {
    if (this.framesSeen < 25) return false;
    const ratio = (this.#floor + 1) / (this.#loggedThreshold + 1e-9);
    return ratio > 2 || ratio < 0.5;
  }
  acknowledgeThreshold(): void {
    this.#loggedThreshold = this.#floor + 1;
  }

  #trackFloor(energy: number): void {
    if (this.framesSeen === 1) this.#floor = energy;
    else if (energy < this.#floor) this.#floor += 0.2 * (energy - this.#floor);
    else this.#floor *= 1.004;
    this.#floor = Math.max(this.#floor, 64);
  }

  #maybeStart(loud: boolean): number {
    if (!loud || popCount(this.#recent) < 5) return VAD_NOTHING;
    this.#speaking = true;
    this.#quietFrames = 0;
    this.#utteranceFrames = 6;
    this.#voicedFrames = 5;
    return VAD_SPEECH_STARTED;
  }

  #goOn(loud: boolean): number {
    if (loud) {
      this.#utteranceFrames += this.#quietFrames + 1;
      this.#voicedFrames++;
      this.#quietFrames = 0;
      return VAD_NOTHING;
    }
    this.#quietFrames++;
    if (this.#quietFrames < this.#hangoverFrames) return VAD_NOTHING;
    this.#speaking = false;
    this.#recent = 0;
    return VAD_SPEECH_ENDED;
  }
}

function popCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
