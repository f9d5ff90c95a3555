/** What the audio path tells the control path, as numbers. */
export const VERDICT_NONE = 0;
export const VERDICT_SPEECH_STARTED = 1;
export const VERDICT_SPEECH_ENDED = 2;
export const VERDICT_BARGE_IN = 3;
export const VERDICT_NOTICED = 4;
export const VERDICT_THRESHOLD = 5;
/** The caller has heard all there is. */
export const VERDICT_DRAINED = 6;

const slots = 256;

/**
 * Fixed ring between the two halves of a call. It is drained in the tick in which it was filled, so 256 is far more
 * than one message can bring (a 2 s gap is 100 frames); what would not fit is counted and dropped.
 */
export class VerdictRing {
  readonly #ring = new Uint8Array(slots);
  #head = 0;
  #size = 0;
  dropped = 0;

  post(verdict: number): void {
    if (this.#size === slots) {
      this.dropped++;
      return;
    }
    this.#ring[(this.#head + this.#size++) % slots] = verdict;
  }

  /** The oldest verdict, or VERDICT_NONE when there is none. */
  take(): number {
    if (this.#size === 0) return VERDICT_NONE;
    const verdict = this.#ring[this.#head]!;
    this.#head = (this.#head + 1) % slots;
    this.#size--;
    return verdict;
  }
}
