import { MULAW_FRAME_BYTES, MULAW_SILENCE } from "../../audio/mulaw.ts";
import { BINS, ringSpectrum } from "./spectrum.ts";

// 1.02 s of what was sent: the longest delay of the gate, and the window before it.
const RING_BYTES = 8_192;
const RING_FRAMES = Math.ceil(RING_BYTES / MULAW_FRAME_BYTES);
// 250 Hz: narrow enough for the colour of a handset or a car, wide enough to be learnt from a few words.
const BAND_BINS = 16;
const BANDS = BINS / BAND_BINS;
// Echoes come in whole samples, delays in frames: on the average half a frame is missing.
const HALF_FRAME_BYTES = 80;
// 4 dB: reflections raise single harmonics by up to 3.5 dB over the mean of their band.
const MARGIN = 2.5;
// A room answers for a while: the prediction falls by at most 5 dB per frame.
const TAIL = 0.3;
// Sums forget with a time constant of 50 frames that were looked at.
const MEMORY = 0.98;
// 9 dB over what was expected is somebody else: the edge of a tone, 30 dB over the echo, must not be learnt as echo for a second.
const OUTLIER = 8;
// The return loss of the whole band counts as much as five frames of a band's own.
const FIRST_FRAMES = 5;

// A frame in work: one for all detectors.
const sent = new Float64Array(BINS);
const expected = new Float32Array(BINS);

/**
 * The assistant's echo as a noise whose spectrum is known: what was sent, one delay ago, times a return loss per band that is
 * learnt while nobody else speaks. Powers instead of waveforms, as no waveform comes through a mobile codec; and because
 * the spectrum keeps the harmonics, the caller's stand out between those of an echo that is louder than the caller.
 */
export class EchoSpectrum {
  /** Sum of `likely`, 0 while no echo can be heard; as of the last `over`. */
  likelyTotal = 0;
  readonly #ring = new Uint8Array(RING_BYTES).fill(MULAW_SILENCE);
  readonly #likely = new Float32Array(BINS);
  /** Power gain of the echo path by band, as the ratio of these sums. */
  readonly #gains = new Float32Array(BANDS);
  readonly #nearSums = new Float32Array(BANDS);
  readonly #sentSums = new Float32Array(BANDS);
  #end = 0;
  #silentFrames = RING_FRAMES;
  /** In frames, -1 while unknown or while there is no echo. */
  #delay = -1;

  /** Once per frame: the assistant's mu-law frame as `Vad.push` takes it, null for silence. */
  hear(frame: Uint8Array | null): void {
    this.#silentFrames = frame === null ? this.#silentFrames + 1 : 0;
    if (this.#silentFrames > RING_FRAMES) return;
    const ring = this.#ring;
    for (let i = 0; i < MULAW_FRAME_BYTES; i++) {
      ring[(this.#end + i) & (RING_BYTES - 1)] = frame?.[i] ?? MULAW_SILENCE;
    }
    this.#end = (this.#end + MULAW_FRAME_BYTES) & (RING_BYTES - 1);
  }

  /** What the gate knows: `delay` in frames, -1 when it knows none or no echo can be heard now; `gain` as amplitude ratio. */
  aim(delay: number, gain: number): void {
    if (this.#delay < 0 && delay >= 0) {
      this.#gains.fill(gain * gain);
      this.#sentSums.fill(0);
      this.#likely.fill(0);
    }
    this.#delay = delay;
  }

  /** The echo by bin that `over` expects, without the room; null while none can be heard. */
  get likely(): Float32Array | null {
    return this.#delay < 0 ? null : this.#likely;
  }

  /** Power by bin that needs no caller to explain it: noise, and the echo with some room. Valid until the next call. */
  over(noise: Float32Array): Float32Array {
    this.likelyTotal = 0;
    if (this.#delay < 0) return noise;
    const end = this.#end - this.#delay * MULAW_FRAME_BYTES - HALF_FRAME_BYTES;
    ringSpectrum(this.#ring, end, RING_BYTES - 1, sent);
    const likely = this.#likely;
    let total = 0;
    for (let band = 0, k = 0; band < BANDS; band++) {
      const gain = this.#gains[band]!;
      for (const to = k + BAND_BINS; k < to; k++) {
        const echo = Math.max(gain * sent[k]!, TAIL * likely[k]!);
        likely[k] = echo;
        total += echo;
        expected[k] = noise[k]! + MARGIN * echo;
      }
    }
    this.likelyTotal = total;
    return expected;
  }

  /** Nobody but the assistant was in the frame that `over` was asked for last. */
  learn(power: Float64Array, noise: Float32Array): void {
    if (this.#delay < 0) return;
    for (let band = 0, k = 0; band < BANDS; band++) {
      let nearSum = 0;
      let sentSum = 0;
      for (const to = k + BAND_BINS; k < to; k++) {
        nearSum += Math.max(0, power[k]! - noise[k]!);
        sentSum += sent[k]!;
      }
      this.#learnBand(band, nearSum, sentSum);
    }
  }

  #learnBand(band: number, near: number, sentNow: number): void {
    if (this.#sentSums[band] === 0) {
      this.#sentSums[band] = FIRST_FRAMES * sentNow;
      this.#nearSums[band] = FIRST_FRAMES * sentNow * this.#gains[band]!;
    }
    const most = OUTLIER * this.#gains[band]! * sentNow;
    this.#nearSums[band] = MEMORY * this.#nearSums[band]! + Math.min(near, most);
    this.#sentSums[band] = MEMORY * this.#sentSums[band]! + sentNow;
    if (this.#sentSums[band]! > 0) this.#gains[band] = this.#nearSums[band]! / this.#sentSums[band]!;
  }
}
