/** Caller audio that waits for a session: at most `maxMs`, the oldest frames go first. */
export class AudioBacklog {
  #frames: string[] = [];
  #ms = 0;

  /** `payload` is base64 of mu-law at 8 kHz: 8 bytes are 1 ms. */
  push(payload: string, maxMs: number): void {
    this.#frames.push(payload);
    this.#ms += durationMs(payload);
    while (this.#ms > maxMs) this.#ms -= durationMs(this.#frames.shift() ?? "");
  }

  get ms(): number {
    return this.#ms;
  }

  /** Hands everything over, oldest first, and is empty then. */
  drain(take: (payload: string) => void): void {
    const frames = this.#frames;
    this.clear();
    for (const payload of frames) take(payload);
  }

  clear(): void {
    this.#frames = [];
    this.#ms = 0;
  }
}

/** Length of mu-law audio in base64, in ms: 4 characters are 3 bytes, 8 bytes are 1 ms. */
export function durationMs(payload: string): number {
  const padding = payload.endsWith("==") ? 2 : payload.endsWith("=") ? 1 : 0;
  return ((payload.length * 3) / 4 - padding) / 8;
}
