import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Context } from "../hebrew/types.ts";
import { understand } from "../hebrew/understand.ts";
import { limits } from "../limits.ts";
import type { HeardLine } from "./offer-check.ts";

export interface HearingDeps {
  clock: Clock;
  log: Log;
  /** The business's IANA zone and city: what "tomorrow" and "after Shabbat" mean. */
  zone: string;
  city: string | null;
}

const linesKept = 12;

/** What was said in one conversation, each customer line understood once, at the moment and in the context it was said. */
export class Hearing {
  readonly #deps: HearingDeps;
  readonly #lines: HeardLine[] = [];
  #sinceOffer = 0;
  #wordsOwed = false;
  /** What the assistant had said when the caller began the turn whose words are owed. */
  #afterOwed = "";
  #turn = 0;
  #waiting: (() => void)[] = [];
  /** What the conversation holds when the next line is understood: set by whoever offers or asks. */
  context: Context = {};
  lastAssistantLine = "";

  constructor(deps: HearingDeps) {
    this.#deps = deps;
  }

  /** The customer's lines, newest last. */
  get lines(): readonly HeardLine[] {
    return this.#lines;
  }

  /** The lines since slots were offered: only they can agree to one. */
  get linesSinceOffer(): readonly HeardLine[] {
    return this.#sinceOffer === 0 ? [] : this.#lines.slice(-this.#sinceOffer);
  }

  /** Counts the customer's turns, those whose words never came too. */
  get turn(): number {
    return this.#turn;
  }

  customer(text: string): HeardLine {
    const { zone, city, clock, log } = this.#deps;
    const said = text.slice(0, limits.customerTextChars);
    const at = clock.instant();
    const moment = { now: at, zone, city: city ?? undefined, context: this.context };
    const line: HeardLine = { text: said, understood: understand(said, moment), at, after: this.#after };
    this.#keep(line);
    this.#sinceOffer = Math.min(this.#sinceOffer + 1, linesKept);
    if (!this.#wordsOwed) this.#turn++;
    this.#wordsOwed = false;
    const { kind, evidence, missing } = line.understood;
    log.info("NLP", "understood", { kind, missing: missing?.join(",") });
    log.debug("NLP", "understood in the words", { evidence: evidence.join("; ") }); // a customer's words: not at info
    for (const wake of this.#waiting.splice(0)) wake();
    return line;
  }

  /** A line of earlier, understood at its own moment and without context; from where a chat goes on after a restart. */
  recall(text: string, at: Temporal.Instant): void {
    const { zone, city } = this.#deps;
    const said = text.slice(0, limits.customerTextChars);
    const understood = understand(said, { now: at, zone, city: city ?? undefined });
    this.#keep({ text: said, understood, at, after: this.lastAssistantLine });
  }

  /** The caller has said something; its words come later. */
  turnTaken(): void {
    this.#turn++;
    this.#wordsOwed = true;
    this.#afterOwed = this.lastAssistantLine;
  }

  assistant(text: string): void {
    this.lastAssistantLine = text;
  }

  /** New slots stand: nothing that was said before agrees to them. */
  offered(locals: readonly string[]): void {
    this.context = { ...this.context, offered: locals };
    this.#sinceOffer = 0;
  }

  /**
   * On the phone the model acts on the sound, and the caller's words arrive after its tool call: waits for them, for at
   * most `limits.toolTranscriptMs`. Returns at once when they are there.
   */
  async caughtUp(): Promise<void> {
    if (!this.#wordsOwed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#deps.clock.after(limits.toolTranscriptMs, resolve);
    this.#waiting.push(resolve);
    await promise;
    timer.cancel();
    this.#wordsOwed = false; // what was not transcribed in time is not waited for twice
  }

  get #after(): string {
    return this.#wordsOwed ? this.#afterOwed : this.lastAssistantLine;
  }

  #keep(line: HeardLine): void {
    this.#lines.push(line);
    if (this.#lines.length > linesKept) this.#lines.shift();
  }
}
