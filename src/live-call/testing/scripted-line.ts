import type { Clock } from "../../base/clock.ts";
import type { Line } from "../line.ts";

export interface ScriptedLineOptions {
  /** Network delay in each direction, ms; drawn anew for every message, order is kept. */
  delayMs: () => number;
  /** True: this mark never comes back. */
  loseMark: (name: string) => boolean;
  /** True: the peer takes no more data. */
  refuses: () => boolean;
}

/** A stretch of audio as the caller heard it. */
export interface HeardPiece {
  bytes: Uint8Array;
  fromMs: number;
}

interface Queued {
  bytes: Uint8Array | null;
  mark: string | null;
}

const bytesPerMs = 8;

/**
 * The peer of a call, as the phone provider behaves: it plays what it is sent without pause, returns marks when
 * playback reaches them or when a clear flushes them, and knows what the caller heard and when.
 */
export class ScriptedLine implements Line {
  readonly kind = "twilio";
  readonly heard: HeardPiece[] = [];
  closed = false;
  buffered = 0;
  clears = 0;
  onMark: (name: string) => void = () => {};
  onClosed: () => void = () => {};
  readonly #clock: Clock;
  readonly #options: ScriptedLineOptions;
  #queue: Queued[] = [];
  #playing: { bytes: Uint8Array; fromMs: number; timer: { cancel(): void } } | null = null;
  #downMs = 0; // when the newest message to the peer arrives
  #upMs = 0;

  constructor(clock: Clock, options: Partial<ScriptedLineOptions> = {}) {
    this.#clock = clock;
    this.#options = { delayMs: () => 0, loseMark: () => false, refuses: () => false, ...options };
  }

  sendMedia(payload: string, mark: string): boolean {
    if (this.closed || this.#options.refuses()) return false;
    const bytes = new Uint8Array(Buffer.from(payload, "base64"));
    if (bytes.length === 0 || bytes.length % 160 !== 0) throw new Error(`crumb of ${bytes.length} bytes`);
    this.#toPeer(() => this.#arrived({ bytes, mark: null }));
    this.#toPeer(() => this.#arrived({ bytes: null, mark }));
    return true;
  }

  clear(): boolean {
    this.clears++;
    this.#toPeer(() => this.#flush());
    return !this.closed;
  }

  bufferedBytes(): number {
    return this.buffered;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.onClosed();
  }

  /** All that was heard, as one array; gaps are left out. */
  get heardBytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.heard.map((piece) => piece.bytes)));
  }

  get heardMs(): number {
    return this.heard.reduce((sum, piece) => sum + piece.bytes.length / bytesPerMs, 0);
  }

  /** The same, up to this very moment. */
  get heardNowMs(): number {
    return this.heardMs + (this.#playing === null ? 0 : this.#clock.nowMs() - this.#playing.fromMs);
  }

  /** The caller hears something at this moment. */
  get sounding(): boolean {
    return this.#playing !== null;
  }

  #toPeer(arrive: () => void): void {
    this.#downMs = Math.max(this.#downMs, this.#clock.nowMs() + this.#options.delayMs());
    this.#clock.after(this.#downMs - this.#clock.nowMs(), arrive);
  }

  #returnMark(name: string): void {
    if (this.#options.loseMark(name)) return;
    this.#upMs = Math.max(this.#upMs, this.#clock.nowMs() + this.#options.delayMs());
    this.#clock.after(this.#upMs - this.#clock.nowMs(), () => {
      if (!this.closed) this.onMark(name);
    });
  }

  #arrived(item: Queued): void {
    this.#queue.push(item);
    if (!this.#playing) this.#playNext();
  }

  #playNext(): void {
    this.#playing = null;
    for (let item = this.#queue.shift(); item; item = this.#queue.shift()) {
      if (item.mark !== null) this.#returnMark(item.mark);
      if (item.bytes === null) continue;
      const bytes = item.bytes;
      const fromMs = this.#clock.nowMs();
      const timer = this.#clock.after(bytes.length / bytesPerMs, () => {
        this.heard.push({ bytes, fromMs });
        this.#playNext();
      });
      this.#playing = { bytes, fromMs, timer };
      return;
    }
  }

  #flush(): void {
    const playing = this.#playing;
    this.#playing = null;
    if (playing) {
      playing.timer.cancel();
      const bytes = playing.bytes.slice(0, Math.round((this.#clock.nowMs() - playing.fromMs) * bytesPerMs));
      if (bytes.length > 0) this.heard.push({ bytes, fromMs: playing.fromMs });
    }
    const queue = this.#queue;
    this.#queue = [];
    for (const item of queue) if (item.mark !== null) this.#returnMark(item.mark);
  }
}
