/** A stretch of two texts compared word by word; joining all but `added` gives the old text, all but `removed` the new. */
export interface DiffPart {
  kind: "same" | "removed" | "added";
  text: string;
}

// Differences beyond this are a rewrite, not an edit: shown as one removal and one addition. Bounds memory to ~4 MB.
const editsMax = 1_000;

/** Word-level difference. Source: E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), greedy form. */
export function diffWords(before: string, after: string): DiffPart[] {
  const [a, b] = [wordsOf(before), wordsOf(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const middle = editScript(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const same = (words: string[]): DiffPart => ({ kind: "same", text: words.join("") });
  return merged([same(a.slice(0, start)), ...middle, same(end === 0 ? [] : a.slice(-end))]);
}

/** Words and the white space and marks between them, so that joining gives the text back. */
const wordsOf = (text: string): string[] => text.match(/\s+|[\p{L}\p{M}\p{N}_]+|[^\s\p{L}\p{M}\p{N}_]/gu) ?? [];

function editScript(a: string[], b: string[]): DiffPart[] {
  const frontiers = shortestPath(a, b);
  if (frontiers === null)
    return [
      { kind: "removed", text: a.join("") },
      { kind: "added", text: b.join("") },
    ];
  const parts: DiffPart[] = [];
  let [x, y] = [a.length, b.length];
  for (let d = frontiers.length - 1; d >= 0; d--) {
    const reach = frontiers[d] as Int32Array;
    const at = (k: number): number => reach[k + d] ?? -1;
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const fromX = d === 0 ? 0 : down ? at(k + 1) : at(k - 1);
    const fromY = d === 0 ? 0 : fromX - (down ? k + 1 : k - 1);
    while (x > fromX && y > fromY && a[x - 1] === b[y - 1]) {
      parts.push({ kind: "same", text: a[x - 1] as string });
      x--;
      y--;
    }
    if (d === 0) break;
    if (down) parts.push({ kind: "added", text: b[--y] as string });
    else parts.push({ kind: "removed", text: a[--x] as string });
  }
  return parts.reverse();
}

/** For every number of edits d, how far each diagonal k got before edit d (index k + d). Null: more than `editsMax`. */
function shortestPath(a: string[], b: string[]): Int32Array[] | null {
  const limit = Math.min(a.length + b.length, editsMax);
  const reach = new Int32Array(2 * limit + 3);
  const middle = limit + 1;
  const frontiers: Int32Array[] = [];
  for (let d = 0; d <= limit; d++) {
    frontiers.push(reach.slice(middle - d, middle + d + 1));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reach[middle + k - 1] ?? 0) < (reach[middle + k + 1] ?? 0));
      let x = down ? (reach[middle + k + 1] ?? 0) : (reach[middle + k - 1] ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reach[middle + k] = x;
      if (x >= a.length && x - k >= b.length) return frontiers;
    }
  }
  return null;
}

function merged(parts: DiffPart[]): DiffPart[] {
  const result: DiffPart[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (part.text === "") continue;
    if (last?.kind === part.kind) last.text += part.text;
    else result.push({ ...part });
  }
  return result;
}
