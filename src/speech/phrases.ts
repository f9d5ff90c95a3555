import type { Clock } from "../base/clock.ts";
import { AppError, describeError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { limits } from "../limits.ts";
import type { Phrases } from "../live-call/phrases.ts";
import { PhraseFiles } from "./phrase-files.ts";
import type { ReadAloud } from "./reader.ts";

export interface PhraseCacheDeps {
  clock: Clock;
  log: Log;
  /** Root of everything on disk; phrases are below `phrases/`. */
  storageDir: string;
  readAloud: ReadAloud;
  /** Another model is another recording. */
  model: string;
}

/**
 * Short texts in the assistant's voice: rendered once, kept on disk, the recently used ones in memory. Each text is
 * rendered by one request however many calls ask for it, and only a few are rendered at the same time.
 */
export class PhraseCache implements Phrases {
  readonly #deps: PhraseCacheDeps;
  readonly #files: PhraseFiles;
  /** In order of use, the latest last. */
  readonly #memory = new Map<string, Uint8Array>();
  readonly #pending = new Map<string, Promise<Uint8Array>>();
  /** When a reading failed lately (ms), oldest first: every call asks for a dozen texts, which must not multiply the trouble. */
  readonly #failedAtMs = new Map<string, number>();
  readonly #waiting: (() => void)[] = [];
  #memoryBytes = 0;
  #rendering = 0;

  constructor(deps: PhraseCacheDeps) {
    this.#deps = deps;
    this.#files = new PhraseFiles(deps.storageDir, deps.clock);
  }

  get(voice: string, text: string): Uint8Array | null {
    const key = this.#key(voice, text);
    const audio = this.#memory.get(key);
    if (audio === undefined) return null;
    this.#memory.delete(key);
    this.#memory.set(key, audio);
    return audio;
  }

  async prepare(voice: string, text: string): Promise<Uint8Array> {
    const remembered = this.get(voice, text);
    if (remembered !== null) return remembered;
    if (text.trim() === "" || text.length > limits.phraseChars)
      throw new AppError("invalid", "a phrase is empty or too long", { context: { chars: text.length } });
    const key = this.#key(voice, text);
    const pending = this.#pending.get(key);
    if (pending !== undefined) return pending;
    if (this.#deps.clock.nowMs() - (this.#failedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < limits.phraseRetryMs)
      throw new AppError("unavailable", "a phrase failed a moment ago");
    const started = this.#fetch(key, voice, text).finally(() => this.#pending.delete(key));
    this.#pending.set(key, started);
    return started;
  }

  /** Brings a text that an earlier process rendered into memory; what was never rendered stays unrendered. */
  async recall(voice: string, text: string): Promise<void> {
    const key = this.#key(voice, text);
    if (this.#memory.has(key) || this.#pending.has(key)) return;
    const stored = await this.#files.read(key);
    if (stored !== null && !this.#memory.has(key)) this.#remember(key, stored);
  }

  async #fetch(key: string, voice: string, text: string): Promise<Uint8Array> {
    const stored = await this.#files.read(key);
    if (stored !== null) return this.#remember(key, stored);
    const audio = await this.#inTurn(() => this.#deps.readAloud(voice, text)).catch((thrown: unknown) => {
      this.#noteFailure(key);
      throw thrown;
    });
    // A full disk costs the next start a rendering, not this call its greeting.
    await this.#files.write(key, audio).catch((thrown: unknown) => {
      this.#deps.log.warn("CALL", "phrase not kept on disk", { error: describeError(thrown) });
    });
    return this.#remember(key, audio);
  }

  #remember(key: string, audio: Uint8Array): Uint8Array {
    this.#memoryBytes += audio.length - (this.#memory.get(key)?.length ?? 0);
    this.#memory.set(key, audio);
    for (const [oldest, { length }] of this.#memory) {
      if (this.#memoryBytes <= limits.phraseMemoryBytes || oldest === key) break;
      this.#memory.delete(oldest);
      this.#memoryBytes -= length;
    }
    return audio;
  }

  #noteFailure(key: string): void {
    this.#failedAtMs.delete(key);
    this.#failedAtMs.set(key, this.#deps.clock.nowMs());
    const [oldest] = this.#failedAtMs.keys();
    if (this.#failedAtMs.size > limits.phraseFiles && oldest !== undefined) this.#failedAtMs.delete(oldest);
  }

  async #inTurn(render: () => Promise<Uint8Array>): Promise<Uint8Array> {
    if (this.#rendering >= limits.phrasesAtOnce) {
      if (this.#waiting.length >= limits.phrasesWaiting) throw new AppError("unavailable", "too many phrases wait");
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#rendering++;
    try {
      return await render();
    } finally {
      // The place is handed on, not given back: a newcomer cannot slip in before the one that waited.
      const next = this.#waiting.shift();
      if (next === undefined) this.#rendering--;
      else next();
    }
  }

  #key(voice: string, text: string): string {
    return new Bun.CryptoHasher("sha256").update(JSON.stringify([this.#deps.model, voice, text])).digest("hex");
  }
}
