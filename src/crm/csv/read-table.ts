import Papa from "papaparse";
import { AppError } from "../../base/errors.ts";

/** A file of rows as it was read. `line` counts from 1, as an editor shows it: a quoted cell may span several. */
export interface Table {
  encoding: string;
  delimiter: string;
  rows: { line: number; cells: string[] }[];
}

const delimiters = [",", ";", "\t", "|"];
// How much of a file says which sign separates its cells.
const sniffedChars = 8_192;

/**
 * Reads a CSV file as spreadsheets write it in Israel: UTF-8 with or without a mark, UTF-16, or Windows-1255; separated
 * by commas, semicolons, tabs or bars. Rows without any content are left out.
 * @throws AppError "invalid" for a file that is no text, "too_large" for more than `rowsMax` rows.
 */
export function readTable(bytes: Uint8Array, rowsMax: number): Table {
  const { text, encoding } = decode(bytes);
  const delimiter = sniffDelimiter(text);
  const rows: Table["rows"] = [];
  const lines = new LineCounter(text);
  let endedAt = 0;
  Papa.parse<string[]>(text, {
    delimiter,
    step({ data, meta, errors }, parser) {
      const line = lines.at(endedAt);
      endedAt = meta.cursor;
      if (errors.length > 0) throw quotesOpen(line);
      const cells = data.map(tidy);
      if (cells.every((cell) => cell === "")) return;
      rows.push({ line, cells });
      if (rows.length > rowsMax + 1) parser.abort(); // one is the header
    },
  });
  if (rows.length > rowsMax + 1) throw new AppError("too_large", `more than ${rowsMax} rows`);
  return { encoding, delimiter, rows };
}

/** Everything behind an open quote would be one cell. */
const quotesOpen = (line: number): AppError =>
  new AppError("invalid", `the quotes in line ${line} are not closed`, {
    public: "open_quotes",
    fields: [{ path: `lines.${line}`, code: "open_quotes" }],
  });

function decode(bytes: Uint8Array): { text: string; encoding: string } {
  const as = (encoding: ConstructorParameters<typeof TextDecoder>[0], fatal = false) => ({
    text: new TextDecoder(encoding, { fatal }).decode(bytes),
    encoding: String(encoding),
  });
  if (isArchive(bytes))
    throw new AppError("invalid", "a workbook; save it as CSV first", {
      public: "not_csv",
      fields: [{ path: "file", code: "not_csv" }],
    });
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return as("utf-16le");
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return as("utf-16be");
  try {
    return as("utf-8", true);
  } catch {
    return as("windows-1255");
  }
}

/** An Excel workbook is a ZIP archive, an old one an OLE container. */
const isArchive = ([a, b, c, d]: Uint8Array): boolean =>
  (a === 0x50 && b === 0x4b && c === 0x03 && d === 0x04) || (a === 0xd0 && b === 0xcf && c === 0x11 && d === 0xe0);

/** The sign that makes the first rows equally wide, and widest. */
function sniffDelimiter(text: string): string {
  const head = text.slice(0, sniffedChars);
  const judged = delimiters.map((delimiter) => {
    const { data } = Papa.parse<string[]>(head, { delimiter, preview: 10, skipEmptyLines: "greedy" });
    const width = data[0]?.length ?? 1;
    return { delimiter, score: width < 2 ? 0 : data.filter((row) => row.length === width).length * 100 + width };
  });
  return judged.reduce((best, other) => (other.score > best.score ? other : best)).delimiter;
}

/** Also behind blanks, in full width and quoted already: how a formula begins for spreadsheets. */
const formula = "'*\\s*[=+\\-@\\t\\r＝＋－＠]";
/** What gets an apostrophe in front in a file that we write. */
export const asFormula = new RegExp(`^${formula}`);
const escaped = new RegExp(`^'(?=${formula})`);

/** A cell without the apostrophe that keeps a formula from being one, and without what cannot be stored. */
const tidy = (cell: string): string => storable(cell).replace(escaped, "").trim();

/** A text as our files have it: without what cannot be stored. */
export const storable = (text: string): string =>
  text
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufeff\u200e\u200f\u202a-\u202e]/g, "")
    .trim();

/** Line numbers of rising positions in a text, each newline counted once. */
class LineCounter {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  at(position: number): number {
    for (; this.#at < position; this.#at++) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit === 10 || (unit === 13 && this.#text.charCodeAt(this.#at + 1) !== 10)) this.#line++;
    }
    return this.#line;
  }
}
