import { type BackoffPolicy, backoffMs } from "../../base/backoff.ts";
import type { Clock, Timer } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import { limits } from "../../limits.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";

/** What a session's owner hears from the thread that carries it. */
export interface Passenger {
  readonly biz: string;
  /** A send is under way: the thread is not replaced now. */
  readonly busy: boolean;
  onLine(line: FromWorker): void;
  /** The thread is gone, and the session with it. `recycled` = we ended it, because it had grown. */
  onLost(recycled: boolean): void;
}

export interface SupervisorDeps {
  /** How many threads there may be; more businesses share the least loaded. */
  threadsMax: number;
  clock: Clock;
  random: Random;
  log: Log;
  /** The thread's entry; tests put one of theirs in its place. */
  entry?: string | URL;
}

/** A thread that failed is not started again at once, time after time. */
const restartBackoff: BackoffPolicy = { delaysMs: [500, 2_000, 5_000, 15_000, 30_000], jitter: 0.1 };

/** One thread and who travels in it. */
interface Carriage {
  readonly worker: Worker;
  readonly passengers: Map<string, Passenger>;
  ready: boolean;
  unanswered: number;
  readonly waiting: ToWorker[];
  readonly startedMs: number;
}

/**
 * Threads for sessions. One per business up to a number, then shared. A thread that throws, exits, hangs or grows takes
 * nobody with it but its own passengers, who are told and come back into another one.
 */
export class Supervisor {
  readonly #deps: SupervisorDeps;
  readonly #carriages = new Set<Carriage>();
  readonly #seats = new Map<string, Carriage>();
  readonly #ping: Timer;
  #failures = 0;
  #notBeforeMs = 0;
  #closed = false;

  constructor(deps: SupervisorDeps) {
    this.#deps = deps;
    this.#ping = deps.clock.every(limits.waPingMs, () => this.#pingAll());
  }

  /** How long until a thread may be started again, after one has failed. */
  get restInMs(): number {
    return Math.max(0, this.#notBeforeMs - this.#deps.clock.nowMs());
  }

  get threads(): number {
    return this.#carriages.size;
  }

  /** Gives the passenger a seat, in a thread of its own as long as there may be more. */
  board(passenger: Passenger): void {
    if (this.#closed || this.#seats.has(passenger.biz)) return;
    const carriage = this.#freeCarriage();
    carriage.passengers.set(passenger.biz, passenger);
    this.#seats.set(passenger.biz, carriage);
  }

  /** The passenger has no session any more. An empty thread is ended: it holds 40 MB. */
  leave(biz: string): void {
    const carriage = this.#seats.get(biz);
    if (carriage === undefined) return;
    this.#seats.delete(biz);
    carriage.passengers.delete(biz);
    if (carriage.passengers.size === 0) this.#end(carriage);
  }

  /** Ends the passenger's thread, to begin in a new one. False while somebody in it is sending. */
  replace(biz: string): boolean {
    const carriage = this.#seats.get(biz);
    if (carriage === undefined || [...carriage.passengers.values()].some(({ busy }) => busy)) return false;
    this.#deps.log.warn("WA", "a thread is stuck and is replaced", { sessions: carriage.passengers.size });
    this.#drop(carriage, true);
    return true;
  }

  /** Lines wait until the thread is ready; for somebody without a seat they are lost. */
  post(biz: string, line: ToWorker): void {
    const carriage = this.#seats.get(biz);
    if (carriage === undefined) return;
    if (carriage.ready) carriage.worker.postMessage(line);
    else carriage.waiting.push(line);
  }

  /** Rejects when a thread that should answer does not. */
  async alive(): Promise<void> {
    for (const { unanswered } of this.#carriages)
      if (unanswered > 1) throw new Error("a thread of WhatsApp sessions does not answer");
  }

  /** Ends every thread; passengers are not told. */
  close(): void {
    this.#closed = true;
    this.#ping.cancel();
    for (const carriage of [...this.#carriages]) this.#end(carriage);
    this.#seats.clear();
  }

  #freeCarriage(): Carriage {
    if (this.#carriages.size < this.#deps.threadsMax) return this.#start();
    const [first, ...others] = this.#carriages;
    if (first === undefined) return this.#start();
    return others.reduce((best, one) => (one.passengers.size < best.passengers.size ? one : best), first);
  }

  #start(): Carriage {
    const worker = new Worker(this.#deps.entry ?? new URL("./worker.ts", import.meta.url));
    const carriage: Carriage = {
      worker,
      passengers: new Map(),
      ready: false,
      unanswered: 0,
      waiting: [],
      startedMs: this.#deps.clock.nowMs(),
    };
    this.#carriages.add(carriage);
    worker.onmessage = ({ data }: { data: FromWorker }) => this.#onLine(carriage, data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(carriage, `error: ${event.message}`);
    };
    // Unhandled rejections end a thread with code 0: whatever the code, nobody asked it to go.
    worker.addEventListener("close", () => this.#fail(carriage, "it ended"));
    return carriage;
  }

  #onLine(carriage: Carriage, line: FromWorker): void {
    if (!this.#carriages.has(carriage)) return;
    switch (line.type) {
      case "ready":
        carriage.ready = true;
        for (const waiting of carriage.waiting.splice(0)) carriage.worker.postMessage(waiting);
        return;
      case "pong":
        return this.#onPong(carriage, line);
      case "log": {
        const biz = line.biz === null ? {} : { biz: line.biz };
        return this.#deps.log[line.level](line.prefix, line.event, { ...biz, ...line.fields });
      }
      default:
        carriage.passengers.get(line.biz)?.onLine(line);
    }
  }

  #onPong(carriage: Carriage, line: Extract<FromWorker, { type: "pong" }>): void {
    carriage.unanswered = 0;
    if (this.#deps.clock.nowMs() - carriage.startedMs > limits.waSteadyMs) this.#failures = 0;
    const passengers = [...carriage.passengers.values()];
    for (const passenger of passengers) passenger.onLine(line);
    if (line.heapBytes < limits.waThreadHeapBytes || passengers.some(({ busy }) => busy)) return;
    this.#deps.log.warn("WA", "a thread has grown and is replaced", { heap_bytes: line.heapBytes });
    this.#drop(carriage, true);
  }

  #pingAll(): void {
    const nowMs = this.#deps.clock.nowMs();
    for (const carriage of [...this.#carriages]) {
      if (!carriage.ready) {
        if (nowMs - carriage.startedMs > limits.waThreadStartMs) this.#fail(carriage, "it does not start");
      } else if (++carriage.unanswered > 2) this.#fail(carriage, "it does not answer");
      else carriage.worker.postMessage({ type: "ping" } satisfies ToWorker);
    }
  }

  #fail(carriage: Carriage, why: string): void {
    if (!this.#carriages.has(carriage)) return;
    const { clock, random, log } = this.#deps;
    this.#notBeforeMs = clock.nowMs() + backoffMs(restartBackoff, ++this.#failures, random);
    log.error("WA-ERROR", "a thread of sessions is lost", { why, sessions: carriage.passengers.size });
    this.#drop(carriage, false);
  }

  #drop(carriage: Carriage, recycled: boolean): void {
    this.#end(carriage);
    for (const passenger of carriage.passengers.values()) this.#seats.delete(passenger.biz);
    for (const passenger of carriage.passengers.values()) passenger.onLost(recycled);
  }

  #end(carriage: Carriage): void {
    this.#carriages.delete(carriage);
    carriage.worker.terminate();
  }
}
