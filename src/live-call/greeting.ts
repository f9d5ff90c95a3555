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
  #waiting: string | null = null;
  #started = false;

  constructor(core: CallCore, talk: Conversation) {
    this.#core = core;
    this.#talk = talk;
  }

  /** At webhook time: starts rendering what is not there, so that it may be by the time the stream starts. */
  prepare(): void {
    const { settings } = this.#core;
    if (settings?.greeting) this.#talk.speaker.prepare(settings.greeting);
    if (settings?.genericGreeting) this.#talk.speaker.prepare(settings.genericGreeting);
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

  /** The caller speaks first: a greeting that has not begun is dropped, the answer comes instead. */
  drop(): void {
    this.#waiting = null;
  }

  #sayByEngine(text: string): void {
    if (this.#core.engine.state === "ready") {
      this.#talk.request({ say: text });
    } else {
      this.#waiting = text;
      this.#talk.awaitEngine();
    }
  }
}
