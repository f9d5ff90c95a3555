import { join } from "node:path";
import { makeZip } from "client-zip";
import { sql } from "drizzle-orm";
import type { CustomerId } from "../base/ids.ts";
import { requireCustomer } from "../crm/customers/read-customer.ts";
import { audit } from "../tenants/audit.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { countRows, type PersonTable, personTables, readRows } from "./person-rows.ts";

/** Runs one page in a transaction of its own: a slow reader holds none open. */
export type InTransaction = <T>(run: (ctx: Ctx) => Promise<T>) => Promise<T>;

interface Entry {
  name: string;
  input: AsyncIterable<string> | ReadableStream<Uint8Array> | string;
}

/**
 * Everything of one person as a ZIP: a JSON file per table, and the recordings and files themselves. Made as it is read,
 * so that its size costs no memory. @throws AppError "not_found" before the first byte.
 */
export async function exportPerson(
  within: InTransaction,
  storageDir: string,
  customerId: CustomerId,
): Promise<ReadableStream<Uint8Array>> {
  const { tables, counts } = await within(async (ctx) => {
    await requireCustomer(ctx, customerId);
    await audit(ctx, { action: "customer.export", subject: `customer:${customerId}` });
    const rows = await countRows(ctx, customerId);
    return { tables: personTables(ctx, customerId).filter(({ name }) => name in rows), counts: rows };
  });
  return makeZip(entriesOf());

  async function* entriesOf(): AsyncGenerator<Entry> {
    yield { name: "about.json", input: JSON.stringify({ customerId, rows: counts }, null, 2) };
    for (const table of tables) yield { name: `${table.name}.json`, input: asJson(within, table) };
    for (const { file, name } of await within((ctx) => filesOf(ctx, customerId))) {
      const stored = Bun.file(join(storageDir, file));
      if (await stored.exists()) yield { name, input: stored.stream() };
    }
  }
}

/** One JSON array, page by page. */
async function* asJson(within: InTransaction, table: PersonTable): AsyncGenerator<string> {
  let before = "[\n";
  for (let after: string | null = ""; after !== null; ) {
    const from: string = after;
    const { rows, next }: Awaited<ReturnType<typeof readRows>> = await within((ctx) => readRows(ctx, table, from));
    if (rows.length > 0) yield before + rows.map((row) => JSON.stringify(row)).join(",\n");
    before = ",\n";
    after = next;
  }
  yield "\n]\n";
}

/** Recordings and files of messages that lie on the disk, with their names in the archive. */
export async function filesOf({ tx, businessId }: Ctx, customerId: CustomerId) {
  const theirs = sql`business_id = ${businessId} and customer_id = ${customerId}`;
  const rows = await tx.execute<{ file: string; kind: string; id: string }>(sql`
    select file, 'recordings' as kind, id from recordings
      where business_id = ${businessId} and file is not null and call_id in (select id from calls where ${theirs})
    union all select file, 'media', id from message_media
      where business_id = ${businessId} and file is not null and message_id in (select id from messages where ${theirs})`);
  return rows.map(({ file, kind, id }) => ({
    file,
    kind,
    name: `${kind}/${id}${/\.[a-z0-9]{1,5}$/i.exec(file)?.[0] ?? ""}`,
  }));
}
