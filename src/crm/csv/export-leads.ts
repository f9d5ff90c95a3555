import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import Papa from "papaparse";
import { notes } from "../../db/schema/note.ts";
import { limits } from "../../limits.ts";
import { audit } from "../../tenants/audit.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { type LeadFilter, type LeadRow, listLeads } from "../leads/list-leads.ts";
import { type ExportLanguage, exportHeaders, sourceLabels } from "./columns.he.ts";

/** Runs one page of the export in a transaction of its own: a slow reader holds none open. */
export type InTransaction = <T>(run: (ctx: Ctx) => Promise<T>) => Promise<T>;

const noteChars = 2_000;

/**
 * The leads that `filter` asks for as a CSV file, newest first, text by text as the reader takes them. Begins with the
 * mark that tells Excel UTF-8; no cell can be a formula.
 */
export async function* exportLeads(
  within: InTransaction,
  filter: LeadFilter,
  language: ExportLanguage,
): AsyncGenerator<string> {
  const detail = { filters: Object.keys(filter).join(" "), language };
  await within((ctx) => audit(ctx, { action: "lead.export", subject: "lead:*", detail }));
  yield `\ufeff${asCsv([exportHeaders[language]])}`;
  for (let before: string | undefined; ; ) {
    const from = before;
    const { lines, next } = await within((ctx) => readPage(ctx, { ...filter, before: from }, language));
    if (lines.length > 0) yield asCsv(lines);
    if (next === null) return;
    before = next;
  }
}

async function readPage(ctx: Ctx, query: LeadFilter & { before?: string | undefined }, language: ExportLanguage) {
  const { leads, next } = await listLeads(ctx, { ...query, limit: limits.pageRowsMax });
  const noted = await notesOf(ctx, leads);
  return { lines: leads.map((lead) => lineOf(lead, noted.get(lead.customerId) ?? "", language)), next };
}

async function notesOf({ tx, businessId }: Ctx, leads: readonly LeadRow[]): Promise<Map<string, string>> {
  if (leads.length === 0) return new Map();
  const body = sql<string>`left(string_agg(${notes.body}, chr(10) order by ${notes.createdAt} desc), ${noteChars}::int)`;
  const rows = await tx
    .select({ customerId: notes.customerId, body })
    .from(notes)
    .where(
      and(
        eq(notes.businessId, businessId),
        inArray(
          notes.customerId,
          leads.map(({ customerId }) => customerId),
        ),
      ),
    )
    .groupBy(notes.customerId)
    .orderBy(desc(notes.customerId));
  return new Map(rows.map((row) => [row.customerId, row.body]));
}

function lineOf(lead: LeadRow, note: string, language: ExportLanguage): string[] {
  const [phone = "", ...more] = lead.phones.map(dialled);
  const source = sourceLabels[language][lead.source];
  const { name, statusLabel, createdLocal, activeLocal, id } = lead;
  return [name ?? "", phone, more.join(", "), statusLabel, source, note, spaced(createdLocal), spaced(activeLocal), id];
}

/** As it is dialled in Israel: a spreadsheet would eat the plus, or the first 0 of bare digits. */
function dialled(phone: string): string {
  const parsed = parsePhoneNumberFromString(phone);
  return parsed?.country === "IL" ? parsed.formatNational() : phone;
}

const spaced = (local: string): string => local.replace("T", " ");

// Also behind blanks and in full width: spreadsheets take all of these for the beginning of a formula.
const formula = /^\s*[=+\-@\t\r＝＋－＠]/;

const asCsv = (lines: readonly (readonly string[])[]): string =>
  `${Papa.unparse(lines as string[][], { escapeFormulae: formula, newline: "\r\n" })}\r\n`;
