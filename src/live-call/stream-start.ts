// Five seconds. The first frames wait behind the opening of a connection or in a busy process; the least delayed one tells.
const framesMax = 250;

/** When the stream began by our clock, from when its frames came: ties stream time (trace, recording) to call time. */
export class StreamStart {
  #startMs = Number.POSITIVE_INFINITY;
  #frames = 0;

  /** A frame whose last sample is at `endMs` of the stream has come. Hot. */
  heard(endMs: number, nowMs: number): void {
    if (this.#frames === framesMax) return;
    this.#frames++;
    this.#startMs = Math.min(this.#startMs, nowMs - endMs);
  }

  /** Whole ms from a moment of our clock to the stream's beginning, 0 for one before it; null when there was no frame. */
  since(clockMs: number): number | null {
    return this.#frames === 0 ? null : Math.max(0, Math.round(this.#startMs - clockMs));
  }
}
