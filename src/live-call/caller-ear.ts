import type { Conversation } from "./conversation.ts";
import type { CallCore } from "./core.ts";
import type { SilenceWatch } from "./silence.ts";
import type { Vad } from "./vad/vad.ts";

// A shorter sound does not count as "the caller is there".
const speechMs = 200;

/** What the detector found, for everybody who cares: the log, the silence watch, the dialogue, the times of turns. */
export class CallerEar {
  readonly #core: CallCore;
  readonly #vad: Vad;
  readonly #talk: Conversation;
  readonly #silence: SilenceWatch;
  #turnStartMs = -1; // the first sound since the engine last took a turn
  #speechEndMs = 0;
  #heardAnything = false;

  constructor(core: CallCore, vad: Vad, talk: Conversation, silence: SilenceWatch) {
    this.#core = core;
    this.#vad = vad;
    this.#talk = talk;
    this.#silence = silence;
  }

  speechStarted(): void {
    this.#silence.pause();
    if (this.#turnStartMs < 0) this.#turnStartMs = Math.max(0, this.#core.atMs() - this.#vad.utteranceMs);
    if (!this.#heardAnything) {
      this.#heardAnything = true;
      const rms = Math.round(this.#vad.levelRms);
      this.#core.log.info("CALL", `first user audio detected (rms=${rms}, t=${this.#core.atMs()})`);
    }
    this.#talk.speechStarted();
  }

  speechEnded(): void {
    this.#speechEndMs = this.#core.atMs();
    if (this.#vad.utteranceMs >= speechMs) this.#silence.heard();
    else this.#silence.arm();
    this.#talk.speechEnded();
  }

  /** A short sound over the assistant: the engine was not given it, so it begins no turn. */
  noticed(): void {
    this.#turnStartMs = -1;
  }

  /** From the first sound since the last turn to the end of the last one, in call time; `heard`: there was one. */
  takeSpeech(): { startMs: number; endMs: number; heard: boolean } {
    const endMs = this.#vad.speaking ? this.#core.atMs() : this.#speechEndMs;
    const heard = this.#turnStartMs >= 0;
    const startMs = heard ? this.#turnStartMs : endMs;
    this.#turnStartMs = -1;
    return { startMs, endMs: Math.max(startMs, endMs), heard };
  }

  logThreshold(): void {
    const { noiseFloorRms, speechThresholdRms } = this.#vad;
    const [floor, threshold] = [Math.round(noiseFloorRms), Math.round(speechThresholdRms)];
    this.#core.log.info("VAD", `noise_floor=${floor} speech_threshold=${threshold}`);
  }
}
