import { and, desc, eq, gte, inArray, isNotNull, isNull, lt, type SQL, sql } from "drizzle-orm";
import { wallClock } from "../../api/wall-clock.ts";
import { AppError } from "../../base/errors.ts";
import type { CustomerId, UserId } from "../../base/ids.ts";
import { type PageKey, readPageKey, writePageKey } from "../../db/page-key.ts";
import { customerIdentities, customers } from "../../db/schema/customer.ts";
import { type LeadSource, leads } from "../../db/schema/lead.ts";
import { leadStatuses } from "../../db/schema/lead-status.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { foundBy, readSearch } from "../search/found-by.ts";

export type LeadSort = "newest" | "active";

export interface LeadFilter {
  /** Key of a status: only its leads. */
  status?: string | undefined;
  source?: LeadSource | undefined;
  customerId?: CustomerId | undefined;
  assigneeUserId?: UserId | undefined;
  createdFrom?: Temporal.Instant | undefined;
  /** Not at this moment any more. */
  createdTo?: Temporal.Instant | undefined;
  /** Whether their status ends the work; absent = both. */
  closed?: boolean | undefined;
  /** Those that were put away; absent or false = all others. */
  archived?: boolean | undefined;
  /** Beginnings of words of the name or the notes, or digits of a number. */
  q?: string | undefined;
}

export interface LeadQuery extends LeadFilter {
  sort?: LeadSort | undefined;
  limit?: number | undefined;
  /** A `next` of an earlier page of the same sort. */
  before?: string | undefined;
}

export type LeadRow = Awaited<ReturnType<typeof readPage>>[number];

export interface LeadPage {
  leads: LeadRow[];
  /** Pass as `before` to go on; null = that was all. */
  next: string | null;
}

/** Leads, newest or most recently active first. @throws AppError "invalid" for a `before` that is none. */
export async function listLeads(ctx: Ctx, query: LeadQuery = {}): Promise<LeadPage> {
  const limit = Math.min(Math.max(query.limit ?? 50, 1), 200);
  const rows = await readPage(ctx, query, limit + 1, query.before ? readPageKey(query.before) : null);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const at = query.sort === "active" ? last?.activeAt : last?.createdAt;
  return { leads: page, next: rows.length > limit && last && at ? writePageKey(at, last.id) : null };
}

/** One lead, archived or not, as the list shows it. @throws AppError "not_found". */
export async function readLead(ctx: Ctx, leadId: string): Promise<LeadRow> {
  const [row] = await selectLeads(ctx).where(and(eq(leads.businessId, ctx.businessId), eq(leads.id, leadId)));
  if (row === undefined) throw new AppError("not_found", "no such lead");
  return row;
}

/**
 * The page is found in `leads` alone and dressed afterwards: joined first, names and numbers of every lead that fits were
 * looked up before all but a page of them was thrown away (270 ms instead of 20 with 100,000 leads).
 */
function readPage(ctx: Ctx, query: LeadQuery, count: number, before: PageKey | null) {
  const at = query.sort === "active" ? leads.activeAt : leads.createdAt;
  const older = before && sql`(${at}, ${leads.id}) < (${before.at.toString()}::timestamptz, ${before.id}::uuid)`;
  const page = ctx.tx
    .select({ id: leads.id })
    .from(leads)
    .where(and(matches(ctx, query), older ?? undefined))
    .orderBy(desc(at), desc(leads.id))
    .limit(count);
  return selectLeads(ctx)
    .where(and(eq(leads.businessId, ctx.businessId), inArray(leads.id, page)))
    .orderBy(desc(at), desc(leads.id));
}

/** The condition for the leads that `filter` asks for. */
export function matches(ctx: Ctx, filter: LeadFilter): SQL | undefined {
  const search = filter.q === undefined ? null : readSearch(filter.q);
  return and(
    eq(leads.businessId, ctx.businessId),
    filter.archived ? isNotNull(leads.archivedAt) : isNull(leads.archivedAt),
    filter.status === undefined ? undefined : eq(leads.status, filter.status),
    filter.source === undefined ? undefined : eq(leads.source, filter.source),
    filter.customerId === undefined ? undefined : eq(leads.customerId, filter.customerId),
    filter.assigneeUserId === undefined ? undefined : eq(leads.assigneeUserId, filter.assigneeUserId),
    filter.createdFrom === undefined ? undefined : gte(leads.createdAt, filter.createdFrom),
    filter.createdTo === undefined ? undefined : lt(leads.createdAt, filter.createdTo),
    filter.closed === undefined ? undefined : isClosed(ctx, filter.closed),
    search === null ? undefined : foundBy(ctx, leads.customerId, search),
  );
}

const isClosed = ({ businessId }: Ctx, closed: boolean): SQL =>
  sql`${leads.status} in (select ${leadStatuses.key} from ${leadStatuses}
    where ${leadStatuses.businessId} = ${businessId} and ${leadStatuses.closed} = ${closed})`;

function selectLeads(ctx: Ctx) {
  const { tx, businessId } = ctx;
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
      hue: leadStatuses.hue,
      closed: leadStatuses.closed,
      source: leads.source,
      assigneeUserId: leads.assigneeUserId,
      archivedAt: leads.archivedAt,
      activeAt: leads.activeAt,
      activeLocal: wallClock(ctx, leads.activeAt),
      createdAt: leads.createdAt,
      createdLocal: wallClock(ctx, leads.createdAt),
      updatedAt: leads.updatedAt,
    })
    .from(leads)
    .innerJoin(customers, and(eq(customers.businessId, leads.businessId), eq(customers.id, leads.customerId)))
    .innerJoin(leadStatuses, and(eq(leadStatuses.businessId, leads.businessId), eq(leadStatuses.key, leads.status)))
    .$dynamic();
}
