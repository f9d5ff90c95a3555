import { limits } from "../limits.ts";
import type { CallCore } from "./core.ts";
import { waitPhrases } from "./phrases-text.ts";
import type { Playout } from "./playout.ts";
import type { Speaker } from "./speaker.ts";
import type { Vad } from "./vad/vad.ts";

// After something was said, a filler or the assistant's own "let me check": V21 allows 2 s of silence.
const nextFillerMs = 1_800;
// Nobody is told to wait while speaking; looked at again this soon.
const afterCallerMs = 300;

interface AnswerWatchDeps {
  core: CallCore;
  speaker: Speaker;
  playout: Playout;
  vad: Vad;
}

/** Watches over an answer that was asked for: a filler when it is slow, one retry, then a message is taken (V21). */
export class AnswerWatch {
  readonly #core: CallCore;
  readonly #deps: AnswerWatchDeps;
  #waiting = false;
  #fillers = 0;
  #retried = false;

  constructor(deps: AnswerWatchDeps) {
    this.#deps = deps;
    this.#core = deps.core;
  }

  /**
   * An answer is expected from now on; repeated calls keep the first moment.
   * @param silentMs since the last word of anybody; null when the wait begins now.
   */
  wait(silentMs: number | null): void {
    if (!this.#waiting) {
      this.#waiting = true;
      this.#core.arm("retry", limits.firstAudioRetryMs);
      this.#core.arm("give_up", limits.firstAudioFallbackMs);
    }
    this.#fillWithin(silentMs === null ? limits.firstAudioFillerMs : nextFillerMs - silentMs);
  }

  /** A tool is at work: it has its own limit, only the filler is ours. */
  waitForTool(silentMs: number | null): void {
    this.#waiting = false;
    for (const name of ["retry", "give_up"] as const) this.#core.deadlines.disarm(name);
    this.#fillWithin(silentMs === null ? limits.toolFillerMs : nextFillerMs - silentMs);
  }

  /** The caller hears something: no filler for now. */
  holdFiller(): void {
    this.#core.deadlines.disarm("filler");
  }

  /** The answer came, or is no longer wanted. */
  stop(): void {
    this.#disarm();
    this.#waiting = false;
    this.#fillers = 0;
  }

  /** An answer was heard: the next one has its own retry. */
  succeeded(): void {
    this.stop();
    this.#retried = false;
  }

  /** True once per answer: ask again. False: it was tried before. */
  mayRetry(): boolean {
    if (this.#retried) return false;
    this.#retried = true;
    return true;
  }

  /** The filler is due: said unless somebody speaks. True when something is heard now. */
  fillerDue(toolRunning: boolean): boolean {
    const { playout, vad } = this.#deps;
    if (playout.active) return false;
    if (vad.speaking) this.#core.arm("filler", afterCallerMs);
    else this.#fill(toolRunning);
    return playout.active;
  }

  /** The engine has been away for a while. True when the caller is told so now. */
  lineTrouble(): boolean {
    const { playout, vad, speaker } = this.#deps;
    return !playout.active && !vad.speaking && speaker.say("line_trouble");
  }

  #fill(toolRunning: boolean): void {
    const index = this.#fillers++;
    const phrase = toolRunning && index === 0 ? "checking" : waitPhrases[index % waitPhrases.length]!;
    const said = this.#deps.speaker.say(phrase);
    this.#core.event("filler", { phrase, said });
    if (!said) this.#core.arm("filler", nextFillerMs);
  }

  /** A filler this soon; never later than was planned before. */
  #fillWithin(ms: number): void {
    this.#core.deadlines.armNoLater("filler", this.#core.nowMs() + ms);
  }

  #disarm(): void {
    for (const name of ["filler", "retry", "give_up"] as const) this.#core.deadlines.disarm(name);
  }
}
