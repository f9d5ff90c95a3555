import { and, eq, gte, lte, sql } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { businesses } from "../db/schema/business.ts";
import { meetings } from "../db/schema/meeting.ts";
import { resources } from "../db/schema/resource.ts";
import { calendarRules, hoursExceptions, workingHours } from "../db/schema/working-hours.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { type BusyRange, type CalendarRules, defaultRules, type MinuteWindow, type ResourceHours } from "./rules.ts";

/** The calendar of one business for a stretch of dates, as it stands in this transaction. */
export interface Calendar {
  rules: CalendarRules;
  reminders: ReminderRules;
  city: string;
  keepsShabbat: boolean;
  resources: ResourceHours[];
  busy: Map<string, BusyRange[]>;
}

/** When reminders go out, and when nothing may; minutes of the local day, `quietFrom` > `quietTo` spans midnight. */
export interface ReminderRules {
  beforeMinutes: readonly number[];
  quietFromMinute: number;
  quietToMinute: number;
}

export interface CalendarQuery {
  from: Temporal.PlainDate;
  to: Temporal.PlainDate;
  now: Temporal.Instant;
  /** Holds of this conversation count as free: it may choose among its own offers. */
  exceptConversation?: string;
}

const dayMs = 86_400_000;

/** Reads everything that availability needs, in one round trip of pipelined queries. */
export async function loadCalendar(ctx: Ctx, query: CalendarQuery): Promise<Calendar> {
  const { tx, businessId } = ctx;
  const [settings, resourceRows, hourRows, exceptionRows, busyRows] = await Promise.all([
    loadRules(ctx),
    tx
      .select({ id: resources.id })
      .from(resources)
      .where(and(eq(resources.businessId, businessId), eq(resources.active, true)))
      .orderBy(resources.position, resources.id),
    tx.select().from(workingHours).where(eq(workingHours.businessId, businessId)),
    tx
      .select()
      .from(hoursExceptions)
      .where(
        and(
          eq(hoursExceptions.businessId, businessId),
          gte(hoursExceptions.onDate, query.from.toString()),
          lte(hoursExceptions.onDate, query.to.toString()),
        ),
      ),
    busyByResource(ctx, query),
  ]);
  const ids = resourceRows.map((row) => row.id);
  return {
    ...settings,
    resources: ids.map((id) => hoursOf(id, hourRows, exceptionRows)),
    busy: new Map(busyRows.map((row) => [row.resource_id, readRanges(row)])),
  };
}

/** The rules alone; a business that never set any has the defaults of the table. */
export async function loadRules(ctx: Ctx): Promise<Omit<Calendar, "resources" | "busy">> {
  const [row] = await ctx.tx
    .select({ zone: businesses.timezone, city: businesses.city, rules: calendarRules })
    .from(businesses)
    .leftJoin(calendarRules, eq(calendarRules.businessId, businesses.id))
    .where(eq(businesses.id, ctx.businessId));
  if (row === undefined) throw new AppError("not_found", "no such business");
  const { rules } = row;
  return {
    city: row.city ?? "",
    keepsShabbat: rules?.keepsShabbat ?? true,
    rules: { ...(rules ?? defaultRules), zone: row.zone },
    reminders: {
      beforeMinutes: rules?.reminderMinutes ?? [1_440, 120],
      quietFromMinute: rules?.quietFromMinute ?? 21 * 60,
      quietToMinute: rules?.quietToMinute ?? 8 * 60,
    },
  };
}

interface BusyRow extends Record<string, unknown> {
  resource_id: string;
  /** PostgreSQL arrays as text, `{1764050400,1764052200}`: epoch seconds, sorted by start. */
  starts: string;
  ends: string;
}

/** One row per resource: 2,000 meetings as 2,000 rows would cost the driver 5 ms, as text they cost 1. */
function busyByResource(ctx: Ctx, query: CalendarQuery): Promise<BusyRow[]> {
  // Two days of margin on both sides cover every zone, and meetings that began the day before.
  const from = new Date(Date.parse(`${query.from}T00:00:00Z`) - 2 * dayMs).toISOString();
  const to = new Date(Date.parse(`${query.to}T00:00:00Z`) + 2 * dayMs).toISOString();
  const own = query.exceptConversation ?? null;
  return ctx.tx.execute<BusyRow>(sql`
    select resource_id,
      array_agg(date_part('epoch', busy_from)::bigint order by busy_from)::text as starts,
      array_agg(date_part('epoch', busy_to)::bigint order by busy_from)::text as ends
    from ${meetings}
    where business_id = ${ctx.businessId} and status <> 'cancelled' and starts_at > ${from} and starts_at < ${to}
      and (status <> 'held' or (hold_expires_at > ${query.now.toString()} and conversation_id is distinct from ${own}))
    group by resource_id`);
}

function readRanges(row: BusyRow): BusyRange[] {
  const ends = secondsOf(row.ends);
  return secondsOf(row.starts).map((start, index) => ({
    startMs: start * 1_000,
    endMs: (ends[index] ?? start) * 1_000,
  }));
}

const secondsOf = (array: string): number[] => JSON.parse(`[${array.slice(1, -1)}]`) as number[];

type HourRow = typeof workingHours.$inferSelect;
type ExceptionRow = typeof hoursExceptions.$inferSelect;

/** A resource's own rows count; where it has none, the business's do. Exceptions of both apply, its own first. */
function hoursOf(resourceId: string, hourRows: HourRow[], exceptionRows: ExceptionRow[]): ResourceHours {
  const own = hourRows.filter((row) => row.resourceId === resourceId);
  const exceptions = new Map<string, MinuteWindow[]>();
  for (const scope of [null, resourceId]) {
    const replaced = new Set<string>();
    for (const { onDate, fromMinute, toMinute } of exceptionRows.filter((row) => row.resourceId === scope)) {
      if (!replaced.has(onDate)) exceptions.set(onDate, []);
      replaced.add(onDate);
      if (fromMinute !== null && toMinute !== null) exceptions.get(onDate)?.push({ fromMinute, toMinute });
    }
  }
  return { resourceId, weekly: own.length > 0 ? own : hourRows.filter((row) => row.resourceId === null), exceptions };
}
