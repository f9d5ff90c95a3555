import { encode } from "uqr";

/** A QR as one SVG path over `size` × `size` units, its quiet zone included: the panel draws it and needs no library. */
export function qrPath(text: string): { size: number; path: string } {
  const { size, data } = encode(text);
  return { size, path: data.map(rowPath).join("") };
}

/** Every run of dark cells in a row is one rectangle. */
function rowPath(row: readonly boolean[], y: number): string {
  let path = "";
  for (let x = 0; x < row.length; x++) {
    if (!row[x]) continue;
    const from = x;
    while (row[x + 1]) x++;
    const long = x + 1 - from;
    path += `M${from} ${y}h${long}v1h-${long}z`;
  }
  return path;
}
