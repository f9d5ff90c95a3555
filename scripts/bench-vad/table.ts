/** One line of the report. `values` by column: ours first, then the peers; NaN = not measured. */
export interface Row {
  what: string;
  /** Largest allowed value, or smallest when `atLeast`; null = reported without a bar. */
  bar: number | null;
  atLeast?: boolean;
  unit: string;
  values: number[];
}

export function passes(row: Row): boolean {
  if (row.bar === null) return true;
  const ours = row.values[0]!;
  return row.atLeast ? ours >= row.bar : ours <= row.bar;
}

/** So far off that chance on a tenth of the material does not explain it: three bars, or 25 points, or 10 where none is allowed. */
export function failsBadly(row: Row): boolean {
  if (row.bar === null) return false;
  const ours = row.values[0]!;
  if (row.atLeast) return !(ours >= row.bar - 25);
  return !(ours <= (row.bar === 0 ? 10 : 3 * row.bar));
}

/** The report as aligned text. */
export function formatTable(columns: readonly string[], rows: readonly Row[]): string {
  const lines = [["measure", "bar", ...columns, ""], ...rows.map(cells)];
  const widths = lines[0]!.map((_, at) => Math.max(...lines.map((line) => (line[at] ?? "").length)));
  const text = lines.map((line) =>
    line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join("  "),
  );
  text.splice(1, 0, "-".repeat(text[0]!.length));
  return `${text.join("\n")}\n`;
}

function cells(row: Row): string[] {
  const bar = row.bar === null ? "-" : `${row.atLeast ? "≥" : "≤"} ${number(row.bar)} ${row.unit}`.trim();
  const values = row.values.map((value) => (Number.isNaN(value) ? "-" : number(value)));
  return [row.what, bar, ...values, row.bar === null ? "reported" : passes(row) ? "pass" : "FAIL"];
}

function number(value: number): string {
  return Number.isInteger(value) || value >= 100 ? value.toFixed(0) : value.toFixed(value < 10 ? 2 : 1);
}
