import type { BusinessId } from "../base/ids.ts";
import type { SentFact } from "../db/announce.ts";

/**
 * The last facts in the order of their commits, for panels that come back after a gap. A ring: it never grows. Since all
 * processes hear the facts in one order, a panel may come back to another process than the one it lost.
 */
export class LiveMemory {
  readonly #ring: (SentFact | undefined)[];
  readonly #positions = new Map<string, number>();
  #next = 0;

  /** @param start what is remembered of the time before: whoever was told this version last has missed nothing so far. */
  constructor(
    size: number,
    private readonly start: string,
  ) {
    this.#ring = new Array<SentFact | undefined>(size);
  }

  add(fact: SentFact): void {
    const slot = this.#next % this.#ring.length;
    const old = this.#ring[slot];
    if (old) this.#positions.delete(old.version);
    this.#ring[slot] = fact;
    this.#positions.set(fact.version, this.#next++);
  }

  /** Version of the latest fact of anybody. */
  get latest(): string {
    return this.#ring[(this.#next - 1 + this.#ring.length) % this.#ring.length]?.version ?? this.start;
  }

  /** What the business was told after that version; null when the version is unknown, so nobody can say. */
  since(businessId: BusinessId, version: string): SentFact[] | null {
    const known = this.#positions.get(version);
    const isStart = version === this.start && this.#next <= this.#ring.length;
    if (known === undefined && !isStart) return null;
    const facts: SentFact[] = [];
    for (let position = (known ?? -1) + 1; position < this.#next; position++) {
      const fact = this.#ring[position % this.#ring.length];
      if (fact?.businessId === businessId) facts.push(fact);
    }
    return facts;
  }
}
