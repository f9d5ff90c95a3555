/** One line of the table: a bar, and what was measured against it. */
export interface Finding {
  what: string;
  /** As written in the requirement; "" = no bar, printed for information. */
  bar: string;
  measured: string;
  /** Calls, seconds, cores, and whatever else somebody needs who repeats it. */
  conditions: string;
  /** Null = nothing to hold it against. */
  passed: boolean | null;
}

/** A row of the bench: measures one thing, or several that come out of the same run. */
export interface Row {
  name: string;
  title: string;
  measure(): Promise<Finding[]>;
}

export const ms = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
export const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

/** Value below which `share` of the numbers lie; NaN when there are none. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Prints a finding as two lines; English left to right on purpose, a terminal of any width. */
export function printFinding({ what, bar, measured, conditions, passed }: Finding): string {
  const verdict = passed === null ? "    " : passed ? "ok  " : "MISS";
  const against = bar === "" ? "" : `  (bar: ${bar})`;
  return `${verdict}  ${what}: ${measured}${against}\n      ${conditions}\n`;
}
