/** Something that lasts from one minute of a day to another. */
export interface Span {
  from: number;
  to: number;
}

export interface Placed<T> {
  item: T;
  /** Which of `lanes` columns it stands in, from 0. */
  lane: number;
  lanes: number;
}

/** Stands things that overlap beside each other: each group of them shares as many columns as it needs at its fullest. */
export function inLanes<T extends Span>(items: readonly T[]): Placed<T>[] {
  const placed: Placed<T>[] = [];
  let group: Placed<T>[] = [];
  let groupEnds = 0;
  const ends: number[] = [];
  const close = () => {
    for (const one of group) one.lanes = ends.length;
    group = [];
    ends.length = 0;
  };
  for (const item of items.toSorted((a, b) => a.from - b.from || b.to - a.to)) {
    if (item.from >= groupEnds) close();
    const free = ends.findIndex((end) => end <= item.from);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = item.to;
    groupEnds = Math.max(groupEnds, item.to);
    const one = { item, lane, lanes: 1 };
    group.push(one);
    placed.push(one);
  }
  close();
  return placed;
}
