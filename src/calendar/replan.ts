import { and, asc, eq, gt, inArray, isNotNull } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import type { Database } from "../db/client.ts";
import { meetings } from "../db/schema/meeting.ts";
import { reminders } from "../db/schema/reminder.ts";
import { withTenant } from "../db/tenant.ts";
import { enqueue } from "../jobs/queue.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { RestCalendars } from "./availability.ts";
import { loadRules } from "./load.ts";
import { planReminders, type ToRemind, timesOf } from "./reminders.ts";

/** The queue whose jobs carry nothing: reminders of what is booked follow the business's rules. */
export const replanQueue = "replan_reminders";

/** Has the reminders of meetings that are booked already follow the rules that this transaction changes (C9). */
export async function replanLater({ tx, businessId }: Ctx): Promise<void> {
  await enqueue(tx, { businessId, queue: replanQueue, lane: businessId, payload: {} });
}

// As many in one transaction: whoever moves one of them waits for it.
const pageSize = 100;

interface Replan {
  db: Database;
  restCalendars: RestCalendars;
  now: Temporal.Instant;
}

/** Plans the reminders of all meetings to come by the rules as they stand; where nothing changes, nothing is touched. */
export async function replanReminders({ db, ...deps }: Replan, businessId: BusinessId | null): Promise<void> {
  if (businessId === null) throw new AppError("bug", "reminders are planned anew for no business");
  let last: string | null = null;
  do
    last = await withTenant(db, businessId, (tx) =>
      replanPage({ businessId, actor: { kind: "system" }, tx }, last, deps),
    );
  while (last !== null);
}

/** Returns the last meeting's id; null = there are no more. */
async function replanPage(
  ctx: Ctx,
  after: string | null,
  { restCalendars, now }: Omit<Replan, "db">,
): Promise<string | null> {
  const calendar = await loadRules(ctx);
  const { id, startsAt, status, customerId, updatedAt } = meetings;
  const isAhead = and(eq(status, "booked"), isNotNull(customerId), gt(startsAt, now));
  const page = await ctx.tx
    .select({ id, startsAt, updatedAt })
    .from(meetings)
    .where(and(eq(meetings.businessId, ctx.businessId), isAhead, after === null ? undefined : gt(id, after)))
    .orderBy(asc(id))
    .limit(pageSize)
    .for("update");
  const ids = page.map((meeting) => meeting.id);
  const planned = await plannedTimes(ctx, ids, now);
  for (const meeting of page) {
    const times = timesSince(meeting.updatedAt, { startsAt: meeting.startsAt, calendar, restCalendars, now });
    if (String(planned.get(meeting.id) ?? []) !== String(times)) await planReminders(ctx, meeting.id, times);
  }
  return page.length < pageSize ? null : page.at(-1)!.id;
}

/**
 * What is still ahead of the times that a meeting would have got when it was booked or moved. Reckoned from now, one that
 * went out before the night would be planned behind it again, and one that waits for the night's end be left out.
 */
function timesSince(agreedAt: Temporal.Instant, meeting: Omit<ToRemind, "meetingId">): Temporal.Instant[] {
  const isAhead = (at: Temporal.Instant) => Temporal.Instant.compare(at, meeting.now) > 0;
  return timesOf({ ...meeting, now: isAhead(agreedAt) ? meeting.now : agreedAt }).filter(isAhead);
}

/** By meeting, ascending. One whose time has come already is about to go: no reason to plan anew. */
async function plannedTimes(ctx: Ctx, ids: string[], now: Temporal.Instant): Promise<Map<string, Temporal.Instant[]>> {
  const { meetingId, dueAt, status } = reminders;
  const rows = await ctx.tx
    .select({ meetingId, dueAt })
    .from(reminders)
    .where(
      and(eq(reminders.businessId, ctx.businessId), inArray(meetingId, ids), eq(status, "planned"), gt(dueAt, now)),
    )
    .orderBy(dueAt);
  const times = Map.groupBy(rows, (row) => row.meetingId);
  return new Map([...times].map(([of, planned]) => [of, planned.map((row) => row.dueAt)]));
}
