import type { Conversation } from "./conversation.ts";
import type { CallCore } from "./core.ts";
import type { SilenceWatch } from "./silence.ts";
import type { BargeIn } from "./vad/barge-in.ts";
import type { Vad } from "./vad/vad.ts";

/** The ear of one call: who hears the caller's speech, and who decides that it stops the assistant. */
export interface Detectors {
  vad: Vad;
  bargeIn: BargeIn;
}

// A shorter sound does not count as "the caller is there".
const speechMs = 200;
// A sound as short as that which nothing followed for so long was a breath: what is said then did not begin with it.
const apartMs = 1_000;
// The shortest words ("כן", "תשע") have 80-120 ms of vowels; a cough or a breath has a moment of them, or none.
const wordVoicedMs = 80;

/** What the detector found, for everybody who cares: the log, the silence watch, the dialogue, the times of turns. */
export class CallerEar {
  readonly #core: CallCore;
  readonly #vad: Vad;
  readonly #talk: Conversation;
  readonly #silence: SilenceWatch;
  #turnStartMs = -1; // the first sound since the engine last took a turn
  #speechEndMs = 0;
  #spoken = false; // since then, and not only breathed
  #saidWord = false; // since then
  #heardAnything = false;
  #leftMs = Number.POSITIVE_INFINITY;

  constructor(core: CallCore, vad: Vad, talk: Conversation, silence: SilenceWatch) {
    this.#core = core;
    this.#vad = vad;
    this.#talk = talk;
    this.#silence = silence;
  }

  speechStarted(): void {
    this.#silence.pause();
    const startMs = Math.max(0, this.#core.atMs() - this.#vad.utteranceMs);
    const onlyBreathed = !this.#spoken && startMs - this.#speechEndMs > apartMs;
    if (this.#turnStartMs < 0) this.#saidWord = false;
    if (this.#turnStartMs < 0 || onlyBreathed) this.#turnStartMs = startMs;
    if (!this.#heardAnything) {
      this.#heardAnything = true;
      const rms = Math.round(this.#vad.levelRms);
      this.#core.log.info("CALL", `first user audio detected (rms=${rms}, t=${this.#core.atMs()})`);
    }
    this.#talk.speechStarted();
  }

  speechEnded(): void {
    this.#speechEndMs = this.#core.atMs();
    const isSpeech = this.#vad.utteranceMs >= speechMs;
    this.#spoken ||= isSpeech;
    if (isSpeech) this.#silence.heard();
    else this.#silence.arm();
    this.#saidWord ||= this.#isWord;
    this.#talk.speechEnded(this.#saidWord);
  }

  /** A short sound over the assistant: the engine was not given it, so it begins no turn. */
  noticed(): void {
    this.#turnStartMs = -1;
  }

  /** From the first sound since the last turn to the end of the last one, in call time; `heard`: there was one. */
  takeSpeech(): { startMs: number; endMs: number; heard: boolean } {
    const endMs = this.#vad.speaking ? Math.min(this.#core.atMs(), this.#leftMs) : this.#speechEndMs;
    const heard = this.#turnStartMs >= 0;
    const startMs = heard ? this.#turnStartMs : endMs;
    this.#turnStartMs = -1;
    this.#spoken = false;
    return { startMs, endMs: Math.max(startMs, endMs), heard };
  }

  /** The caller is gone. True when he had spoken since the last turn, if only one word, or was in the middle of a sentence. */
  leave(): boolean {
    this.#leftMs = this.#core.atMs();
    return (this.#turnStartMs >= 0 && this.#saidWord) || (this.#vad.speaking && this.#isWord);
  }

  get #isWord(): boolean {
    return this.#vad.voicedMs >= wordVoicedMs;
  }

  logThreshold(): void {
    const { noiseFloorRms, speechThresholdRms } = this.#vad;
    const [floor, threshold] = [Math.round(noiseFloorRms), Math.round(speechThresholdRms)];
    this.#core.log.info("VAD", `noise_floor=${floor} speech_threshold=${threshold}`);
  }
}
