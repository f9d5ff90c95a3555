import { type BackoffPolicy, backoffMs } from "../base/backoff.ts";
import { BoundedQueue } from "../base/bounded-queue.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";

/** Where writes lie while the database is away, so that the end of the process does not lose them. */
export interface Shelter<W> {
  /** Resolves to how many of them, from the first on, are on the disk now. Never rejects. */
  append(writes: readonly W[]): Promise<number>;
  /** All that was sheltered is in the database. Never rejects. */
  clear(): Promise<void>;
}

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
  shelter: Shelter<W>;
  /** A write that can never succeed was given up. */
  refused(write: W, error: unknown): void;
  clock: Clock;
  log: Log;
  random: Random;
}

// Short at first: most failures are a restart of the database, which takes well under a second.
const retry: BackoffPolicy = { delaysMs: [50, 100, 250, 500, 1_000], jitter: 0.25 };

/**
 * Writes that nobody waits for: kept in order, in memory, until they are durable, however long the database is away; while
 * it is away also in the shelter, `gatherMs` after they came, so that a killed process loses no more than those, and what
 * came before the outage was noticed. One batch is under way at a time, so what came first is written first.
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
  /** How many of those that wait are in the shelter too, from the first on. */
  #sheltered = 0;
  #atShelter: Promise<void> = Promise.resolve();
  #shelterSoon: Timer | null = null;
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
  pushLater(write: W): void {
    if (this.#take(write) && this.#queue.size >= this.#deps.batch) this.#hurry();
  }

  /** Waits until everything is durable, at most `deadlineMs`, then shelters the rest; resolves to how many are lost. */
  async close(deadlineMs: number): Promise<number> {
    const late = Promise.withResolvers<void>();
    const timer = this.#deps.clock.after(deadlineMs, late.resolve);
    await Promise.race([this.idle(), late.promise]);
    timer.cancel();
    this.#closing = true;
    this.#shelterSoon?.cancel();
    if (this.pending === 0) return 0;
    await this.#shelter();
    const lost = Math.max(0, this.pending - this.#sheltered);
    const { log } = this.#deps;
    log.warn("DB", "writes wait on the disk for the next start", { rows: this.pending - lost });
    if (lost > 0) log.error("DB", "writes are lost: neither the database nor the disk took them", { rows: lost });
    return lost;
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    this.#idlers++;
    this.#hurry();
    while (this.#running) await this.#running;
    this.#idlers--;
  }

  #take(write: W): boolean {
    if (!this.#queue.push(write)) {
      if (this.dropped === 1) this.#deps.log.error("DB", "writes are lost: too many wait for the database");
      return false;
    }
    this.#run();
    if (this.#away)
      this.#shelterSoon ??= this.#deps.clock.after(this.#deps.gatherMs, () => {
        this.#shelterSoon = null;
        void this.#shelter();
      });
    return true;
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
        await this.#written(this.#inHand.length);
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
      await this.#written(1);
    }
  }

  /** So many of those that waited longest are done with. */
  #written(rows: number): Promise<void> {
    return this.#alone(async () => {
      this.#inHand.splice(0, rows);
      if (this.#sheltered === 0) return;
      this.#sheltered = Math.max(0, this.#sheltered - rows);
      if (this.#sheltered === 0) await this.#deps.shelter.clear();
    });
  }

  #shelter(): Promise<void> {
    return this.#alone(async () => {
      const fresh = [...this.#inHand, ...this.#queue].slice(this.#sheltered);
      if (fresh.length > 0) this.#sheltered += await this.#deps.shelter.append(fresh);
    });
  }

  /** What is counted as sheltered must not change while more is brought there. */
  #alone(run: () => Promise<void>): Promise<void> {
    this.#atShelter = this.#atShelter.then(run);
    return this.#atShelter;
  }

  async #wait(attempt: number, error: unknown): Promise<void> {
    const { clock, log, random } = this.#deps;
    if (!this.#away)
      log.warn("DB", "writes wait: the database is away", { rows: this.pending, error: describeError(error) });
    this.#away = true;
    const later = new Promise<void>((resolve) => clock.after(backoffMs(retry, attempt, random), resolve));
    await Promise.all([later, this.#shelter()]);
  }

  #back(): void {
    if (this.#away) this.#deps.log.info("DB", "writes go through again", { rows: this.pending });
    this.#away = false;
  }
}
