import { sql } from "drizzle-orm";
import { type CustomerId, newId } from "../../base/ids.ts";
import { announce } from "../../db/announce.ts";
import { publishMany } from "../../jobs/publish.ts";
import { audit } from "../../tenants/audit.ts";
import { authorOf } from "../../tenants/author.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { firstLeadStatus } from "../../tenants/lead-statuses.he.ts";
import type { ReadLead } from "./read-leads.ts";
import { storable } from "./read-table.ts";

export interface Imported {
  added: number;
  /** Lines whose customer was there: a missing name and a new note were taken over, nothing else. */
  known: number;
}

type Row = ReadLead & { customerId: CustomerId; leadId: string };

/** How many of these lines are customers that the business already has. */
export async function countKnown(ctx: Ctx, leads: readonly ReadLead[]): Promise<number> {
  return (await findKnown(ctx, leads)).size;
}

/** Writes all of it in the caller's transaction: all or nothing. A number that is known makes no second customer. */
export async function importLeads(ctx: Ctx, leads: readonly ReadLead[]): Promise<Imported> {
  await ctx.tx.execute(sql`select set_config('app.terms', 'later', true)`); // refreshed once, below
  const known = await findKnown(ctx, leads);
  const fresh = leads.filter((lead) => !known.has(lead));
  const rows = fresh.map((lead): Row => ({ ...lead, customerId: newId<CustomerId>(), leadId: newId() }));
  const added = await addCustomers(ctx, rows);
  // Somebody called while the file was read: their number is known now.
  const late = rows.filter((row) => !added.includes(row));
  for (const [lead, customerId] of await findKnown(ctx, late)) known.set(lead, customerId);
  await addLeads(ctx, added);
  await completeNames(ctx, known);
  await addNotes(ctx, [...added.map((row) => [row, row.customerId] as const), ...known]);
  const touched = [...added.map((row) => row.customerId), ...known.values()];
  await ctx.tx.execute(sql`select refresh_customer_terms(array(
    select value::uuid from jsonb_array_elements_text(${JSON.stringify(touched)}::jsonb)))`);
  const counts = { added: added.length, known: known.size };
  await audit(ctx, { action: "lead.import", subject: "lead:*", detail: counts });
  await announce(ctx.tx, { businessId: ctx.businessId, type: "lead", id: "*" });
  await publishMany(
    ctx,
    "leads.created",
    added.map(({ leadId }) => leadId),
  );
  return counts;
}

/**
 * By number. A line without one is the lead of its id, if that has this name or none is told, else the customer of exactly
 * this name whom nobody can reach either.
 */
async function findKnown(ctx: Ctx, leads: readonly ReadLead[]): Promise<Map<ReadLead, CustomerId>> {
  const { tx, businessId } = ctx;
  const asked = JSON.stringify(leads.map(({ phone, name, id }, index) => ({ index, phone, name, id })));
  const rows = await tx.execute<{ index: number; customer_id: CustomerId; called: string | null }>(sql`
    with asked as materialized (
      select * from jsonb_to_recordset(${asked}::jsonb) as r(index int, phone text, name text, id uuid))
    select 1 as rank, index, customer_id, asked.name as called from asked join customer_identities i
      on i.business_id = ${businessId} and i.kind = 'phone' and i.value = phone
    union all
    (select distinct on (index) 1, index, c.id, c.name from asked
      join customers c on c.business_id = ${businessId} and c.name = asked.name
    where asked.phone is null and not exists (
      select from customer_identities i where i.business_id = ${businessId} and i.customer_id = c.id))
    union all
    select 2, index, c.id, coalesce(c.name, l.name) from asked
      join leads l on l.business_id = ${businessId} and l.id = asked.id
      join customers c on c.business_id = ${businessId} and c.id = l.customer_id
    where asked.phone is null order by rank`);
  const known = new Map<ReadLead, CustomerId>();
  for (const { index, customer_id: id, called } of rows) {
    const lead = leads[index]!;
    if (lead.name === null || lead.phone !== null || lead.name === storable(called ?? "")) known.set(lead, id);
  }
  return known;
}

/** The rows whose customer is new indeed. */
async function addCustomers(ctx: Ctx, rows: readonly Row[]): Promise<Row[]> {
  const { tx, businessId } = ctx;
  const given = asJson(rows, ({ customerId: id, name, phone }) => ({ id, name, phone, identity: newId() }));
  const named = authorOf(ctx.actor).kind;
  await tx.execute(sql`insert into customers (id, business_id, name, named_by)
    select id, ${businessId}, name, case when name is not null then ${named} end
    from jsonb_to_recordset(${given}::jsonb) as r(id uuid, name text)`);
  const reached = await tx.execute<{ customer_id: string }>(sql`
    insert into customer_identities (id, business_id, customer_id, kind, value)
    select identity, ${businessId}, id, 'phone', phone
    from jsonb_to_recordset(${given}::jsonb) as r(id uuid, phone text, identity uuid) where phone is not null
    on conflict do nothing returning customer_id`);
  const ids = new Set(reached.map((row) => row.customer_id));
  const isNew = (row: Row): boolean => row.phone === null || ids.has(row.customerId);
  const late = JSON.stringify(rows.filter((row) => !isNew(row)).map((row) => row.customerId));
  await tx.execute(sql`delete from customers where business_id = ${businessId}
    and id in (select value::uuid from jsonb_array_elements_text(${late}::jsonb))`);
  return rows.filter(isNew);
}

async function addLeads({ tx, businessId }: Ctx, rows: readonly Row[]): Promise<void> {
  const given = asJson(rows, ({ leadId: id, customerId: customer, name, source, status }) => ({
    ...{ id, customer, name, source },
    status: status ?? firstLeadStatus,
  }));
  await tx.execute(sql`insert into leads (id, business_id, customer_id, source, status, name)
    select id, ${businessId}, customer, source, status, name
    from jsonb_to_recordset(${given}::jsonb) as r(id uuid, customer uuid, source text, status text, name text)`);
}

/** A customer without a name gets the file's. */
async function completeNames(ctx: Ctx, known: ReadonlyMap<ReadLead, CustomerId>): Promise<void> {
  const named = [...known].filter(([lead]) => lead.name !== null);
  const given = asJson(named, ([{ name }, id]) => ({ id, name }));
  await ctx.tx.execute(sql`update customers c set name = r.name, named_by = ${authorOf(ctx.actor).kind}, updated_at = now()
    from jsonb_to_recordset(${given}::jsonb) as r(id uuid, name text)
    where c.business_id = ${ctx.businessId} and c.id = r.id and c.name is null`);
}

/** What the file notes, line by line, unless the customer's page says it already: our own files join a customer's notes. */
async function addNotes(ctx: Ctx, rows: readonly (readonly [ReadLead, CustomerId])[]): Promise<void> {
  const { kind, userId, name } = authorOf(ctx.actor);
  const noted = rows.filter(([lead]) => lead.note !== null);
  for (let from = 0; from < noted.length; from += notedAtOnce) {
    const some = noted.slice(from, from + notedAtOnce);
    const lines = await linesOf(ctx, some);
    const bodies = some.flatMap(([{ note }, customer]) => {
      const body = linesIn(note ?? "").filter((line) => !lines.get(customer)?.has(storable(line)));
      return body.some((line) => line.trim() !== "") ? [{ id: newId(), customer, body: body.join("\n").trim() }] : [];
    });
    await ctx.tx.execute(sql`
      insert into notes (id, business_id, customer_id, body, created_by, created_by_user_id, author_name)
      select id, ${ctx.businessId}, customer, body, ${kind}, ${userId}::uuid, ${name}
      from jsonb_to_recordset(${JSON.stringify(bodies)}::jsonb) as r(id uuid, customer uuid, body text)`);
  }
}

// All notes of so many customers are in memory at a time.
const notedAtOnce = 500;
const linesIn = (text: string): string[] => text.split(/\r?\n/);

/** The lines of what was noted about each. */
async function linesOf({ tx, businessId }: Ctx, rows: readonly (readonly [ReadLead, CustomerId])[]) {
  const ids = JSON.stringify(rows.map(([, customerId]) => customerId));
  const found = await tx.execute<{ customer_id: CustomerId; body: string }>(sql`
    select customer_id, body from notes where business_id = ${businessId}
      and customer_id in (select value::uuid from jsonb_array_elements_text(${ids}::jsonb))`);
  const lines = new Map<CustomerId, Set<string>>();
  for (const { customer_id: id, body } of found) {
    const theirs = lines.get(id) ?? new Set();
    for (const line of linesIn(body)) theirs.add(storable(line));
    lines.set(id, theirs);
  }
  return lines;
}

const asJson = <T>(rows: readonly T[], shape: (row: T) => object): string => JSON.stringify(rows.map(shape));
