import { backoffMs } from "../../base/backoff.ts";
import type { Clock, Timer } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import { limits } from "../../limits.ts";
import { isActive, type LifeAction, type LifeInput, type LifeState, reconnectBackoff, step } from "./lifecycle.ts";
import type { Closing } from "./protocol.ts";
import { readClosing } from "./reasons.ts";

/** What has to be done on a session; waiting is done here. */
export type SessionAction = Exclude<LifeAction, "none" | "wait" | "wait_long">;

interface LifeDeps {
  clock: Clock;
  random: Random;
  log: Log;
  act(action: SessionAction): void;
  changed(): void;
}

/** Where a connection stands in its life: the table's state, why, how often it failed, and the waits between tries. */
export class Life {
  readonly #deps: LifeDeps;
  #state: LifeState = "off";
  #reason: string | null = null;
  #failures = 0;
  #retryAtMs: number | null = null;
  #timers: Timer[] = [];
  #triedMs = 0;
  #replacedMs: number | null = null;
  /** A newer version of the client was looked for since it was last open, or a person asked. */
  #updated = false;
  /** Waits only because nothing was reached: anybody's success says that it is worth a try. */
  #waitsForNetwork = false;
  /** Why we end a connection that has to come back at once. */
  #renewal: string | null = null;

  constructor(deps: LifeDeps) {
    this.#deps = deps;
  }

  get state(): LifeState {
    return this.#state;
  }

  /** A session exists, or is about to. */
  get isActive(): boolean {
    return isActive(this.#state);
  }

  get reason(): string | null {
    return this.#reason;
  }

  get failures(): number {
    return this.#failures;
  }

  /** When the next try begins, or a ban ends: ms since 1970. */
  get retryAtMs(): number | null {
    return this.#retryAtMs;
  }

  step(input: LifeInput, reason: string | null = this.#reason): void {
    const before = this.#state;
    const [next, action] = step(before, input);
    if (next === before && action === "none") return;
    this.#state = next;
    this.#reason = reason;
    if (input === "opened" || input === "connect") this.#updated = false;
    if (next !== "banned") this.#retryAtMs = null;
    for (const timer of this.#timers.splice(0)) timer.cancel();
    this.#act(action);
    this.#watch();
    if (next !== before)
      this.#deps.log.info("WA", "connection update:", { state: next, reason, failures: this.#failures });
    this.#deps.changed();
  }

  /** The session has ended. */
  closed(closing: Closing): void {
    const renewal = this.#renewal;
    this.#renewal = null;
    if (!this.isActive) return;
    if (renewal !== null) return this.step("closed_restart", renewal);
    const { clock, log } = this.#deps;
    const nowMs = clock.nowMs();
    const recently = this.#replacedMs !== null && nowMs - this.#replacedMs < limits.waReplacedMs;
    const { input, reason, detail, bannedSeconds } = readClosing(closing, recently);
    this.#waitsForNetwork = input === "closed_lost" && reason !== "login_in_use";
    if (input === "closed_replaced") this.#replacedMs = nowMs;
    this.#retryAtMs = bannedSeconds === null ? null : this.#wallMs + bannedSeconds * 1_000;
    if (detail !== null) log.warn("WA", "connection closed", { reason, detail });
    const isRefusedAgain = input === "closed_outdated" && this.#updated;
    if (input === "closed_outdated") this.#updated = true;
    this.step(isRefusedAgain ? "closed_outdated_again" : input, reason);
  }

  /** The thread is gone, and the session with it. `recycled` = on purpose. */
  lost(recycled: boolean): void {
    this.#renewal = null;
    if (!this.isActive) return;
    if (recycled) this.step("closed_restart", "thread_replaced");
    else this.step("worker_lost", "thread_lost");
  }

  /** Ends an open connection that is no good, to make it anew at once. */
  renew(reason: string): void {
    if (this.#state !== "open" || this.#renewal !== null) return;
    this.#renewal = reason;
    this.#deps.act("close");
  }

  /** A try begins now. */
  tries(): void {
    this.#triedMs = this.#deps.clock.nowMs();
  }

  /** Somebody else's connection has opened: what we wait for may be over. Never sooner than the first wait. */
  networkIsBack(): void {
    const sinceMs = this.#deps.clock.nowMs() - this.#triedMs;
    if (this.#state === "waiting" && this.#waitsForNetwork && sinceMs >= (reconnectBackoff.delaysMs[0] ?? 0))
      this.step("timer");
  }

  /** Runs `again` after a while, unless the state changes before. */
  after(delayMs: number, again: () => void): void {
    this.#timers.push(this.#deps.clock.after(delayMs, again));
  }

  get #wallMs(): number {
    return this.#deps.clock.instant().epochMilliseconds;
  }

  #act(action: LifeAction): void {
    if (action === "none") return;
    if (action === "wait") return this.#wait(++this.#failures);
    if (action !== "wait_long") return this.#deps.act(action);
    this.#failures++;
    this.#wait(reconnectBackoff.delaysMs.length);
  }

  #wait(attempt: number): void {
    const delayMs = backoffMs(reconnectBackoff, attempt, this.#deps.random);
    this.#retryAtMs = this.#wallMs + delayMs;
    this.after(delayMs, () => this.step("timer"));
  }

  /** A try that leads nowhere is ended; a connection that holds makes earlier failures forgotten. */
  #watch(): void {
    if (this.#state === "open")
      return this.after(limits.waSteadyMs, () => {
        this.#failures = 0;
        this.#deps.changed();
      });
    if (this.#state !== "starting" && this.#state !== "connecting" && this.#state !== "linking") return;
    this.after(limits.waOpenMs, () => {
      this.#deps.act("close");
      this.after(3 * limits.waCutMs, () => this.step("closed_lost", "no_answer")); // nobody told of the end
    });
  }
}
