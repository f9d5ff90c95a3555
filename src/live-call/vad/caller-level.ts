// Weak syllables lie up to 15 dB under the mean of a voice's vowels; what is 20 dB under it is somebody else.
const BELOW = 10 ** -2;
// The two loudest vowels within 400 ms of a caller lie less than 10 dB under that mean, also when he says it 8 dB softer; the
// next table of a café, 20 dB under him, seldom gets there.
const NEAR = 10 ** -1;
const RISE = 0.1;
const FALL = 0.02;
// Forgets 0.5 dB per second of silence, so that a loud sound at the start cannot make the call deaf.
const FORGET = 10 ** -0.001;
// 0.6 s of voiced speech, before which the level is not trusted.
const FRAMES_MIN = 30;

/** The energy of the caller's own voice, learnt from the vowels, and the gate that follows from it. */
export class CallerLevel {
  /** Mean energy of voiced frames; 0 while unknown. */
  energy = 0;
  #frames = 0;

  /** A voiced frame of an utterance. Voices from farther away teach nothing: they would make themselves the caller. */
  heard(energy: number): void {
    if (this.energy === 0) this.energy = energy;
    if (energy >= this.near) this.energy += (energy > this.energy ? RISE : FALL) * (energy - this.energy);
    if (this.#frames < FRAMES_MIN) this.#frames++;
  }

  /** A frame without speech. */
  quiet(): void {
    this.energy *= FORGET;
  }

  /** Energy that somebody reaches who speaks into this telephone, and not beside it; 0 while unknown. */
  get near(): number {
    return this.#frames < FRAMES_MIN ? 0 : this.energy * NEAR;
  }
  /** Energy under which a sound is not the caller. */
  get gate(): number {
    return this.#frames < FRAMES_MIN ? 0 : this.energy * BELOW;
  }
}
