// 700 ms and one frame: the longest way from our socket through the caller's ear and back that was measured.
const DELAYS = 36;
const HISTORY = 64;
const HISTORY_MASK = HISTORY - 1;
// Delay and return loss of a call stand still; 12 times a second is often enough.
const ESTIMATE_EVERY = 4;
// Sums forget with a time constant of 3 s of audible assistant.
const MEMORY = 0.9935;
// The envelopes of echo and assistant agree to 0.8-0.95; two unrelated voices hardly ever reach 0.5.
const CORRELATION_MIN = 0.55;
// A delay that is known gives way to one that agrees clearly better, or when it hardly agrees any more.
const CORRELATION_MORE = 0.1;
const CORRELATION_LOST = 0.2;
const FRAMES_MIN = 30;
// Before anything is known, an echo 10 dB under the assistant is assumed.
const FIRST_GAIN = 0.32;
// What the caller must exceed: the echo fluctuates by a few dB around its prediction.
const MARGIN = 10 ** 0.37;
// A room answers for a while: the prediction falls by at most 3 dB per frame.
const TAIL = 0.5;
// The gain follows the median of what is heard: a frame moves it by at most 0.14 dB, however loud the caller in it is. Where
// the assistant is under its own mean, the room's answer and the edges of words count for more than the path.
const FOLLOW = 0.04;
const FOLLOW_MAX = 0.4;
const FOLLOW_MIN_RATIO = 1e-3;
// More double talk than this at a stretch is no double talk: the echo path has changed.
const FROZEN_FRAMES_MAX = 150;

/**
 * Reference gate: predicts, frame by frame, how much of the caller's leg is the assistant's own echo. Delay (0-700 ms) and
 * return loss are estimated per call from the energies of what was sent; while the caller surely talks over it, nothing is learnt.
 * A frame that is only louder than predicted must teach: a gate that leaves those out predicts less and less.
 */
export class EchoGate {
  /** Energy up to which the current frame may be echo; 0 when the assistant was not audible in the last 700 ms. */
  limit = 0;
  /** Amplitude ratio of echo to assistant (an upper bound while the delay is unknown). */
  gain = FIRST_GAIN;
  /** Estimated delay in frames, -1 while unknown. */
  delay = -1;
  // Far frames rarely line up with near ones: half of two neighbours.
  readonly #far = new Float32Array(HISTORY);
  readonly #farSum = new Float32Array(DELAYS);
  readonly #farSquares = new Float32Array(DELAYS);
  readonly #products = new Float32Array(DELAYS);
  #nearSum = 0;
  #nearSquares = 0;
  #weight = 0;
  #at = 0;
  #amplitude = 0;
  #sinceEstimate = 0;
  #audibleFrames = 0;
  #frozenFrames = 0;

  /** Takes the assistant's energy (16-bit units squared) of this frame and predicts the echo in the caller's frame. */
  predict(farEnergy: number): void {
    const amplitude = Math.sqrt(farEnergy);
    this.#at = (this.#at + 1) & HISTORY_MASK;
    this.#far[this.#at] = 0.5 * (amplitude + this.#amplitude);
    this.#amplitude = amplitude;
    this.#audibleFrames = farEnergy > 0 ? DELAYS + 4 : Math.max(0, this.#audibleFrames - 1);
    if (this.#audibleFrames === 0) {
      this.limit = 0;
      return;
    }
    let loudest = 0;
    const from = this.delay < 0 ? 0 : this.delay;
    const to = this.delay < 0 ? DELAYS - 1 : this.delay;
    for (let delay = from; delay <= to; delay++) loudest = Math.max(loudest, this.#farAt(delay));
    const echo = this.gain * loudest;
    this.limit = Math.max(MARGIN * echo * echo, TAIL * this.limit);
  }

  /** Learns from the caller's frame: `energy` above the noise floor; `callerSpeaks` freezes. */
  learn(energy: number, callerSpeaks: boolean): void {
    if (this.#audibleFrames === 0) return;
    if (callerSpeaks && this.#frozenFrames < FROZEN_FRAMES_MAX) {
      this.#frozenFrames++;
      return;
    }
    if (!callerSpeaks) this.#frozenFrames = 0;
    const near = Math.sqrt(Math.max(0, energy));
    this.#weight = this.#weight * MEMORY + 1;
    this.#nearSum = this.#nearSum * MEMORY + near;
    this.#nearSquares = this.#nearSquares * MEMORY + near * near;
    for (let delay = 0; delay < DELAYS; delay++) {
      const far = this.#farAt(delay);
      this.#farSum[delay] = this.#farSum[delay]! * MEMORY + far;
      this.#farSquares[delay] = this.#farSquares[delay]! * MEMORY + far * far;
      this.#products[delay] = this.#products[delay]! * MEMORY + near * far;
    }
    if (this.delay >= 0) this.#follow(near);
    if (this.#weight < FRAMES_MIN || ++this.#sinceEstimate < ESTIMATE_EVERY) return;
    this.#sinceEstimate = 0;
    this.#estimate();
  }

  #follow(near: number): void {
    const far = this.#farAt(this.delay);
    if (far * this.#weight < this.#farSum[this.delay]!) return;
    const off = Math.log(Math.max(FOLLOW_MIN_RATIO, near / (this.gain * far)));
    this.gain *= Math.exp(FOLLOW * Math.max(-FOLLOW_MAX, Math.min(FOLLOW_MAX, off)));
  }

  #farAt(delay: number): number {
    return this.#far[(this.#at - delay) & HISTORY_MASK]!;
  }

  #estimate(): void {
    const weight = this.#weight;
    const nearVariance = this.#nearSquares - (this.#nearSum * this.#nearSum) / weight;
    let best = CORRELATION_MIN;
    let bestDelay = -1;
    let own = 0;
    let mostGain = 0;
    for (let delay = 0; delay < DELAYS; delay++) {
      const farSum = this.#farSum[delay]!;
      const farSquares = this.#farSquares[delay]!;
      if (farSquares <= 0) continue;
      mostGain = Math.max(mostGain, this.#products[delay]! / farSquares);
      const scale = nearVariance * (farSquares - (farSum * farSum) / weight);
      if (scale <= 0) continue;
      const correlation = (this.#products[delay]! - (this.#nearSum * farSum) / weight) / Math.sqrt(scale);
      if (delay === this.delay) own = correlation;
      if (correlation <= best) continue;
      best = correlation;
      bestDelay = delay;
    }
    const known = this.delay >= 0;
    if (known && own > CORRELATION_LOST && best < own + CORRELATION_MORE) return;
    this.delay = bestDelay;
    if (bestDelay < 0) this.gain = Math.min(FIRST_GAIN, mostGain);
    else if (!known) this.gain = this.#products[bestDelay]! / this.#farSquares[bestDelay]!;
  }
}
