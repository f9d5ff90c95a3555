import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { assertFresh } from "../api/fresh.ts";
import { query } from "../api/input.ts";
import { flagInput } from "../api/page.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import { AppError } from "../base/errors.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { CrmApiDeps } from "./api.ts";
import { columnFields } from "./csv/columns.he.ts";
import { exportLeads } from "./csv/export-leads.ts";
import { countKnown, importLeads } from "./csv/import-leads.ts";
import { nameColumns, type ReadLeads, readLeads } from "./csv/read-leads.ts";
import { readTable, type Table } from "./csv/read-table.ts";
import { listLeadStatuses } from "./leads/statuses.ts";
import { leadFilters } from "./shapes.ts";

const tag = "leads";
// What a person reads of a preview; all of it is counted.
const shown = { problems: 200, leads: 20 };

// What somebody can have ticked: they stand in the address.
const idsMax = 200;
const exportQuery = z.strictObject({
  ...leadFilters,
  /** Only these, comma separated. */
  ids: z
    .string()
    .max(37 * idsMax)
    .transform((text) => text.split(","))
    .pipe(z.array(z.uuid().toLowerCase()).max(idsMax))
    .optional(),
  language: z.enum(["he", "en"]).default("he"),
});
const field = z.enum(columnFields);
const importQuery = z.strictObject({
  /** Only says what would happen. */
  preview: flagInput.default(false),
  /** Leaves out the lines that cannot be read, instead of refusing the file. */
  skipProblems: flagInput.default(false),
  /** Field of each column, comma separated. Default: by the headers. */
  columns: z
    .string()
    .max(2_000)
    .transform((text) => text.split(","))
    .pipe(z.array(field).max(200))
    .optional(),
});
const lead = z.object({
  line: z.int(),
  name: z.string().nullable(),
  phone: z.string().nullable(),
  status: z.string().nullable(),
  source: z.string(),
  note: z.string().nullable(),
  id: z.string().nullable(),
});
const report = z.object({
  encoding: z.string(),
  delimiter: z.string(),
  columns: z.array(z.object({ header: z.string(), field })),
  /** Lines that can be read. */
  readable: z.int(),
  /** Lines that repeat the number of an earlier one: left out. */
  duplicates: z.int(),
  problemCount: z.int(),
  /** The first of them. */
  problems: z.array(z.object({ line: z.int(), code: z.string() })),
  /** The first lines as they were read. */
  leads: z.array(lead),
  /** Leads that were made, or would be; and customers who are there already. */
  added: z.int(),
  known: z.int(),
});
const tooLarge = () => {
  throw new AppError("too_large", "a file of leads is too large");
};

/** Leads as a file, out and in (C11); all of them at once want the password given lately (K7). */
export function createLeadsCsvApi({ db, clock, countExport }: CrmApiDeps) {
  return new Hono<ApiEnv>()
    .get(
      "/api/leads/export.csv",
      route({ summary: "Leads as a CSV file", tag, access: "owner", media: "text/csv" }),
      query(exportQuery),
      (c) => {
        assertFresh(c, clock.instant());
        countExport(c);
        const { language, ...filter } = c.req.valid("query");
        const text = exportLeads((run) => inTenant(db, c, run), filter, language);
        return c.body(streamOf(text), 200, {
          "Content-Type": "text/csv; charset=utf-8",
          "Content-Disposition": 'attachment; filename="leads.csv"',
          "X-Content-Type-Options": "nosniff",
          "Cache-Control": "no-store",
        });
      },
    )
    .post(
      "/api/leads/import",
      route({
        summary: "Leads from a CSV file: all or nothing",
        tag,
        access: "owner",
        takes: "text/csv",
        answer: report,
      }),
      bodyLimit({ maxSize: limits.importBytes, onError: tooLarge }),
      query(importQuery),
      async (c) => {
        const { preview, skipProblems, columns: told } = c.req.valid("query");
        const table = readTable(await fileOf(c), limits.importRowsMax);
        const columns = nameColumns(table, told);
        const statuses = await inTenant(db, c, listLeadStatuses);
        const read = await readLeads(table, columns, statuses);
        if (!preview && !skipProblems) refuseProblems(read);
        const work = preview ? wouldAdd : importLeads;
        const counts = await inTenant(db, c, (ctx) => work(ctx, read.leads), { deadlineMs: limits.importMs });
        return c.json({ ...describe(table, read), ...counts });
      },
    );
}

/** Bytes as fast as they are taken: an answer that nobody reads stops after its next page. */
function streamOf(text: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await text.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: () => void text.return(undefined),
  });
}

/** The file as the whole body, or the one in a form. @throws AppError "invalid" when there is none. */
async function fileOf(c: Context<ApiEnv>): Promise<Uint8Array> {
  const type = c.req.header("Content-Type") ?? "";
  if (!type.startsWith("multipart/")) return new Uint8Array(await c.req.arrayBuffer());
  const form = await c.req.parseBody().catch(() => ({}));
  const file = Object.values(form).find((part) => part instanceof File);
  if (file) return file.bytes();
  throw new AppError("invalid", "no file in the form", { fields: [{ path: "file", code: "invalid_type" }] });
}

function refuseProblems({ problems }: ReadLeads): void {
  if (problems.length === 0) return;
  throw new AppError("invalid", `${problems.length} lines cannot be read`, {
    public: "unreadable_lines",
    fields: problems.slice(0, shown.problems).map(({ line, code }) => ({ path: `lines.${line}`, code })),
  });
}

async function wouldAdd(ctx: Ctx, leads: ReadLeads["leads"]) {
  const known = await countKnown(ctx, leads);
  return { added: leads.length - known, known };
}

const describe = ({ encoding, delimiter }: Table, { columns, leads, problems, duplicates }: ReadLeads) => ({
  encoding,
  delimiter,
  columns,
  readable: leads.length,
  duplicates,
  problemCount: problems.length,
  problems: problems.slice(0, shown.problems),
  leads: leads.slice(0, shown.leads),
});
