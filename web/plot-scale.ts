const gridPx = 90;
const gridSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600];

/** The largest value of each of `count` equal stretches. 0 where a stretch has none. */
export function stretches(values: readonly number[], stepMs: number, lengthMs: number, count: number): number[] {
  const loudest = new Array<number>(count).fill(0);
  for (const [index, value] of values.entries()) {
    const at = Math.floor((index * stepMs * count) / Math.max(1, lengthMs));
    if (at < count && value > loudest[at]!) loudest[at] = value;
  }
  return loudest;
}

/** Seconds between two lines of the grid, so that their labels have room. */
export const gridSeconds = (lengthMs: number, widthPx: number): number =>
  gridSteps.find((seconds) => (seconds * 1_000 * widthPx) / Math.max(1, lengthMs) >= gridPx) ?? 600;

/** Where a value lies between two others, 0..1. */
export const share = (value: number, least: number, most: number): number =>
  Math.max(0, Math.min(1, (value - least) / (most - least)));
