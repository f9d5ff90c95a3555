import { sql } from "drizzle-orm";
import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import Papa from "papaparse";
import { limits } from "../../limits.ts";
import { audit } from "../../tenants/audit.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { type LeadFilter, type LeadRow, listLeads } from "../leads/list-leads.ts";
import { noteChars } from "../notes/add-note.ts";
import { type ExportLanguage, exportHeaders, sourceLabels } from "./columns.he.ts";
import { asFormula, storable } from "./read-table.ts";

/** Runs one page of the export in a transaction of its own: a slow reader holds none open. */
export type InTransaction = <T>(run: (ctx: Ctx) => Promise<T>) => Promise<T>;

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

/** The notes of each, newest first, as many whole ones as a file that comes in may have in a cell. */
async function notesOf({ tx, businessId }: Ctx, leads: readonly LeadRow[]): Promise<Map<string, string>> {
  const customerIds = JSON.stringify(leads.map(({ customerId }) => customerId));
  const rows = await tx.execute<{ customer_id: string; bodies: string[] }>(sql`
    select customer_id, json_agg(body order by created_at desc, id desc) as bodies from (
      select *, sum(length(body)) over (partition by customer_id order by created_at desc, id desc) as chars from notes
      where business_id = ${businessId}
        and customer_id in (select value::uuid from jsonb_array_elements_text(${customerIds}::jsonb))) as counted
    where chars <= ${noteChars} group by customer_id`);
  return new Map(rows.map(({ customer_id: id, bodies }) => [id, joined(bodies)]));
}

const joined = (bodies: readonly string[]): string =>
  bodies.reduce((cell, body) => (cell.length + body.length < noteChars ? `${cell}\n${body}` : cell));

function lineOf(lead: LeadRow, note: string, language: ExportLanguage): string[] {
  const [phone = "", ...more] = lead.phones.map(dialled);
  const source = sourceLabels[language][lead.source];
  const { name, statusLabel, createdLocal, activeLocal, id } = lead;
  const times = [spaced(createdLocal), spaced(activeLocal)];
  return [name ?? "", phone, more.join(", "), statusLabel, source, note, ...times, id].map(storable);
}

/** As it is dialled in Israel: a spreadsheet would eat the plus, or the first 0 of bare digits. */
function dialled(phone: string): string {
  const parsed = parsePhoneNumberFromString(phone);
  return parsed?.country === "IL" ? parsed.formatNational() : phone;
}

const spaced = (local: string): string => local.replace("T", " ");

const asCsv = (lines: readonly (readonly string[])[]): string =>
  `${Papa.unparse(lines as string[][], { escapeFormulae: asFormula, newline: "\r\n" })}\r\n`;
