import { limits } from "../limits.ts";
import type { Conversation } from "./conversation.ts";
import type { CallCore } from "./core.ts";

/**
 * The first words of a call: from the cache in the tick in which the stream starts, else by the engine as soon as it
 * is ready. A greeting that names the caller is rendered per caller; when it is late, the general one is said.
 */
export class Greeting {
  readonly #core: CallCore;
  readonly #talk: Conversation;
  readonly #guard: (run: () => void) => void;
  #waiting: string | null = null;
  #started = false;
  #asked = false; // the engine, for want of a rendering

  constructor(core: CallCore, talk: Conversation, guard: (run: () => void) => void) {
    this.#core = core;
    this.#talk = talk;
    this.#guard = guard;
  }

  /** At webhook time: starts rendering what is not there, so that it may be by the time the stream starts. */
  prepare(): void {
    const { settings } = this.#core;
    for (const text of new Set([settings?.greeting, settings?.genericGreeting])) if (text) this.#render(text);
    this.#talk.speaker.prepareAll();
  }

  /** The stream is up and the settings are known. Once per call. */
  begin(): void {
    const { settings } = this.#core;
    if (this.#started || settings === null) return;
    this.#started = true;
    const { greeting, genericGreeting = "", voice } = settings;
    if (greeting === null) {
      this.#talk.onListening();
    } else if (!this.#talk.sayCached(greeting)) {
      // Waiting is worth it only when there is something to fall back on.
      if (this.#core.phrases.get(voice, genericGreeting) === null) this.#sayByEngine(greeting);
      else this.#core.arm("greeting_patience", limits.greetingPatienceMs);
    }
  }

  /** The personal greeting had its time. */
  patienceOver(): void {
    const { settings } = this.#core;
    if (!settings?.greeting || this.#talk.sayCached(settings.greeting)) return;
    if (settings.genericGreeting && this.#talk.sayCached(settings.genericGreeting)) return;
    this.#sayByEngine(settings.greeting);
  }

  /** The engine became ready: what waits for it is said now. */
  engineReady(): void {
    const text = this.#waiting;
    this.#waiting = null;
    if (text !== null) this.#talk.request({ say: text });
  }

  /** What comes from disk or is rendered just after the start wins over an engine that has not spoken yet. */
  #render(text: string): void {
    void this.#talk.speaker.prepare(text).then((there) => {
      if (!there || !this.#asked) return;
      this.#guard(() => {
        if (this.#talk.sayInstead(text)) this.#waiting = null;
      });
    });
  }

  #sayByEngine(text: string): void {
    this.#asked = true;
    if (this.#core.engine.state === "ready") {
      this.#talk.request({ say: text });
    } else {
      this.#waiting = text;
      this.#talk.awaitEngine();
    }
  }
}
