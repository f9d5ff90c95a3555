import type { Clock, Timer } from "../base/clock.ts";
import { AppError, describeError } from "../base/errors.ts";
import { type BusinessId, newId, parseBusinessId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { MomentType, SentFact } from "../db/announce.ts";
import { liveChannel, sessionsChannel } from "../db/change-notice.ts";
import type { Database } from "../db/client.ts";
import { type Subscription, subscribe } from "../db/subscribe.ts";
import { limits } from "../limits.ts";
import { LiveMemory } from "./live-memory.ts";
import { LiveStream, type StreamOwner, wire } from "./live-stream.ts";

/** Every panel that is open in this process, by business. */
export interface LiveHub {
  /**
   * A stream of what changes from now on; with the last version that the panel saw, also of what it missed.
   * @throws AppError "rate_limited" when the session, its business or the process has too many.
   */
  open(owner: StreamOwner, lastSeen: string | null): ReadableStream<Uint8Array>;
  /** Closes what a session has open: it has ended. */
  endSession(key: string): void;
  /**
   * Tells the open panels of the business something that is worth nothing in a second (a level, half a sentence). It goes
   * to the panels of this process only and touches no database; what must arrive is a fact (db/announce).
   */
  moment(businessId: BusinessId, type: MomentType, id: string, data: unknown): void;
  /** False while nobody of the business looks: no need to prepare moments. */
  watches(businessId: BusinessId): boolean;
  /** Resolves when it hears everything; streams that were open before are told to read again. */
  readonly listening: Promise<void>;
  /** Version of the latest fact of anybody: a stream that goes on from here misses nothing since now. */
  readonly latest: string;
  /** Streams open in this process. */
  readonly size: number;
  close(): Promise<void>;
}

export interface LiveDeps {
  db: Database;
  clock: Clock;
  log: Log;
  random: Random;
}

export function createLiveHub(deps: LiveDeps): LiveHub {
  return new Hub(deps);
}

class Hub implements LiveHub {
  readonly #deps: LiveDeps;
  readonly #subscriptions: Subscription[];
  readonly #beats: Timer;
  readonly #byBusiness = new Map<BusinessId, Set<LiveStream>>();
  readonly #bySession = new Map<string, Set<LiveStream>>();
  /** What the business will be told when the short wait is over; of one subject only the last. */
  readonly #gathered = new Map<BusinessId, Map<string, SentFact>>();
  #memory = new LiveMemory(limits.liveRemembered, newId());
  readonly #hears = { facts: Promise.withResolvers<void>(), endings: Promise.withResolvers<void>() };
  #flush: Timer | null = null;
  readonly listening = Promise.all([this.#hears.facts.promise, this.#hears.endings.promise]).then(() => {});
  size = 0;

  constructor(deps: LiveDeps) {
    this.#deps = deps;
    this.#subscriptions = [
      subscribe(deps, liveChannel, {
        onNotice: (payload) => this.#take(payload),
        onListening: () => this.#startOver(),
      }),
      subscribe(deps, sessionsChannel, {
        onNotice: (payload) => this.#endOf(payload),
        onListening: () => this.#askAgain(),
      }),
    ];
    const beat = wire.encode(wire.beat);
    this.#beats = deps.clock.every(limits.liveBeatMs, () => {
      for (const stream of this.#all()) stream.beat(deps.clock, beat);
    });
  }

  open(owner: StreamOwner, lastSeen: string | null): ReadableStream<Uint8Array> {
    const ofSession = this.#bySession.get(owner.sessionKey)?.size ?? 0;
    const ofBusiness = this.#byBusiness.get(owner.businessId)?.size ?? 0;
    const isFull = ofBusiness >= limits.liveStreamsPerBusinessMax || this.size >= limits.liveStreamsMax;
    if (isFull || ofSession >= limits.liveStreamsPerSessionMax)
      throw new AppError("rate_limited", "too many streams are open", { retryAfterSeconds: 5 });
    this.#sendGathered(); // or the newcomer would hear them twice
    const stream = new LiveStream(owner, (ended) => this.#forget(ended));
    addTo(this.#byBusiness, owner.businessId, stream);
    addTo(this.#bySession, owner.sessionKey, stream);
    this.size++;
    const { latest } = this.#memory;
    const missed = lastSeen === null ? [] : this.#memory.since(owner.businessId, lastSeen);
    const said = missed === null ? wire.reset(latest) : missed.map(wire.fact).join("");
    stream.send(wire.encode(said + wire.mark(latest)));
    return stream.body;
  }

  get latest(): string {
    return this.#memory.latest;
  }

  endSession(key: string): void {
    for (const stream of [...(this.#bySession.get(key) ?? [])]) stream.close();
  }

  moment(businessId: BusinessId, type: MomentType, id: string, data: unknown): void {
    if (this.watches(businessId)) this.#tell(businessId, wire.moment(type, id, data));
  }

  watches(businessId: BusinessId): boolean {
    return this.#byBusiness.has(businessId);
  }

  async close(): Promise<void> {
    this.#beats.cancel();
    this.#flush?.cancel();
    for (const stream of this.#all()) stream.close();
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()));
  }

  #take(payload: string): void {
    const fact = this.#read(payload);
    if (fact === null) return;
    this.#memory.add(fact);
    if (!this.watches(fact.businessId)) return;
    const gathered = this.#gathered.get(fact.businessId) ?? new Map<string, SentFact>();
    const subject = `${fact.type} ${fact.id}`;
    gathered.delete(subject); // so that it stands where its last change stands
    gathered.set(subject, fact);
    this.#gathered.set(fact.businessId, gathered);
    this.#flush ??= this.#deps.clock.after(limits.liveGatherMs, () => this.#sendGathered());
  }

  #read(payload: string): SentFact | null {
    try {
      return JSON.parse(payload) as SentFact;
    } catch (error) {
      this.#deps.log.warn("NOTIFY", "unreadable announcement", { error: describeError(error) });
      return null;
    }
  }

  #sendGathered(): void {
    this.#flush?.cancel();
    this.#flush = null;
    for (const [businessId, facts] of this.#gathered)
      this.#tell(businessId, [...facts.values()].map(wire.fact).join(""));
    this.#gathered.clear();
  }

  /** Encoded once, whoever listens. */
  #tell(businessId: BusinessId, text: string): void {
    const chunk = wire.encode(text);
    for (const stream of this.#byBusiness.get(businessId) ?? []) stream.send(chunk);
  }

  /** Nobody can say what was missed before listening began, or during an outage of the database. */
  #startOver(): void {
    this.#memory = new LiveMemory(limits.liveRemembered, newId());
    const reset = wire.encode(wire.reset(this.#memory.latest));
    for (const stream of this.#all()) stream.send(reset);
    this.#hears.facts.resolve();
  }

  /** Sessions may have ended unheard: every panel shows its cookie again. */
  #askAgain(): void {
    for (const stream of this.#all()) stream.close();
    this.#hears.endings.resolve();
  }

  #endOf(payload: string): void {
    const businessId = payload.startsWith("business:") ? parseBusinessId(payload.slice("business:".length)) : null;
    if (businessId === null) this.endSession(payload);
    else for (const stream of [...(this.#byBusiness.get(businessId) ?? [])]) stream.close();
  }

  #forget(stream: LiveStream): void {
    removeFrom(this.#byBusiness, stream.owner.businessId, stream);
    removeFrom(this.#bySession, stream.owner.sessionKey, stream);
    this.size--;
  }

  #all(): LiveStream[] {
    return [...this.#byBusiness.values()].flatMap((streams) => [...streams]);
  }
}

function addTo<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const values = map.get(key);
  if (values) values.add(value);
  else map.set(key, new Set([value]));
}

function removeFrom<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const values = map.get(key);
  values?.delete(value);
  if (values?.size === 0) map.delete(key);
}
