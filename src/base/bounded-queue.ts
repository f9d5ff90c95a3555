import { assert } from "./assert.ts";

/**
 * First-in first-out ring of fixed capacity. It never grows: a full queue refuses the newcomer and counts it,
 * so that whoever fills it decides what is dropped.
 */
export class BoundedQueue<T> {
  readonly #slots: (T | undefined)[];
  #head = 0;
  #size = 0;
  /** How many items `push` refused since the start. */
  refused = 0;

  /** @throws Error when `capacity`, in items, is not a positive integer. */
  constructor(capacity: number) {
    assert(Number.isInteger(capacity) && capacity > 0, "capacity is a positive integer");
    this.#slots = new Array<T | undefined>(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** False when the queue is full: the item was not taken. */
  push(item: T): boolean {
    if (this.#size === this.#slots.length) {
      this.refused++;
      return false;
    }
    this.#slots[(this.#head + this.#size) % this.#slots.length] = item;
    this.#size++;
    return true;
  }

  peek(): T | undefined {
    return this.#size === 0 ? undefined : this.#slots[this.#head];
  }

  /** Oldest first. */
  *[Symbol.iterator](): Generator<T> {
    for (let at = 0; at < this.#size; at++) yield this.#slots[(this.#head + at) % this.#slots.length] as T;
  }

  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#slots.length;
    this.#size--;
    return item;
  }
}
