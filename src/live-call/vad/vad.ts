import { frameEnergy } from "../../audio/energy.ts";
import { MULAW_FRAME_BYTES, MULAW_SILENCE } from "../../audio/mulaw.ts";
import { CallerLevel } from "./caller-level.ts";
import { ClearVoice } from "./clear-voice.ts";
import { EchoGate } from "./echo-gate.ts";
import { EchoSpectrum } from "./echo-spectrum.ts";
import { Evidence } from "./evidence.ts";
import { WINDOW_SAMPLES } from "./spectrum.ts";

/** Nothing changed with this frame. */
export const VAD_NOTHING = 0;
/** The caller began to speak (a few frames ago: see `utteranceMs`). */
export const VAD_SPEECH_STARTED = 1;
/** The caller stopped; the hangover is over. */
export const VAD_SPEECH_ENDED = 2;

const FRAME_MS = 20;
// Power of a line that carries digital silence: nothing is quieter (rms 3).
const FLOOR_MIN = 9;
// Moved by 3 dB, in either direction, for 3 s: longer than a gap in the stream of 2 s and what it takes to know the noise again.
const MOVED = 2;
const MOVED_FRAMES = 150;
// 300 ms into an utterance, nothing but its end is waited for; over the assistant, when it is as certain as an interruption can need.
const SETTLED_FRAMES = 15;
const BEYOND_DOUBT = 22;
// 6 dB over what the echo can be: a cough or a door, from which the gate must not learn; 3 dB once its path is known.
const OUTLIER = 4;
const OUTLIER_KNOWN = 2;
// In nats (see ClearVoice): a caller from whom the gate must not learn. What is left of an echo seldom gets there.
const SURELY_CALLER = 8;
// Once the echo's spectrum is known, only frames up to 1.5 dB over its energy need no look: in the others that spectrum decides.
const HIDDEN_KNOWN = 0.6;
// Echo comes on top of the noise, whose energy swings by 3 dB from frame to frame.
const NOISE_ROOM = 1.8;

export interface VadSettings {
  /** Silence after which an utterance is over. */
  hangoverMs: number;
}
const defaults: VadSettings = { hangoverMs: 300 };

/**
 * Hears whether the caller, and only the caller, speaks: 20 ms mu-law frames in, the edges of utterances out.
 * One per call; constant memory; `push` neither allocates nor throws.
 */
export class Vad {
  /** Calibrated with this frame, or the noise has moved what the threshold follows by 3 dB and stays there: worth a log line. */
  thresholdMoved = false;
  readonly #hangoverFrames: number;
  /** The last 50 ms as they came: a byte a sample keeps a hundred calls in the cache. */
  readonly #window = new Uint8Array(WINDOW_SAMPLES).fill(MULAW_SILENCE);
  readonly #echo = new EchoGate();
  readonly #echoSpectrum = new EchoSpectrum();
  readonly #evidence = new Evidence(this.#echoSpectrum);
  readonly #caller = new CallerLevel();
  readonly #clear = new ClearVoice();
  #energy = 0;
  #speaking = false;
  /** The running utterance was certain enough for any interruption. */
  #surely = false;
  #voicedFrames = 0;
  #utteranceFrames = 0;
  #quietFrames = 0;
  #pauseFrames = 0;
  #knownThreshold = 0;
  #movedFrames = 0;

  constructor(settings?: Partial<VadSettings>) {
    const { hangoverMs } = { ...defaults, ...settings };
    this.#hangoverFrames = Math.max(1, Math.round(hangoverMs / FRAME_MS));
  }

  /**
   * One inbound frame: `bytes` mu-law bytes of `frame` (normally 160; what is missing counts as silence).
   * `far`: the assistant's mu-law frame that left for the caller when his would have come in time (the way there and back
   * is part of the echo's delay), null for silence.
   * Returns VAD_NOTHING, VAD_SPEECH_STARTED or VAD_SPEECH_ENDED.
   */
  push(frame: Uint8Array, bytes: number, far: Uint8Array | null): number {
    this.#take(frame, bytes);
    this.#predictEcho(far);
    const { limit } = this.#echo;
    const echo = this.#isUnder(this.#echo.delay >= 0 ? HIDDEN_KNOWN * limit : limit);
    const faint = this.#energy < this.#caller.gate;
    const evidence = this.#evidence;
    if (this.#clear.certainty >= BEYOND_DOUBT) this.#surely = true;
    const settled = this.#speaking && this.#utteranceFrames > SETTLED_FRAMES && (limit === 0 || this.#surely);
    evidence.push(this.#window, this.#energy, echo, faint, limit > evidence.floor / 4, this.#speaking, settled);
    this.#followThreshold();
    this.#learnEcho();
    const { clarity, lag, steady, floor } = evidence;
    this.#clear.push(clarity, lag, steady, this.#energy, limit, floor, this.#caller.near);
    if (evidence.tone) this.#clear.forget();
    if (evidence.goesOn) this.#pauseFrames = 0;
    else if (!echo) this.#pauseFrames++;
    if (!this.#speaking) return this.#maybeStart();
    if (evidence.voiced) this.#caller.heard(this.#energy);
    return this.#goOn();
  }

  /**
   * A frame that never came: time passes, and nothing is learnt from its silence, neither of the noise nor of the echo.
   * `far` and the result as for `push`.
   */
  miss(far: Uint8Array | null): number {
    this.#predictEcho(far);
    this.#energy = 0;
    this.thresholdMoved = false;
    this.#pauseFrames++;
    return this.#speaking ? this.#quieter() : VAD_NOTHING;
  }

  get speaking(): boolean {
    return this.#speaking;
  }
  /** Voiced speech of the running or last utterance. */
  get voicedMs(): number {
    return this.#voicedFrames * FRAME_MS;
  }
  /** How sure it is that a voice is heard, and no breath or cough, in nats. */
  get voiceCertainty(): number {
    return this.#clear.certainty;
  }
  /** Clearly voiced speech within the last 400 ms. */
  get recentVoicedMs(): number {
    return this.#clear.recentMs;
  }
  /** Of it, what was as loud as the caller is: another voice in the room is not. All of it while the caller's level is unknown. */
  get recentNearMs(): number {
    return this.#clear.nearMs;
  }
  /** From its first frame to its last: one vowel's length, or that of several syllables. */
  get voicedSpanMs(): number {
    return this.#clear.spanMs;
  }
  /** Length of the running or last utterance, from its first speech frame, without the hangover. */
  get utteranceMs(): number {
    return this.#utteranceFrames * FRAME_MS;
  }
  /** Since the last frame that sounded like speech, not counting frames in which the echo hides the caller. */
  get pauseMs(): number {
    return this.#pauseFrames * FRAME_MS;
  }
  /** Noise of the line, as rms in 16-bit units. */
  get noiseFloorRms(): number {
    return Math.sqrt(Math.max(FLOOR_MIN, this.#evidence.floor));
  }
  /** Rms from which a frame can count as the caller's speech, by noise floor and the caller's own level. */
  get speechThresholdRms(): number {
    return Math.sqrt(Math.max(FLOOR_MIN, this.#evidence.threshold, this.#caller.gate));
  }
  /** Rms of the last frame. */
  get levelRms(): number {
    return Math.sqrt(this.#energy);
  }
  /** Rms of the caller's vowels, 0 while unknown. */
  get callerRms(): number {
    return Math.sqrt(this.#caller.energy);
  }
  /** How late the assistant's echo comes, in ms; 0 while it is unknown, and where there is none. */
  get echoDelayMs(): number {
    return Math.max(0, this.#echo.delay) * FRAME_MS;
  }
  /** Estimated echo return loss in dB (a lower bound while the delay is unknown). */
  get echoReturnLossDb(): number {
    return -20 * Math.log10(Math.max(1e-6, this.#echo.gain));
  }

  /** By the noise alone: the caller's own level, which has a part in `speechThresholdRms`, rises with each word and falls after it. */
  #followThreshold(): void {
    const threshold = Math.max(FLOOR_MIN, this.#evidence.threshold);
    const known = this.#knownThreshold;
    const moved = threshold > MOVED * known || MOVED * threshold < known;
    this.#movedFrames = moved ? this.#movedFrames + 1 : 0;
    this.thresholdMoved = known === 0 ? this.#evidence.calibrated : this.#movedFrames >= MOVED_FRAMES;
    if (this.thresholdMoved) this.#knownThreshold = threshold;
  }

  #predictEcho(far: Uint8Array | null): void {
    const heard = far !== null && far.length >= MULAW_FRAME_BYTES ? far : null;
    this.#echo.predict(heard === null ? 0 : frameEnergy(heard, MULAW_FRAME_BYTES));
    this.#echoSpectrum.hear(heard);
    this.#echoSpectrum.aim(this.#echo.limit > 0 ? this.#echo.delay : -1, this.#echo.gain);
  }

  /** The frame is no louder than this echo and the noise. */
  #isUnder(limit: number): boolean {
    return limit > 0 && this.#energy < limit + NOISE_ROOM * this.#evidence.floor;
  }

  #learnEcho(): void {
    const { limit, delay } = this.#echo;
    const evidence = this.#evidence;
    const loud = this.#energy > (delay < 0 ? OUTLIER : OUTLIER_KNOWN) * limit && !this.#isUnder(limit);
    const other =
      (loud && evidence.speechLike) || evidence.maybeTone || (this.#speaking && this.#clear.certainty >= SURELY_CALLER);
    this.#echo.learn(this.#energy - evidence.floor, other);
    if (!other) evidence.learnEcho();
  }

  #take(frame: Uint8Array, bytes: number): void {
    const window = this.#window;
    window.copyWithin(0, MULAW_FRAME_BYTES);
    const start = WINDOW_SAMPLES - MULAW_FRAME_BYTES;
    const length = Math.min(bytes > 0 ? bytes : 0, frame.length, MULAW_FRAME_BYTES);
    for (let i = 0; i < length; i++) window[start + i] = frame[i]!;
    for (let i = length; i < MULAW_FRAME_BYTES; i++) window[start + i] = MULAW_SILENCE;
    this.#energy = frameEnergy(window, MULAW_FRAME_BYTES, start);
  }

  #maybeStart(): number {
    this.#caller.quiet();
    if (!this.#evidence.starts) return VAD_NOTHING;
    this.#speaking = true;
    this.#surely = false;
    this.#quietFrames = 0;
    this.#utteranceFrames = this.#evidence.runFrames;
    this.#voicedFrames = this.#clear.framesWithin(this.#utteranceFrames);
    return VAD_SPEECH_STARTED;
  }

  #goOn(): number {
    if (this.#evidence.voiced) this.#voicedFrames++;
    if (this.#evidence.goesOn) {
      this.#utteranceFrames += this.#quietFrames + 1;
      this.#quietFrames = 0;
      return VAD_NOTHING;
    }
    return this.#quieter();
  }

  #quieter(): number {
    this.#quietFrames++;
    if (this.#quietFrames < this.#hangoverFrames) return VAD_NOTHING;
    this.#speaking = false;
    this.#evidence.restart();
    return VAD_SPEECH_ENDED;
  }
}
