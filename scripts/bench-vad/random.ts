import { type Random, seededRandom } from "../../src/base/random.ts";

/** Seeded draws with the shapes that the bench needs. */
export class Dice {
  readonly next: Random;
  constructor(seed: number) {
    this.next = seededRandom(seed);
  }
  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }
  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }
  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)]!;
  }
  /** Standard normal (Box-Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }
  noise(samples: number): Float32Array {
    return Float32Array.from({ length: samples }, () => this.normal());
  }
}
