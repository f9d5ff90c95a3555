import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import { AppError } from "../../base/errors.ts";
import { type CustomerId, newId } from "../../base/ids.ts";
import { announce } from "../../db/announce.ts";
import { customers } from "../../db/schema/customer.ts";
import { customerMerges } from "../../db/schema/customer-merge.ts";
import { leads } from "../../db/schema/lead.ts";
import { audit } from "../../tenants/audit.ts";
import { authorOf } from "../../tenants/author.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { firstLeadStatus } from "../../tenants/lead-statuses.he.ts";
import { listLeadStatuses } from "../leads/statuses.ts";

/** Where a customer is named. A table missing here would make the merge fail (its foreign key), not lose rows. */
const owned = [
  ["customer_identities", "customer_id"],
  ["calls", "customer_id"],
  ["conversations", "customer_id"],
  ["messages", "customer_id"],
  ["meetings", "customer_id"],
  ["tasks", "customer_id"],
  ["notes", "customer_id"],
  ["customer_merges", "kept_id"],
] as const;
type Owned = (typeof owned)[number][0];

type CustomerRow = typeof customers.$inferSelect;
type LeadRow = typeof leads.$inferSelect;

export interface MergePreview {
  kept: CustomerRow;
  merged: CustomerRow;
  /** Rows that would move, by table. */
  moves: Record<Owned, number>;
  /** Both have a lead: the kept one's stays. */
  dropsLead: boolean;
  /** Only the merged one has a lead: it moves. */
  movesLead: boolean;
}

/** All that parts the two again; instants as text, since it lives in a JSON column. */
interface MergeRecord {
  customer: { name: string | null; namedBy?: CustomerRow["namedBy"]; createdAt: string };
  /** The dropped lead, or null when it moved or never was. */
  lead: DroppedLead | null;
  movedLeadId: string | null;
  takenName: boolean;
  moved: Partial<Record<Owned, string[]>>;
}

interface DroppedLead extends Pick<LeadRow, "id" | "status" | "source" | "name"> {
  assigneeUserId?: LeadRow["assigneeUserId"];
  archivedAt?: string | null;
  activeAt?: string;
  createdAt: string;
}

export interface MergeInput {
  keptId: CustomerId;
  mergedId: CustomerId;
  /** Why they are one person, in words: the proof is asked for, not checked here (A9). */
  proof: string;
}

/** What a merge would do. @throws AppError "not_found", "invalid" for a customer with itself. */
export async function previewMerge(ctx: Ctx, input: Omit<MergeInput, "proof">): Promise<MergePreview> {
  if (input.keptId === input.mergedId)
    throw new AppError("invalid", "a customer cannot be merged with itself", {
      fields: [{ path: "mergedId", code: "same" }],
    });
  const locked = new Map<CustomerId, CustomerRow>();
  // In one order, whoever merges whom: two merges at once wait for each other and do not lock each other out.
  for (const id of [input.keptId, input.mergedId].toSorted()) locked.set(id, await lockCustomer(ctx, id));
  const [kept, merged] = [locked.get(input.keptId)!, locked.get(input.mergedId)!];
  const moves = {} as Record<Owned, number>;
  for (const [table, column] of owned) {
    const [row] = await ctx.tx.execute<{ count: number }>(
      sql`select count(*)::int as count from ${sql.identifier(table)} where ${isOf(ctx, column, merged.id)}`,
    );
    moves[table] = row?.count ?? 0;
  }
  const [hasLead, bringsLead] = [await leadOf(ctx, kept.id), await leadOf(ctx, merged.id)].map((lead) => lead !== null);
  return { kept, merged, moves, dropsLead: !!hasLead && !!bringsLead, movesLead: !hasLead && !!bringsLead };
}

/** Makes two customers one. Returns the id to undo it by. @throws as `previewMerge`. */
export async function mergeCustomers(ctx: Ctx, input: MergeInput): Promise<string> {
  const { kept, merged } = await previewMerge(ctx, input);
  const moved: MergeRecord["moved"] = {};
  for (const [table, column] of owned) {
    const rows = await ctx.tx.execute<{ id: string }>(
      sql`update ${sql.identifier(table)} set ${sql.identifier(column)} = ${kept.id}
          where ${isOf(ctx, column, merged.id)} returning id`,
    );
    if (rows.length > 0) moved[table] = rows.map((row) => row.id);
  }
  const record: MergeRecord = {
    customer: { name: merged.name, namedBy: merged.namedBy, createdAt: merged.createdAt.toString() },
    ...(await mergeLeads(ctx, kept.id, merged.id)),
    takenName: kept.name === null && merged.name !== null,
    moved,
  };
  if (record.takenName) await setName(ctx, kept.id, merged);
  await ctx.tx.delete(customers).where(and(eq(customers.businessId, ctx.businessId), eq(customers.id, merged.id)));
  const id = newId();
  await ctx.tx.insert(customerMerges).values({
    id,
    businessId: ctx.businessId,
    keptId: kept.id,
    mergedId: merged.id,
    record,
    proof: input.proof.trim().slice(0, 500),
    mergedByName: authorOf(ctx.actor).name,
  });
  await written(ctx, "customer.merge", input, record);
  return id;
}

/**
 * Parts them again: every row that moved goes back, and so does what was written since on an identity that moved; what
 * else came later stays with the kept one.
 * @throws AppError "not_found", also when the merge is not one into `keptId`.
 */
export async function undoMerge(ctx: Ctx, mergeId: string, keptId?: CustomerId): Promise<void> {
  const [merge] = await ctx.tx
    .update(customerMerges)
    .set({ undoneAt: sql`now()` })
    .where(
      and(
        eq(customerMerges.businessId, ctx.businessId),
        eq(customerMerges.id, mergeId),
        isNull(customerMerges.undoneAt),
        keptId === undefined ? undefined : eq(customerMerges.keptId, keptId),
      ),
    )
    .returning();
  if (merge === undefined) throw new AppError("not_found", "no such merge, or undone already");
  const record = merge.record as MergeRecord;
  const { businessId, tx } = ctx;
  await tx.insert(customers).values({
    id: merge.mergedId,
    businessId,
    name: record.customer.name,
    namedBy: record.customer.namedBy ?? null,
    createdAt: Temporal.Instant.from(record.customer.createdAt),
  });
  for (const [table, column] of owned) {
    const ids = record.moved[table] ?? [];
    if (ids.length > 0)
      await tx.execute(
        sql`update ${sql.identifier(table)} set ${sql.identifier(column)} = ${merge.mergedId}
            where ${isOf(ctx, column, merge.keptId)} and id in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)::uuid)`,
      );
  }
  await chatsFollowIdentities(ctx, merge);
  if (record.takenName) await giveBackName(ctx, merge.keptId, record.customer.name);
  if (record.lead) await giveBackLead(ctx, merge.mergedId, record.lead);
  if (record.movedLeadId !== null)
    await tx
      .update(leads)
      .set({ customerId: merge.mergedId })
      .where(and(eq(leads.businessId, businessId), eq(leads.id, record.movedLeadId)));
  await written(ctx, "customer.merge_undo", merge as typeof merge & { mergedId: CustomerId }, record);
}

/**
 * Chats are of the person on whose identity they are held, what was written since the merge included. One in which the
 * kept one has written as well stays: a chat goes on under the address that was used last.
 */
async function chatsFollowIdentities(
  { tx, businessId }: Ctx,
  { keptId, mergedId }: Pick<typeof customerMerges.$inferSelect, "keptId" | "mergedId">,
): Promise<void> {
  const kept = sql`business_id = ${businessId} and customer_id = ${keptId}`;
  const of = (table: "customer_identities" | "conversations"): SQL =>
    sql`(select id from ${sql.identifier(table)} where business_id = ${businessId} and customer_id = ${mergedId})`;
  await tx.execute(sql`update conversations set customer_id = ${mergedId}
    where ${kept} and identity_id in ${of("customer_identities")} and not exists (select from messages m
      where m.business_id = ${businessId} and m.conversation_id = conversations.id
        and m.identity_id not in ${of("customer_identities")})`);
  await tx.execute(sql`update messages set customer_id = ${mergedId} where ${kept} and (identity_id in ${of("customer_identities")}
    or identity_id is null and conversation_id in ${of("conversations")})`);
}

/** Who that is now: a customer may have been merged into another one since `id` was read. */
export async function keptAs({ tx, businessId }: Ctx, id: CustomerId): Promise<CustomerId> {
  const { keptId, mergedId, undoneAt } = customerMerges;
  const [merge] = await tx
    .select({ keptId })
    .from(customerMerges)
    .where(and(eq(customerMerges.businessId, businessId), eq(mergedId, id), isNull(undoneAt)));
  return merge?.keptId ?? id;
}

async function written(
  ctx: Ctx,
  action: string,
  { keptId, mergedId }: Omit<MergeInput, "proof">,
  { lead, movedLeadId, moved }: MergeRecord,
): Promise<void> {
  await audit(ctx, { action, subject: `customer:${keptId}`, detail: { merged: mergedId } });
  const tell = (type: "customer" | "lead" | "task", id: string) =>
    announce(ctx.tx, { businessId: ctx.businessId, type, id });
  for (const id of [keptId, mergedId]) await tell("customer", id);
  // Open lists hold leads and tasks and not customers: each is told whose it is now.
  const kept = await leadOf(ctx, keptId);
  for (const id of new Set([lead?.id, movedLeadId, kept?.id])) if (id) await tell("lead", id);
  for (const id of moved.tasks ?? []) await tell("task", id);
}

async function giveBackLead(ctx: Ctx, customerId: CustomerId, lead: DroppedLead): Promise<void> {
  const known = (await listLeadStatuses(ctx)).some(({ key }) => key === lead.status);
  await ctx.tx.insert(leads).values({
    ...lead,
    status: known ? lead.status : firstLeadStatus, // the business may have removed it since
    createdAt: Temporal.Instant.from(lead.createdAt),
    archivedAt: lead.archivedAt ? Temporal.Instant.from(lead.archivedAt) : null,
    activeAt: Temporal.Instant.from(lead.activeAt ?? lead.createdAt),
    businessId: ctx.businessId,
    customerId,
  });
}

async function mergeLeads(
  ctx: Ctx,
  keptId: CustomerId,
  mergedId: CustomerId,
): Promise<Pick<MergeRecord, "lead" | "movedLeadId">> {
  const lead = await leadOf(ctx, mergedId);
  if (lead === null) return { lead: null, movedLeadId: null };
  const mine = and(eq(leads.businessId, ctx.businessId), eq(leads.id, lead.id));
  if ((await leadOf(ctx, keptId)) === null) {
    await ctx.tx.update(leads).set({ customerId: keptId }).where(mine);
    return { lead: null, movedLeadId: lead.id };
  }
  await ctx.tx.delete(leads).where(mine);
  const { id, status, source, name, assigneeUserId } = lead;
  const instants = {
    archivedAt: lead.archivedAt?.toString() ?? null,
    activeAt: lead.activeAt.toString(),
    createdAt: lead.createdAt.toString(),
  };
  return { lead: { id, status, source, name, assigneeUserId, ...instants }, movedLeadId: null };
}

async function lockCustomer(ctx: Ctx, id: CustomerId): Promise<CustomerRow> {
  const [row] = await ctx.tx
    .select()
    .from(customers)
    .where(and(eq(customers.businessId, ctx.businessId), eq(customers.id, id)))
    .for("update");
  if (row === undefined) throw new AppError("not_found", "no such customer");
  return row;
}

async function leadOf(ctx: Ctx, customerId: CustomerId): Promise<LeadRow | null> {
  const [row] = await ctx.tx
    .select()
    .from(leads)
    .where(and(eq(leads.businessId, ctx.businessId), eq(leads.customerId, customerId)));
  return row ?? null;
}

async function setName(ctx: Ctx, id: CustomerId, of: Pick<CustomerRow, "name" | "namedBy">): Promise<void> {
  await ctx.tx
    .update(customers)
    .set({ name: of.name, namedBy: of.namedBy })
    .where(and(eq(customers.businessId, ctx.businessId), eq(customers.id, id)));
}

/** A name that staff has written since stays. */
async function giveBackName(ctx: Ctx, id: CustomerId, taken: string | null): Promise<void> {
  const kept = await lockCustomer(ctx, id);
  if (kept.name === taken) await setName(ctx, id, { name: null, namedBy: null });
}

const isOf = (ctx: Ctx, column: string, id: string): SQL =>
  sql`business_id = ${ctx.businessId} and ${sql.identifier(column)} = ${id}`;
