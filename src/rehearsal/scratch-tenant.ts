import { and, eq, gt, lt, notInArray, or } from "drizzle-orm";
import { type BusinessId, newId } from "../base/ids.ts";
import type { Database, Tx } from "../db/client.ts";
import { businesses, businessSettings } from "../db/schema/business.ts";
import { knowledge } from "../db/schema/knowledge.ts";
import { leadStatuses } from "../db/schema/lead-status.ts";
import { meetings } from "../db/schema/meeting.ts";
import { resources } from "../db/schema/resource.ts";
import { calendarRules, hoursExceptions, workingHours } from "../db/schema/working-hours.ts";
import { withSystem, withTenant } from "../db/tenant.ts";
import { limits } from "../limits.ts";

/**
 * A tenant that lives as long as one rehearsal: the business as it is (settings, knowledge, hours, what is taken in its
 * calendar) without a single customer. Its status keeps it out of the directory: nobody can call or write to it.
 */
export async function openScratchTenant(db: Database, source: BusinessId, now: Temporal.Instant): Promise<BusinessId> {
  const rows = await withTenant(db, source, (tx) => readBusiness(tx, source, now), atLeisure);
  const scratch = newId<BusinessId>();
  await withTenant(db, scratch, (tx) => writeBusiness(tx, scratch, rows, now), atLeisure);
  return scratch;
}

/** Everything of it goes with its row. */
export async function closeScratchTenant(db: Database, scratch: BusinessId): Promise<void> {
  await withSystem(db, (tx) => tx.delete(businesses).where(and(eq(businesses.id, scratch), isScratch)), atLeisure);
}

/** Those that a process left behind when it died. */
export async function sweepScratchTenants(db: Database, now: Temporal.Instant): Promise<void> {
  const abandoned = lt(businesses.createdAt, now.subtract({ hours: 1 }));
  await withSystem(db, (tx) => tx.delete(businesses).where(and(isScratch, abandoned)));
}

const isScratch = eq(businesses.status, "scratch");

// PostgreSQL takes 65,535 values in a statement, and a meeting has some twenty.
const rowsAtOnce = 1_000;
const atLeisure = { deadlineMs: limits.jobQueryMs };

async function readBusiness(tx: Tx, id: BusinessId, now: Temporal.Instant) {
  const stands = or(notInArray(meetings.status, ["cancelled", "held"]), gt(meetings.holdExpiresAt, now));
  const taken = and(eq(meetings.businessId, id), stands, gt(meetings.busyTo, now));
  const [business] = await tx.select().from(businesses).where(eq(businesses.id, id));
  const [settings] = await tx.select().from(businessSettings).where(eq(businessSettings.businessId, id));
  const [rules] = await tx.select().from(calendarRules).where(eq(calendarRules.businessId, id));
  return {
    business: business!,
    settings: settings!,
    rules,
    resources: await tx.select().from(resources).where(eq(resources.businessId, id)),
    hours: await tx.select().from(workingHours).where(eq(workingHours.businessId, id)),
    exceptions: await tx.select().from(hoursExceptions).where(eq(hoursExceptions.businessId, id)),
    statuses: await tx.select().from(leadStatuses).where(eq(leadStatuses.businessId, id)),
    knowledge: await tx.select().from(knowledge).where(eq(knowledge.businessId, id)),
    taken: await tx.select().from(meetings).where(taken),
  };
}

async function writeBusiness(
  tx: Tx,
  businessId: BusinessId,
  rows: Awaited<ReturnType<typeof readBusiness>>,
  now: Temporal.Instant,
): Promise<void> {
  const resourceIds = new Map(rows.resources.map(({ id }) => [id, newId()]));
  const ofResource = (id: string | null) => (id === null ? null : (resourceIds.get(id) ?? null));
  await tx.insert(businesses).values({ ...rows.business, id: businessId, status: "scratch", createdAt: now });
  await tx
    .insert(businessSettings)
    .values({ ...rows.settings, businessId, transferPhone: null, transferVerifiedPhone: null });
  if (rows.rules) await tx.insert(calendarRules).values({ ...rows.rules, businessId });
  const copies = [
    [resources, rows.resources.map((row) => ({ ...row, businessId, id: resourceIds.get(row.id)! }))],
    [
      workingHours,
      rows.hours.map((row) => ({ ...row, businessId, id: newId(), resourceId: ofResource(row.resourceId) })),
    ],
    [
      hoursExceptions,
      rows.exceptions.map((row) => ({ ...row, businessId, id: newId(), resourceId: ofResource(row.resourceId) })),
    ],
    [leadStatuses, rows.statuses.map((row) => ({ ...row, businessId }))],
    [knowledge, rows.knowledge.map((row) => ({ ...row, businessId, id: newId() }))],
    [meetings, rows.taken.map((row) => blockedTime(row, businessId, ofResource(row.resourceId)!))],
  ] as const;
  for (const [table, values] of copies)
    for (let from = 0; from < values.length; from += rowsAtOnce)
      await tx.insert(table).values(values.slice(from, from + rowsAtOnce) as never);
}

/** The time that a meeting takes, and nothing about whose it is. */
const blockedTime = (row: typeof meetings.$inferSelect, businessId: BusinessId, resourceId: string) => ({
  ...row,
  id: newId(),
  businessId,
  resourceId,
  customerId: null,
  conversationId: null,
  topic: null,
  evidence: null,
  status: "booked" as const,
  holdExpiresAt: null,
});
