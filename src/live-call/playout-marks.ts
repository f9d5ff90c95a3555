import { MULAW_BYTES_PER_MS } from "../audio/mulaw.ts";

const slots = 64; // 1.25 s ahead in 200 ms steps are 7 marks; item ends and short phrases add some
// A mark that is a second late is lost or stuck behind a slow network: the clock is then the better witness.
const lateBytes = 1_000 * MULAW_BYTES_PER_MS;

/** Marks under way: names `g<generation>:<seq>` and the stream offsets (bytes) they stand for. A fixed ring. */
export class PlayoutMarks {
  readonly #offsets = new Float64Array(slots);
  #generation = 0;
  #oldest = 0;
  #next = 0;

  /** The name of a mark behind the byte before `offset`. */
  issue(offset: number): string {
    if (this.#next - this.#oldest === slots) this.#oldest++;
    this.#offsets[this.#next % slots] = offset;
    return `g${this.#generation}:${this.#next++}`;
  }

  /** The offset of a returned mark, which also settles all before it; -1 for an old generation, a repeat or nonsense. */
  returned(name: string): number {
    const colon = name.indexOf(":");
    if (colon < 2 || Number(name.slice(1, colon)) !== this.#generation) return -1;
    const seq = Number(name.slice(colon + 1));
    if (!Number.isInteger(seq) || seq < this.#oldest || seq >= this.#next) return -1;
    this.#oldest = seq + 1;
    return this.#offsets[seq % slots]!;
  }

  /** The offset that cannot have been passed yet, because its mark would be back; Infinity when none is under way. */
  limit(byClock: number): number {
    for (let seq = this.#oldest; seq < this.#next; seq++) {
      const offset = this.#offsets[seq % slots]!;
      if (byClock < offset + lateBytes) return offset;
    }
    return Number.POSITIVE_INFINITY;
  }

  forget(): void {
    this.#oldest = this.#next;
  }

  /** A clear: everything under way comes back without having been heard. */
  nextGeneration(): void {
    this.#generation++;
    this.#oldest = this.#next = 0;
  }
}
