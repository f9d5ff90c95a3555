import { describeError } from "../base/errors.ts";
import type { CallCore } from "./core.ts";
import { type PhraseName, phraseNames, phraseText } from "./phrases-text.ts";
import type { Playout, Remainder } from "./playout.ts";
import type { Transcript } from "./transcript.ts";

const fillers = new Set<PhraseName>(["wait_1", "wait_2", "wait_3", "checking", "line_trouble"]);

const ownPrefix = "phrase:";

/** Says the call's own sentences from the cache, in the assistant's own voice. What is not rendered yet is prepared for next time. */
export class Speaker {
  readonly #core: CallCore;
  readonly #playout: Playout;
  readonly #transcript: Transcript;
  readonly #fillerIds = new Set<string>();
  /** Own audio under way and the position from which on the engine's memory lacks it. */
  readonly #toRemember = new Map<string, number>();
  #count = 0;
  #warned = false;

  constructor(core: CallCore, playout: Playout, transcript: Transcript) {
    this.#core = core;
    this.#playout = playout;
    this.#transcript = transcript;
  }

  /** Renders in the background whatever is missing for this call's voice and language. */
  prepareAll(): void {
    const { settings, phrases } = this.#core;
    for (const name of phraseNames) {
      const text = this.#text(name);
      if (settings && !phrases.get(settings.voice, text)) void this.prepare(text);
    }
  }

  /** False when the sentence is not rendered yet: nothing is heard. */
  say(name: PhraseName): boolean {
    return this.sayText(this.#text(name), fillers.has(name)) !== null;
  }

  /** The same for any text; returns its item, or null. */
  sayText(text: string, filler = false): string | null {
    const { settings, phrases } = this.#core;
    const bytes = settings && phrases.get(settings.voice, text);
    if (!bytes) {
      void this.prepare(text);
      return null;
    }
    const itemId = `${ownPrefix}${this.#count++}`;
    if (filler) this.#fillerIds.add(itemId);
    else this.#toRemember.set(itemId, 0);
    this.#transcript.phrase(itemId, text, filler);
    this.#playout.writeLocal(itemId, bytes, 0, this.#core.nowMs());
    return itemId;
  }

  /** Plays what was left of an item when it was cut. */
  resume({ itemId, offsetMs, bytes }: Remainder): void {
    if (bytes.length === 0) return;
    if (!this.isFiller(itemId)) this.#toRemember.set(itemId, offsetMs);
    this.#playout.writeLocal(itemId, bytes, offsetMs, this.#core.nowMs());
  }

  /** The caller heard an item up to here: own words go into the engine's memory, fillers do not. */
  heard(itemId: string, heardMs: number): void {
    const from = this.#toRemember.get(itemId);
    if (from === undefined) return;
    this.#toRemember.delete(itemId);
    this.#core.remember("assistant", this.#transcript.between(itemId, from, heardMs));
  }

  text(name: PhraseName): string {
    return this.#text(name);
  }

  /** One of our sentences, not the engine's. */
  isOwn(itemId: string): boolean {
    return itemId.startsWith(ownPrefix);
  }

  isFiller(itemId: string): boolean {
    return this.#fillerIds.has(itemId);
  }

  #text(name: PhraseName): string {
    return phraseText(this.#core.settings?.languages ?? [], name);
  }

  /** Renders a text in the background, or reads it from disk; resolves to whether it is there now. */
  prepare(text: string): Promise<boolean> {
    const { settings, phrases, log } = this.#core;
    if (!settings) return Promise.resolve(false);
    // Started in a promise, so that a synchronous throw of the port is a sentence that is not rendered as well.
    return Promise.resolve()
      .then(() => phrases.prepare(settings.voice, text))
      .then(() => true)
      .catch((thrown: unknown) => {
        // Without a model a dozen fail in every call: one line says it.
        if (!this.#warned) log.warn("CALL", "sentence not rendered", { error: describeError(thrown) });
        this.#warned = true;
        return false;
      });
  }
}
