import type { HistoryLine } from "./engine.ts";
import type { TurnRecord } from "./journal.ts";

interface Entry {
  readonly role: "caller" | "assistant";
  text: string;
  /** Call time in ms; -1 while nothing of it was heard. */
  startMs: number;
  endMs: number;
  heardMs: number;
  receivedMs: number;
  /** The text has all its words. */
  final: boolean;
  /** The audio was heard to the end or cut; for the caller: always. */
  settled: boolean;
  interrupted: boolean;
  /** The words at the moment of the cut belong to the audio received by then. */
  frozen: boolean;
  /** Fillers are in the log and not in the engine's memory. */
  filler: boolean;
  written: boolean;
}

/** The words of `text` that fit into the heard share of its audio: whole words, none when nothing was heard. */
export function heardPart(text: string, fromMs: number, toMs: number, receivedMs: number): string {
  if (receivedMs <= 0 || toMs <= fromMs) return "";
  const from = wordStart(text, Math.round((text.length * fromMs) / receivedMs));
  const to = toMs >= receivedMs ? text.length : wordStart(text, Math.round((text.length * toMs) / receivedMs));
  return text.slice(from, to).trim();
}

const wordStart = (text: string, at: number): number => {
  if (at <= 0) return 0;
  if (at >= text.length) return text.length;
  return text.lastIndexOf(" ", at) + 1;
};

/** Who said what and when, as it was heard: the assistant's lines end where the caller stopped hearing them. */
export class Transcript {
  readonly #entries = new Map<string, Entry>();
  readonly #write: (turn: TurnRecord) => void;

  constructor(write: (turn: TurnRecord) => void) {
    this.#write = write;
  }

  /** The engine took what the caller said between two call times as a turn. */
  callerTurn(itemId: string, startMs: number, endMs: number): void {
    const entry = this.#entry(itemId, "caller");
    entry.startMs = startMs;
    entry.endMs = endMs;
    entry.settled = true;
    this.#writeIfDone(entry);
  }

  text(role: "caller" | "assistant", itemId: string, text: string, final: boolean): void {
    const entry = this.#entry(itemId, role);
    if (entry.frozen && entry.text !== "") return;
    entry.text = final ? text : entry.text + text;
    entry.final ||= final;
    this.#writeIfDone(entry);
  }

  /** A phrase of our own: its words are known before it is heard. */
  phrase(itemId: string, text: string, filler: boolean): void {
    const entry = this.#entry(itemId, "assistant");
    entry.text = text;
    entry.final = true;
    entry.filler = filler;
  }

  /** The first sound of an item reached the caller. */
  began(itemId: string, atMs: number): void {
    const entry = this.#entry(itemId, "assistant");
    if (entry.startMs < 0) entry.startMs = atMs;
  }

  /** The caller heard an item to its end. */
  heard(itemId: string, heardMs: number, atMs: number): void {
    const entry = this.#entry(itemId, "assistant");
    entry.heardMs = heardMs;
    entry.receivedMs = Math.max(entry.receivedMs, heardMs);
    entry.endMs = atMs;
    entry.interrupted = entry.heardMs < entry.receivedMs;
    entry.settled = true;
    this.#writeIfDone(entry);
  }

  /** The caller stopped hearing an item; it is written when the cut is `settle`d, because it may be played on. */
  cut(itemId: string, heardMs: number, receivedMs: number, atMs: number): void {
    const entry = this.#entry(itemId, "assistant");
    entry.heardMs = heardMs;
    entry.receivedMs = Math.max(entry.receivedMs, receivedMs);
    entry.endMs = atMs;
    entry.interrupted = true;
    entry.frozen = true;
  }

  /** The interruption stands: what was cut stays cut. */
  settleCuts(): void {
    for (const entry of this.#entries.values()) {
      if (entry.role !== "assistant" || !entry.interrupted || entry.settled) continue;
      entry.settled = true;
      entry.final = true;
      this.#writeIfDone(entry);
    }
  }

  /** The words of an item between two positions of its audio. */
  between(itemId: string, fromMs: number, toMs: number): string {
    const entry = this.#entries.get(itemId);
    return entry ? heardPart(entry.text, fromMs, toMs, Math.max(entry.receivedMs, toMs)) : "";
  }

  /** All words of an item that are known. */
  words(itemId: string): string {
    return this.#entries.get(itemId)?.text ?? "";
  }

  /** What was said and heard, oldest first, without fillers; at most `max` lines. */
  history(max: number): HistoryLine[] {
    const lines = [...this.#entries.values()]
      .filter((entry) => entry.startMs >= 0 && !entry.filler)
      .sort((one, other) => one.startMs - other.startMs)
      .map((entry) => ({ role: entry.role, text: spoken(entry) }));
    return lines.filter((line) => line.text !== "").slice(-max);
  }

  /** Writes what is not written yet, with the words there are. */
  finish(atMs: number): void {
    for (const entry of this.#entries.values()) {
      if (entry.endMs < 0) entry.endMs = atMs;
      if (entry.startMs >= 0) this.#writeNow(entry);
    }
  }

  #entry(itemId: string, role: Entry["role"]): Entry {
    const known = this.#entries.get(itemId);
    if (known) return known;
    const entry: Entry = {
      role,
      text: "",
      startMs: -1,
      endMs: -1,
      heardMs: 0,
      receivedMs: 0,
      final: false,
      settled: false,
      interrupted: false,
      frozen: false,
      filler: false,
      written: false,
    };
    this.#entries.set(itemId, entry);
    return entry;
  }

  #writeIfDone(entry: Entry): void {
    if (entry.settled && entry.final) this.#writeNow(entry);
  }

  #writeNow(entry: Entry): void {
    const text = spoken(entry);
    if (entry.written || text === "") return;
    entry.written = true;
    const { role, startMs, endMs, interrupted } = entry;
    this.#write({ role, text, startMs, endMs: Math.max(startMs, endMs), interrupted });
  }
}

const spoken = (entry: Entry): string =>
  entry.interrupted ? heardPart(entry.text, 0, entry.heardMs, entry.receivedMs) : entry.text.trim();
