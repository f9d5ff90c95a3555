import { and, desc, eq, sql } from "drizzle-orm";
import type { CustomerId } from "../../base/ids.ts";
import { type PageKey, readPageKey, writePageKey } from "../../db/page-key.ts";
import { customerIdentities, customers } from "../../db/schema/customer.ts";
import { leads } from "../../db/schema/lead.ts";
import { leadStatuses } from "../../db/schema/lead-status.ts";
import type { Ctx } from "../../tenants/ctx.ts";

export interface LeadQuery {
  /** Key of a status: only its leads. */
  status?: string;
  customerId?: CustomerId;
  limit?: number;
  /** A `next` of an earlier page. */
  before?: string;
}

export interface LeadPage {
  leads: Awaited<ReturnType<typeof readPage>>;
  /** Pass as `before` to go on; null = that was all. */
  next: string | null;
}

/** Leads, newest first. @throws AppError "invalid" for a `before` that is none. */
export async function listLeads(ctx: Ctx, query: LeadQuery = {}): Promise<LeadPage> {
  const limit = Math.min(Math.max(query.limit ?? 50, 1), 200);
  const rows = await readPage(ctx, query, limit + 1, query.before ? readPageKey(query.before) : null);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { leads: page, next: rows.length > limit && last ? writePageKey(last.createdAt, last.id) : null };
}

function readPage({ tx, businessId }: Ctx, query: LeadQuery, count: number, before: PageKey | null) {
  const phones = sql<string[]>`(
    select coalesce(json_agg(${customerIdentities.value} order by ${customerIdentities.createdAt}), '[]')
    from ${customerIdentities} where ${customerIdentities.businessId} = ${businessId}
      and ${customerIdentities.customerId} = ${leads.customerId} and ${customerIdentities.kind} = 'phone')`;
  return tx
    .select({
      id: leads.id,
      customerId: leads.customerId,
      name: sql<string | null>`coalesce(${customers.name}, ${leads.name})`,
      phones,
      status: leads.status,
      statusLabel: leadStatuses.label,
      closed: leadStatuses.closed,
      source: leads.source,
      createdAt: leads.createdAt,
      updatedAt: leads.updatedAt,
    })
    .from(leads)
    .innerJoin(customers, and(eq(customers.businessId, leads.businessId), eq(customers.id, leads.customerId)))
    .innerJoin(leadStatuses, and(eq(leadStatuses.businessId, leads.businessId), eq(leadStatuses.key, leads.status)))
    .where(
      and(
        eq(leads.businessId, businessId),
        query.status === undefined ? undefined : eq(leads.status, query.status),
        query.customerId === undefined ? undefined : eq(leads.customerId, query.customerId),
        before
          ? sql`(${leads.createdAt}, ${leads.id}) < (${before.at.toString()}::timestamptz, ${before.id}::uuid)`
          : undefined,
      ),
    )
    .orderBy(desc(leads.createdAt), desc(leads.id))
    .limit(count);
}
