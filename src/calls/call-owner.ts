import type { Clock, Timer } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Database } from "../db/client.ts";
import { limits } from "../limits.ts";
import { closeAbandonedCalls, closeOwnLostCalls, renewProcess } from "./lost-calls.ts";

export interface CallOwnerDeps {
  db: Database;
  /** Which process this is; the same for all that follow each other on one storage folder. */
  owner: string;
  clock: Clock;
  log: Log;
}

/**
 * Several processes may share a database: each renews its claim to the calls it carries, and closes those of a process
 * that no longer does.
 */
export class CallOwner {
  readonly #deps: CallOwnerDeps;
  #timer: Timer | null = null;
  /** Since when the database has been there without a break, for this process. */
  #steadySinceMs: number;
  #running: Promise<void> = Promise.resolve();

  constructor(deps: CallOwnerDeps) {
    this.#deps = deps;
    this.#steadySinceMs = deps.clock.nowMs();
  }

  /** Before the first call is taken. @throws AppError "unavailable". */
  async claim(startedAt: Temporal.Instant): Promise<void> {
    const { db, owner } = this.#deps;
    await renewProcess(db, owner);
    this.#report(await closeOwnLostCalls(db, owner, startedAt));
  }

  start(): void {
    this.#timer = this.#deps.clock.every(limits.processRenewMs, () => {
      this.#running = this.#running.then(() => this.renew());
    });
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.#running;
  }

  /** Renews the claim and looks after the others. Never throws: the next one comes soon. */
  async renew(): Promise<void> {
    const { db, owner, clock, log } = this.#deps;
    try {
      await renewProcess(db, owner);
      // After an outage every claim is old: whoever comes back first must not bury the others.
      if (clock.nowMs() - this.#steadySinceMs >= limits.processLeaseMs) this.#report(await closeAbandonedCalls(db));
    } catch (error) {
      this.#steadySinceMs = clock.nowMs();
      log.warn("CALL", "claim to the calls of this process not renewed", { error: describeError(error) });
    }
  }

  #report(lost: number): void {
    if (lost > 0) this.#deps.log.warn("CALL", "calls that an earlier process lost are closed", { count: lost });
  }
}
