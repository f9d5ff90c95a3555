import { type BackoffPolicy, backoffMs } from "../base/backoff.ts";
import { BoundedQueue } from "../base/bounded-queue.ts";
import type { Clock } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";

export interface WriteBehindDeps<W> {
  /** Writes that may wait; more are refused. */
  capacity: number;
  /** Writes handed over at once. */
  batch: number;
  /** How long writes that nobody waits for may gather, so that they share one transaction. */
  gatherMs: number;
  /** Makes all of them durable, in order, or none. Repeating it must change nothing: an answer can get lost. */
  write(writes: readonly W[]): Promise<void>;
  /** True when the same writes may succeed later. */
  mayPass(error: unknown): boolean;
  /** A write that can never succeed was given up. */
  refused(write: W, error: unknown): void;
  clock: Clock;
  log: Log;
  random: Random;
}

// Short at first: most failures are a restart of the database, which takes well under a second.
const retry: BackoffPolicy = { delaysMs: [50, 100, 250, 500, 1_000], jitter: 0.25 };

/**
 * Writes that nobody waits for: kept in order, in memory, until they are durable, however long the database is away.
 * One batch is under way at a time, so what came first is written first.
 */
export class WriteBehind<W> {
  readonly #deps: WriteBehindDeps<W>;
  readonly #queue: BoundedQueue<W>;
  #inHand: W[] = [];
  #running: Promise<void> | null = null;
  /** Something that is waited for is in the queue: no gathering. */
  #urgent = false;
  #idlers = 0;
  #endGathering: () => void = () => {};
  #away = false;
  #closing = false;

  constructor(deps: WriteBehindDeps<W>) {
    this.#deps = deps;
    this.#queue = new BoundedQueue(deps.capacity);
  }

  /** Writes that are not durable yet. */
  get pending(): number {
    return this.#queue.size + this.#inHand.length;
  }

  /** Writes that were not taken because too many wait. */
  get dropped(): number {
    return this.#queue.refused;
  }

  /** Written as soon as what came before is. False when too many wait already: the write is lost. */
  push(write: W): boolean {
    if (!this.#take(write)) return false;
    this.#hurry();
    return true;
  }

  /** The same for a write that nobody waits for: it may gather company first. */
  pushLater(write: W): boolean {
    if (!this.#take(write)) return false;
    if (this.#queue.size >= this.#deps.batch) this.#hurry();
    return true;
  }

  /** Waits until everything is durable, at most `deadlineMs`; resolves to how many writes were left behind. */
  async close(deadlineMs: number): Promise<number> {
    const late = Promise.withResolvers<void>();
    const timer = this.#deps.clock.after(deadlineMs, late.resolve);
    await Promise.race([this.idle(), late.promise]);
    timer.cancel();
    this.#closing = true;
    if (this.pending > 0)
      this.#deps.log.error("DB", "writes are lost: the database did not come back", { rows: this.pending });
    return this.pending;
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    this.#idlers++;
    this.#hurry();
    while (this.#running) await this.#running;
    this.#idlers--;
  }

  #take(write: W): boolean {
    const taken = this.#queue.push(write);
    if (!taken && this.dropped === 1) this.#deps.log.error("DB", "writes are lost: too many wait for the database");
    if (taken) this.#run();
    return taken;
  }

  #hurry(): void {
    this.#urgent = true;
    this.#endGathering();
  }

  #run(): void {
    this.#running ??= this.#drain().finally(() => {
      this.#running = null;
      if (this.#queue.size > 0 && !this.#closing) this.#run();
    });
  }

  async #drain(): Promise<void> {
    let attempt = 0;
    while (this.pending > 0 && !this.#closing) {
      await this.#gather();
      while (this.#inHand.length < this.#deps.batch && this.#queue.size > 0)
        this.#inHand.push(this.#queue.shift() as W);
      this.#urgent = this.#queue.size > 0;
      try {
        await this.#deps.write(this.#inHand);
        this.#inHand = [];
        attempt = 0;
        this.#back();
      } catch (error) {
        if (this.#deps.mayPass(error)) await this.#wait(++attempt, error);
        else await this.#oneByOne();
      }
    }
  }

  /** Resolves a turn of the loop later at the earliest: the rows of one moment go together. */
  #gather(): Promise<void> {
    if (this.#urgent || this.#idlers > 0 || this.#inHand.length > 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#deps.clock.after(this.#deps.gatherMs, resolve);
    this.#endGathering = () => {
      timer.cancel();
      resolve();
    };
    return promise;
  }

  /** A batch was refused for good: find the write it was refused for, and lose only that. */
  async #oneByOne(): Promise<void> {
    while (this.#inHand.length > 0 && !this.#closing) {
      const write = this.#inHand[0] as W;
      try {
        await this.#deps.write([write]);
      } catch (error) {
        if (this.#deps.mayPass(error)) return this.#wait(1, error);
        this.#deps.refused(write, error);
      }
      this.#inHand.shift();
    }
  }

  #wait(attempt: number, error: unknown): Promise<void> {
    const { clock, log, random } = this.#deps;
    if (!this.#away)
      log.warn("DB", "writes wait: the database is away", { rows: this.pending, error: describeError(error) });
    this.#away = true;
    return new Promise((resolve) => clock.after(backoffMs(retry, attempt, random), resolve));
  }

  #back(): void {
    if (this.#away) this.#deps.log.info("DB", "writes go through again", { rows: this.pending });
    this.#away = false;
  }
}
