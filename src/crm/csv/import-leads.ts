import { sql } from "drizzle-orm";
import { type CustomerId, newId } from "../../base/ids.ts";
import { announce } from "../../db/announce.ts";
import { publishMany } from "../../jobs/publish.ts";
import { audit } from "../../tenants/audit.ts";
import { authorOf } from "../../tenants/author.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { firstLeadStatus } from "../../tenants/lead-statuses.he.ts";
import type { ReadLead } from "./read-leads.ts";

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

/** By number; a line without one is the customer of exactly this name whom nobody can reach either. */
async function findKnown(ctx: Ctx, leads: readonly ReadLead[]): Promise<Map<ReadLead, CustomerId>> {
  const { tx, businessId } = ctx;
  const asked = JSON.stringify(leads.map(({ phone, name }, index) => ({ index, phone, name })));
  const rows = await tx.execute<{ index: number; customer_id: CustomerId }>(sql`
    with asked as materialized (
      select * from jsonb_to_recordset(${asked}::jsonb) as r(index int, phone text, name text))
    select index, customer_id from asked join customer_identities i
      on i.business_id = ${businessId} and i.kind = 'phone' and i.value = phone
    union all
    select distinct on (index) index, c.id from asked join customers c on c.business_id = ${businessId} and c.name = asked.name
    where asked.phone is null and not exists (
      select from customer_identities i where i.business_id = ${businessId} and i.customer_id = c.id)`);
  return new Map(rows.map((row) => [leads[row.index]!, row.customer_id]));
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

/** What the file notes, unless the customer's page says the same already. */
async function addNotes(ctx: Ctx, rows: readonly (readonly [ReadLead, CustomerId])[]): Promise<void> {
  const { kind, userId, name } = authorOf(ctx.actor);
  const noted = rows.filter(([lead]) => lead.note !== null);
  const given = asJson(noted, ([{ note: body }, customer]) => ({ id: newId(), customer, body }));
  await ctx.tx.execute(sql`
    insert into notes (id, business_id, customer_id, body, created_by, created_by_user_id, author_name)
    select id, ${ctx.businessId}, customer, body, ${kind}, ${userId}::uuid, ${name}
    from jsonb_to_recordset(${given}::jsonb) as r(id uuid, customer uuid, body text)
    where not exists (select from notes n
      where n.business_id = ${ctx.businessId} and n.customer_id = customer and n.body = r.body)`);
}

const asJson = <T>(rows: readonly T[], shape: (row: T) => object): string => JSON.stringify(rows.map(shape));
