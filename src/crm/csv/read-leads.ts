import { AppError } from "../../base/errors.ts";
import { type Phone, parsePhone } from "../../base/phone.ts";
import type { LeadSource } from "../../db/schema/lead.ts";
import { nameChars } from "../customers/rename.ts";
import type { LeadStatus } from "../leads/statuses.ts";
import { noteChars } from "../notes/add-note.ts";
import { type ColumnField, fieldOf, sourceOf } from "./columns.he.ts";
import type { Table } from "./read-table.ts";

/** A lead as a line of a file describes it. */
export interface ReadLead {
  line: number;
  name: string | null;
  phone: Phone | null;
  /** Key of a status; null = where leads begin. */
  status: string | null;
  source: LeadSource;
  note: string | null;
  /** The lead's, in a file of ours. */
  id: string | null;
}

export type LineProblem = "no_name_or_phone" | "phone" | "name_too_long" | "note_too_long" | "unknown_status";

export interface ReadLeads {
  columns: { header: string; field: ColumnField }[];
  leads: ReadLead[];
  problems: { line: number; code: LineProblem }[];
  /** Lines whose number an earlier line has already. */
  duplicates: number;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
// A number costs some 20 µs to read: after so many the live calls get their turn.
const rowsPerTurn = 200;

/** Names the columns: as told, else by their headers. @throws AppError "invalid" when none holds a name or a number. */
export function nameColumns({ rows }: Table, told: readonly ColumnField[] | undefined): ReadLeads["columns"] {
  const headers = rows[0]?.cells ?? [];
  const columns = headers.map((header, index) => ({ header, field: told ? (told[index] ?? "skip") : fieldOf(header) }));
  if (columns.some(({ field }) => ["name", "first_name", "phone"].includes(field))) return columns;
  throw new AppError("invalid", "no column holds a name or a phone number", {
    public: "no_known_column",
    fields: [{ path: "columns", code: "custom" }],
  });
}

/** Reads every line behind the header; what is wrong is told by its line. */
export async function readLeads(
  table: Table,
  columns: ReadLeads["columns"],
  statuses: readonly LeadStatus[],
): Promise<ReadLeads> {
  const read: ReadLeads = { columns, leads: [], problems: [], duplicates: 0 };
  const seen = new Set<string>();
  for (const [index, { line, cells }] of table.rows.slice(1).entries()) {
    if (index % rowsPerTurn === rowsPerTurn - 1) await Bun.sleep(0);
    const lead = readLine(line, byField(columns, cells), statuses);
    if (typeof lead === "string") read.problems.push({ line, code: lead });
    else if (lead.phone !== null && seen.has(lead.phone)) read.duplicates++;
    else {
      if (lead.phone !== null) seen.add(lead.phone);
      read.leads.push(lead);
    }
  }
  return read;
}

type Cells = (field: ColumnField) => string[];

/** What the columns of a field hold in this line, empty cells left out. */
const byField =
  (columns: ReadLeads["columns"], cells: readonly string[]): Cells =>
  (field) =>
    columns.flatMap((column, index) => (column.field === field && cells[index] ? [cells[index]] : []));

function readLine(line: number, cells: Cells, statuses: readonly LeadStatus[]): ReadLead | LineProblem {
  const name = [...cells("name"), ...cells("first_name"), ...cells("last_name")].join(" ") || null;
  if (name !== null && name.length > nameChars) return "name_too_long";
  const numbers = cells("phone");
  const phone = numbers.map((text) => parsePhone(text)).find((parsed) => parsed !== null) ?? null;
  if (numbers.length > 0 && phone === null) return "phone";
  if (name === null && phone === null) return "no_name_or_phone";
  const [wanted] = cells("status");
  const status = wanted === undefined ? null : statuses.find((one) => one.label === wanted || one.key === wanted)?.key;
  if (status === undefined) return "unknown_status";
  const [origin] = cells("source");
  const source = origin === undefined ? "import" : sourceOf(origin);
  const note = [...cells("note"), ...(source === undefined && origin ? [origin] : [])].join("\n") || null;
  if (note !== null && note.length > noteChars) return "note_too_long";
  const id = cells("id").find((text) => uuid.test(text)) ?? null;
  return { line, name, phone, status, source: source ?? "import", note, id };
}
