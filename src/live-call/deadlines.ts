/**
 * A fixed set of named moments, one of each. There are no timers in a call: due deadlines are taken on every inbound
 * frame and on every sweep of the process, and the usual answer, "nothing is due", is one comparison.
 */
export class Deadlines<Name extends string> {
  readonly #names: readonly Name[];
  readonly #dueMs: Float64Array;
  #nextMs = Number.POSITIVE_INFINITY;

  constructor(names: readonly Name[]) {
    this.#names = names;
    this.#dueMs = new Float64Array(names.length).fill(Number.POSITIVE_INFINITY);
  }

  arm(name: Name, atMs: number): void {
    this.#set(name, atMs);
  }

  /** Like `arm`, but never moves a moment that is set already to a later one. */
  armNoLater(name: Name, atMs: number): void {
    if (atMs < this.#dueMs[this.#names.indexOf(name)]!) this.#set(name, atMs);
  }

  disarm(name: Name): void {
    this.#set(name, Number.POSITIVE_INFINITY);
  }

  disarmAll(): void {
    this.#dueMs.fill(Number.POSITIVE_INFINITY);
    this.#nextMs = Number.POSITIVE_INFINITY;
  }

  /** Moves everything that is armed later: the process itself stood still for `byMs`. */
  postpone(byMs: number): void {
    for (let index = 0; index < this.#dueMs.length; index++) this.#dueMs[index]! += byMs;
    this.#nextMs += byMs;
  }

  /** Disarms and returns the earliest deadline that is due, or null. */
  take(nowMs: number): Name | null {
    if (nowMs < this.#nextMs) return null;
    let earliest = 0;
    for (let index = 1; index < this.#dueMs.length; index++) {
      if (this.#dueMs[index]! < this.#dueMs[earliest]!) earliest = index;
    }
    if (nowMs < this.#dueMs[earliest]!) return null;
    this.#dueMs[earliest] = Number.POSITIVE_INFINITY;
    this.#refresh();
    return this.#names[earliest]!;
  }

  #set(name: Name, atMs: number): void {
    this.#dueMs[this.#names.indexOf(name)] = atMs;
    this.#refresh();
  }

  #refresh(): void {
    let next = Number.POSITIVE_INFINITY;
    for (const due of this.#dueMs) if (due < next) next = due;
    this.#nextMs = next;
  }
}
