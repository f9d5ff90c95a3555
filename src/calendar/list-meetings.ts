import { and, asc, eq, gt, lt, ne, type SQL, sql } from "drizzle-orm";
import type { CustomerId } from "../base/ids.ts";
import { type PageKey, readPageKey, writePageKey } from "../db/page-key.ts";
import { customers } from "../db/schema/customer.ts";
import { meetings } from "../db/schema/meeting.ts";
import { resources } from "../db/schema/resource.ts";
import type { Ctx } from "../tenants/ctx.ts";

export interface MeetingQuery {
  /** Meetings that end after this, and begin before `to`. */
  from: Temporal.Instant;
  to?: Temporal.Instant | undefined;
  customerId?: CustomerId | undefined;
  resourceId?: string | undefined;
  limit?: number | undefined;
  /** A `next` of an earlier page. */
  after?: string | undefined;
}

export interface MeetingPage {
  meetings: Awaited<ReturnType<typeof readPage>>;
  /** Pass as `after` to go on; null = that was all. */
  next: string | null;
}

/** Meetings in the order in which they happen, cancelled ones among them, holds not. @throws AppError "invalid". */
export async function listMeetings(ctx: Ctx, query: MeetingQuery): Promise<MeetingPage> {
  const limit = Math.min(Math.max(query.limit ?? 50, 1), 200);
  const rows = await readPage(ctx, query, limit + 1, query.after ? readPageKey(query.after) : null);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { meetings: page, next: rows.length > limit && last ? writePageKey(last.startsAt, last.id) : null };
}

/** Those meetings of the business, with the names of who comes and to whom. */
export const meetingsWithNames = ({ tx, businessId }: Ctx, which: SQL | undefined) =>
  tx
    .select({
      id: meetings.id,
      startsAt: meetings.startsAt,
      endsAt: meetings.endsAt,
      status: meetings.status,
      topic: meetings.topic,
      source: meetings.source,
      sequence: meetings.sequence,
      customerId: meetings.customerId,
      customerName: customers.name,
      resourceId: meetings.resourceId,
      resourceName: resources.name,
    })
    .from(meetings)
    .innerJoin(resources, and(eq(resources.businessId, meetings.businessId), eq(resources.id, meetings.resourceId)))
    .leftJoin(customers, and(eq(customers.businessId, meetings.businessId), eq(customers.id, meetings.customerId)))
    .where(and(eq(meetings.businessId, businessId), which));

function readPage(ctx: Ctx, query: MeetingQuery, count: number, after: PageKey | null) {
  const { id, startsAt, endsAt, status, customerId, resourceId } = meetings;
  const which = and(
    ne(status, "held"),
    gt(endsAt, query.from),
    query.to && lt(startsAt, query.to),
    query.customerId && eq(customerId, query.customerId),
    query.resourceId === undefined ? undefined : eq(resourceId, query.resourceId),
    after ? sql`(${startsAt}, ${id}) > (${after.at.toString()}::timestamptz, ${after.id}::uuid)` : undefined,
  );
  return meetingsWithNames(ctx, which).orderBy(asc(startsAt), asc(id)).limit(count);
}
