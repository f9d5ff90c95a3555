import { MULAW_BYTES_PER_MS, MULAW_FRAME_BYTES } from "../audio/mulaw.ts";
import { AudioFifo } from "./audio-fifo.ts";
import type { HeardCut } from "./engine.ts";
import type { Line } from "./line.ts";
import { PlayoutMarks } from "./playout-marks.ts";

/** All in ms. */
export interface PlayoutSettings {
  /** How far the peer's buffer is kept filled ahead of what is heard. */
  leadMs: number;
  markEveryMs: number;
  /** Received and not yet sent; more is refused. */
  queueMs: number;
  /** The final mark may be this late before the audio counts as heard without it. */
  markSlackMs: number;
}

/** One stretch of the assistant's speech: an item of the engine, or a phrase of our own. */
interface PlayoutItem {
  readonly id: string;
  /** `local` audio is not the engine's to truncate: phrases, and the rest of an answer that is played again. */
  readonly source: "engine" | "local";
  /** Milliseconds of the item that were heard before, when this is the rest of it. */
  readonly offsetMs: number;
  /** Stream offsets in bytes; `end` is without padding. */
  readonly start: number;
  end: number;
  done: boolean;
  begun: boolean;
}

/** What was taken away from the caller by a clear. */
export interface Cleared {
  /** For the engine: items whose end was not heard. Empty when everything was. */
  cuts: HeardCut[];
  /** For the transcript: the same for every item, phrases included. */
  heard: HeardCut[];
  /** The unheard audio, in order, to be played again should the interruption turn out to be a cough. */
  remainder: Remainder[];
}

export interface Remainder {
  itemId: string;
  /** Milliseconds of the item before this audio. */
  offsetMs: number;
  bytes: Uint8Array;
}

/** What the ledger tells the call. `heardMs` counts from the item's own beginning. */
export interface PlayoutEvents {
  itemBegan(itemId: string): void;
  itemHeard(itemId: string, heardMs: number): void;
  /** Everything sent was heard, or its time is over; nothing is queued. */
  drained(): void;
  /** Newly heard audio, for the recording: `length` bytes from stream offset `from` on. Hot. */
  heardAudio(fifo: AudioFifo, from: number, length: number): void;
}

// A final mark is lost when it is this late although an earlier one of the same run came back in time.
const confirmedSlackMs = 1_000;
// Playback resumes at most this early after an estimate said "still playing": differences below are network jitter.
const jitterMs = 80;
// A refill of one mark's length keeps messages few; below this lead it goes out whatever its size.
const urgentLeadMs = 400;
const roundTripMaxMs = 400;
// The caller's frames come with the echo of what was heard when they left; a second of waiting is a network out of order.
const pastBytes = 1_000 * MULAW_BYTES_PER_MS;

/**
 * The ledger of what was received, sent and heard. Stream offsets are bytes since the call began (8 per ms); the peer
 * plays what it was sent without pause, so one number, the moment at which offset 0 would have been heard, gives the
 * position; every mark that comes back corrects it.
 */
export class Playout {
  readonly #settings: PlayoutSettings;
  readonly #events: PlayoutEvents;
  readonly #fifo = new AudioFifo();
  readonly #farFrame = new Uint8Array(MULAW_FRAME_BYTES);
  readonly #marks = new PlayoutMarks();
  readonly #discarded = new Set<string>();
  #items: PlayoutItem[] = [];
  #line: Line | null = null;
  #sent = 0;
  #acked = 0;
  #heard = 0; // last estimate, never ahead of what was sent; what lies a second before is released
  #spokenFrom = 0;
  #zeroMs = 0; // when offset 0 would have been heard
  #runZeroMs = 0; // the same as the peer would see it, without any round trip
  #runFrom = 0; // the first offset to which `#zeroMs` applies
  #farZeroBeforeMs = 0; // for those before it
  #measuring = false; // nothing was under way when this run began: its marks measure the round trip
  #confirmed = false; // a mark of this run came back
  #roundTripMs = 0;
  #refused = false;
  #active = false;
  /** Final marks that never came, in a row. */
  lostInRow = 0;
  marksOfOldGenerations = 0;

  constructor(settings: PlayoutSettings, events: PlayoutEvents) {
    this.#settings = settings;
    this.#events = events;
  }

  attach(line: Line): void {
    this.#line = line;
  }

  /** True from the first byte of speech until `drained`. */
  get active(): boolean {
    return this.#active;
  }

  /** The line no longer takes audio. */
  get refused(): boolean {
    return this.#refused;
  }

  get queuedMs(): number {
    return (this.#fifo.end - this.#sent) / MULAW_BYTES_PER_MS;
  }

  /** When the last of what was sent was, or will be, heard; by the clock, marks or no marks. */
  get endsMs(): number {
    return this.#zeroMs + this.#sent / MULAW_BYTES_PER_MS;
  }

  /** The quickest way to the peer and back that a mark has shown; 0 before the first. */
  get roundTripMs(): number {
    return this.#roundTripMs;
  }

  /** Whether the caller hears the assistant now, or did less than `tailMs` ago. Needs no marks. */
  audible(nowMs: number, tailMs: number): boolean {
    return this.#active && (this.queuedMs > 0 || nowMs < this.endsMs + tailMs);
  }

  /** How long the running speech has been heard; 0 when none is. */
  heardForMs(nowMs: number): number {
    if (!this.audible(nowMs, 0)) return 0;
    return Math.max(0, (this.#heard - this.#spokenFrom) / MULAW_BYTES_PER_MS);
  }

  /**
   * The frame that would be heard at clock time `atMs` (up to a second back) if there were no way to the peer, null for
   * silence; valid until the next call. The round trip is left out because it is not known before the first mark: for
   * whoever looks for the echo it is one more part of a delay that stands still. Late marks do not hold it up either.
   * Hot: no allocation.
   */
  farFrame(atMs: number): Uint8Array | null {
    let at = (atMs - this.#farZeroMs) * MULAW_BYTES_PER_MS;
    if (at < this.#runFrom) {
      at = (atMs - this.#farZeroBeforeMs) * MULAW_BYTES_PER_MS;
      if (at >= this.#runFrom) return null;
    }
    const from = Math.floor(at / MULAW_FRAME_BYTES) * MULAW_FRAME_BYTES;
    if (from < this.#fifo.start || from + MULAW_FRAME_BYTES > this.#sent) return null;
    this.#fifo.copyInto(this.#farFrame, 0, from, MULAW_FRAME_BYTES);
    return this.#farFrame;
  }

  get #farZeroMs(): number {
    return this.#zeroMs - this.#roundTripMs;
  }

  /** Audio of the engine. False when the queue is full: the answer has to be stopped. Audio of discarded items is dropped. */
  write(itemId: string, payload: string, nowMs: number): boolean {
    if (this.#discarded.has(itemId)) return true;
    if (this.queuedMs > this.#settings.queueMs) return false;
    const item = this.#itemFor(itemId, "engine", 0);
    this.#fifo.append(payload);
    item.end = this.#fifo.end;
    this.#wake(nowMs);
    return true;
  }

  /** Audio of our own, complete. */
  writeLocal(itemId: string, bytes: Uint8Array, offsetMs: number, nowMs: number): void {
    const item = this.#itemFor(itemId, "local", offsetMs);
    this.#fifo.appendBytes(bytes);
    item.end = this.#fifo.end;
    this.#wake(nowMs);
    this.finishItem(itemId, nowMs);
  }

  /** No more audio will come for the item. */
  finishItem(itemId: string, nowMs: number): void {
    const item = this.#items.at(-1);
    if (item === undefined || item.id !== itemId || item.done) return;
    item.done = true;
    this.#fifo.padToFrame();
    if (this.#fifo.end > this.#sent) this.#wake(nowMs);
    else this.#dropHeardItems();
  }

  /** No more audio will come at all: the answer is over. */
  finishAll(nowMs: number): void {
    const last = this.#items.at(-1);
    if (last) this.finishItem(last.id, nowMs);
  }

  /** Moves the position and refills the peer. Called on every inbound frame and whenever audio came. Hot. */
  pump(nowMs: number): void {
    if (!this.#active) return;
    this.#advance(nowMs);
    this.#refill(nowMs);
    const allSent = this.#sent === this.#fifo.end - (this.#fifo.end % MULAW_FRAME_BYTES);
    if (!allSent || !this.#line) return;
    if (this.#acked === this.#sent) this.#drain();
    else if (nowMs > this.endsMs + (this.#confirmed ? confirmedSlackMs : this.#settings.markSlackMs))
      this.#giveUpOnMarks();
  }

  /** A mark came back. Marks of older generations are what a clear flushed: they say nothing. */
  marked(name: string, nowMs: number): void {
    const offset = this.#marks.returned(name);
    if (offset < 0) {
      this.marksOfOldGenerations++;
      return;
    }
    this.lostInRow = 0;
    this.#confirmed = true;
    this.#acked = offset;
    this.#place(nowMs - offset / MULAW_BYTES_PER_MS);
    this.pump(nowMs);
  }

  /**
   * A mark says when offset 0 was heard. Early ones show how quick the way can be; a late one moves the position only where
   * jitter does not explain it: the peer ran dry.
   */
  #place(zeroMs: number): void {
    if (this.#measuring) {
      const roundTripMs = Math.min(Math.max(0, zeroMs - this.#runZeroMs), roundTripMaxMs);
      if (this.#roundTripMs === 0 || roundTripMs < this.#roundTripMs) this.#roundTripMs = roundTripMs;
      this.#zeroMs = Math.max(this.#zeroMs, this.#runZeroMs + this.#roundTripMs);
    }
    if (zeroMs < this.#zeroMs || zeroMs > this.#zeroMs + jitterMs) this.#zeroMs = zeroMs;
  }

  /** Treats what is over by the clock as heard, without waiting for lost marks. Nothing happens while audio is due. */
  settle(nowMs: number): void {
    if (this.#active && !this.audible(nowMs, jitterMs)) this.#drain();
  }

  /**
   * Forgets everything that was not heard, here and at the peer. The cut lies where the peer will be when the clear reaches it: half a round
   * trip passed since its last mark left, another half passes until it hears us.
   */
  clear(nowMs: number): Cleared {
    this.#advance(nowMs);
    const cutAt = Math.min(this.#sent, this.#heard + Math.round(this.#roundTripMs * MULAW_BYTES_PER_MS));
    if (cutAt > this.#heard) this.#hear(cutAt);
    const cleared: Cleared = { cuts: [], heard: [], remainder: [] };
    for (const item of this.#items) this.#cut(item, cutAt, cleared);
    this.#items = [];
    this.#fifo.cut(Math.ceil(cutAt / MULAW_FRAME_BYTES) * MULAW_FRAME_BYTES);
    this.#sent = this.#acked = this.#heard = this.#fifo.end;
    this.#active = false;
    this.#marks.nextGeneration();
    this.#line?.clear();
    return cleared;
  }

  #cut(item: PlayoutItem, cutAt: number, cleared: Cleared): void {
    const heardBytes = Math.min(Math.max(0, cutAt - item.start), item.end - item.start);
    const heardMs = item.offsetMs + Math.floor(heardBytes / MULAW_BYTES_PER_MS);
    const receivedMs = item.offsetMs + Math.floor((item.end - item.start) / MULAW_BYTES_PER_MS);
    if (item.done && heardMs >= receivedMs) {
      this.#events.itemHeard(item.id, receivedMs);
      return;
    }
    const cut = { itemId: item.id, heardMs, receivedMs };
    if (item.source === "engine") {
      cleared.cuts.push(cut);
      this.#discard(item.id);
    }
    cleared.heard.push(cut);
    const bytes = this.#fifo.copy(item.start + (heardMs - item.offsetMs) * MULAW_BYTES_PER_MS, item.end);
    cleared.remainder.push({ itemId: item.id, offsetMs: heardMs, bytes });
  }

  #discard(itemId: string): void {
    this.#discarded.add(itemId);
    if (this.#discarded.size > 64) this.#discarded.delete(this.#discarded.values().next().value as string);
  }

  #itemFor(itemId: string, source: PlayoutItem["source"], offsetMs: number): PlayoutItem {
    const last = this.#items.at(-1);
    if (last && last.id === itemId && !last.done) return last;
    if (last) last.done = true;
    this.#fifo.padToFrame();
    const at = this.#fifo.end;
    const item: PlayoutItem = { id: itemId, source, offsetMs, start: at, end: at, done: false, begun: false };
    this.#items.push(item);
    return item;
  }

  #wake(nowMs: number): void {
    if (!this.#active) {
      this.#active = true;
      this.#spokenFrom = this.#sent;
    }
    this.pump(nowMs);
  }

  #advance(nowMs: number): void {
    const byClock = Math.floor((nowMs - this.#zeroMs) * MULAW_BYTES_PER_MS);
    const limit = Math.min(this.#sent, this.#marks.limit(byClock));
    const position = Math.max(this.#acked, Math.min(byClock, limit));
    if (position > this.#heard) this.#hear(position);
  }

  #hear(position: number): void {
    this.#events.heardAudio(this.#fifo, this.#heard, position - this.#heard);
    this.#heard = position;
    for (const item of this.#items) {
      if (item.begun || position <= item.start) continue;
      item.begun = true;
      this.#events.itemBegan(item.id);
    }
    this.#dropHeardItems();
    const needed = position - (position % MULAW_FRAME_BYTES) - pastBytes;
    if (needed > this.#fifo.start) this.#fifo.release(needed);
  }

  #dropHeardItems(): void {
    let first = this.#items[0];
    while (first?.done && this.#heard >= first.end) {
      this.#items.shift();
      this.#itemOver(first);
      first = this.#items[0];
    }
  }

  #itemOver(item: PlayoutItem): void {
    this.#events.itemHeard(item.id, item.offsetMs + Math.floor((item.end - item.start) / MULAW_BYTES_PER_MS));
  }

  #refill(nowMs: number): void {
    const chunkMax = this.#settings.markEveryMs * MULAW_BYTES_PER_MS;
    while (this.#line && !this.#refused) {
      const ready = this.#fifo.end - (this.#fifo.end % MULAW_FRAME_BYTES) - this.#sent;
      if (ready <= 0) return;
      const leadMs = this.#leadMs(nowMs);
      if (leadMs + this.#settings.markEveryMs > this.#settings.leadMs) return;
      const item = this.#items.find((candidate) => this.#sent < candidate.end);
      const itemLeft = item ? Math.ceil((item.end - this.#sent) / MULAW_FRAME_BYTES) * MULAW_FRAME_BYTES : ready;
      const length = Math.min(ready, chunkMax, itemLeft);
      const whole = length === chunkMax || item?.done === true;
      if (!whole && leadMs > urgentLeadMs) return; // wait for more instead of sending crumbs
      this.#send(length, leadMs, nowMs);
    }
  }

  #leadMs(nowMs: number): number {
    return Math.max(0, this.endsMs - nowMs);
  }

  #send(length: number, leadMs: number, nowMs: number): void {
    const line = this.#line!;
    if (leadMs === 0) this.#startRun(nowMs);
    const to = this.#sent + length;
    const taken = line.sendMedia(this.#fifo.base64(this.#sent, to), this.#marks.issue(to));
    this.#sent = to;
    if (!taken) this.#refused = true;
  }

  /** The peer's buffer is empty: what is sent now is heard at once (half a round trip later, which the marks tell). */
  #startRun(nowMs: number): void {
    if (this.#sent > this.#heard) this.#hear(this.#sent);
    this.#farZeroBeforeMs = this.#farZeroMs;
    this.#runFrom = this.#sent;
    this.#runZeroMs = nowMs - this.#sent / MULAW_BYTES_PER_MS;
    this.#zeroMs = this.#runZeroMs + this.#roundTripMs;
    this.#confirmed = false;
    this.#measuring = this.#acked === this.#sent;
  }

  #giveUpOnMarks(): void {
    this.lostInRow++;
    this.#drain();
  }

  #drain(): void {
    if (this.#heard < this.#sent) this.#hear(this.#sent);
    this.#acked = this.#sent;
    this.#marks.forget();
    this.#active = false;
    this.#events.drained();
  }
}
