// What opens a row of any list: the link or button that carries its name.
const openers = "main :is(a.row, a.row-link, button.row, button.row-main)";

const shownRows = (): HTMLElement[] =>
  [...document.querySelectorAll<HTMLElement>(openers)].filter((row) => row.checkVisibility());

export const firstRow = (): HTMLElement | undefined => shownRows()[0];

/**
 * Moves the focus to the next row (1) or the one before (-1): what is read out, shown and opened with Enter is then the
 * browser's own work. Begins at the row that is open, or at the first.
 */
export function stepRow(by: 1 | -1): boolean {
  const rows = shownRows();
  const focused = document.activeElement;
  const at = rows.findIndex((row) => row === focused || row.closest("li")?.contains(focused));
  const open = rows.findIndex((row) => row.ariaCurrent === "true");
  const from = at >= 0 ? at : open >= 0 ? open : by > 0 ? -1 : rows.length;
  const next = rows[from + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return rows.length > 0;
}
