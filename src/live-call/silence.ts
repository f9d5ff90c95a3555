import { limits } from "../limits.ts";
import type { Conversation } from "./conversation.ts";
import type { CallCore } from "./core.ts";
import type { PhraseName } from "./phrases-text.ts";

const prompts: readonly PhraseName[] = ["still_there_1", "still_there_2"];

/** A caller who says nothing is asked twice, then the call ends politely. Own clock: it counts from what was heard. */
export class SilenceWatch {
  readonly #core: CallCore;
  readonly #talk: Conversation;
  #asked = 0;

  constructor(core: CallCore, talk: Conversation) {
    this.#core = core;
    this.#talk = talk;
    talk.onListening = () => {
      this.arm();
      if (core.engine.wantsRotation && talk.idle) core.engine.rotate();
    };
  }

  arm(): void {
    this.#core.arm("caller_silent", limits.callerSilenceMs);
  }

  /** The caller said something: the count begins anew. */
  heard(): void {
    this.#asked = 0;
    this.arm();
  }

  pause(): void {
    this.#core.deadlines.disarm("caller_silent");
  }

  due(): void {
    if (!this.#talk.idle || this.#talk.closing.pending) {
      this.arm();
      return;
    }
    const name = prompts[this.#asked++];
    this.#core.event("caller_silent", { asked: this.#asked });
    if (name === undefined) {
      this.#talk.closing.set({ kind: "end", reason: "assistant_ended" }, true);
      this.#talk.say(this.#talk.speaker.text("silent_goodbye"));
    } else {
      const unopened = this.#asked === 1 && this.#core.settings?.greeting === null;
      this.#talk.say(this.#talk.speaker.text(unopened ? "invite" : name));
    }
  }
}
