import { eq, sql } from "drizzle-orm";
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
  /** The meeting that is to be moved: its own time is free for it. */
  exceptMeeting?: string;
}

const dayMs = 86_400_000;

/** Reads everything that availability needs, in one round trip of pipelined statements. */
export async function loadCalendar(ctx: Ctx, query: CalendarQuery): Promise<Calendar> {
  const [settings, opening, busyRows] = await Promise.all([
    loadRules(ctx),
    loadOpening(ctx, query),
    busyByResource(ctx, query),
  ]);
  const { resources: ids, hours, exceptions } = opening;
  return {
    ...settings,
    resources: ids.map((id) => hoursOf(id, hours, exceptions)),
    busy: new Map(busyRows.map((row) => [row.resource_id, readRanges(row)])),
  };
}

interface Opening {
  /** Active ones, in the order in which they are taken. */
  resources: string[];
  hours: { resource: string | null; weekday: number; fromMinute: number; toMinute: number }[];
  exceptions: { resource: string | null; date: string; fromMinute: number | null; toMinute: number | null }[];
}

/** Three small tables, exceptions of the day after included: hours may go on past midnight. In one statement: as three they cost the driver a millisecond. */
async function loadOpening({ tx, businessId }: Ctx, query: CalendarQuery): Promise<Opening> {
  const mine = sql`business_id = ${businessId}`;
  const [row] = await tx.execute<{ opening: Opening }>(sql`
    select json_build_object(
      'resources', (select coalesce(json_agg(id order by position, id), '[]') from ${resources} where ${mine} and active),
      'hours', (select coalesce(json_agg(json_build_object('resource', resource_id, 'weekday', weekday,
          'fromMinute', from_minute, 'toMinute', to_minute)), '[]') from ${workingHours} where ${mine}),
      'exceptions', (select coalesce(json_agg(json_build_object('resource', resource_id, 'date', on_date,
          'fromMinute', from_minute, 'toMinute', to_minute)), '[]') from ${hoursExceptions}
        where ${mine} and on_date between ${query.from.toString()} and ${query.to.add({ days: 1 }).toString()})
    ) as opening`);
  if (row === undefined) throw new AppError("bug", "a select of one row came back empty");
  return row.opening;
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
  const moving = query.exceptMeeting ?? null;
  return ctx.tx.execute<BusyRow>(sql`
    select resource_id, array_agg(starts)::text as starts, array_agg(ends)::text as ends from (
      select resource_id, date_part('epoch', busy_from)::bigint as starts, date_part('epoch', busy_to)::bigint as ends
      from ${meetings}
      where business_id = ${ctx.businessId} and status <> 'cancelled' and starts_at > ${from} and starts_at < ${to}
        and id is distinct from ${moving}
        and (status <> 'held' or (hold_expires_at > ${query.now.toString()} and conversation_id is distinct from ${own}))
      order by resource_id, busy_from
    ) as sorted group by resource_id`);
}

function readRanges(row: BusyRow): BusyRange[] {
  const ends = secondsOf(row.ends);
  return secondsOf(row.starts).map((start, index) => ({
    startMs: start * 1_000,
    endMs: (ends[index] ?? start) * 1_000,
  }));
}

const secondsOf = (array: string): number[] => JSON.parse(`[${array.slice(1, -1)}]`) as number[];

/** A resource's own rows count; where it has none, the business's do. Exceptions of both apply, its own first. */
function hoursOf(resourceId: string, hours: Opening["hours"], rows: Opening["exceptions"]): ResourceHours {
  const own = hours.filter((row) => row.resource === resourceId);
  const exceptions = new Map<string, MinuteWindow[]>();
  for (const scope of [null, resourceId]) {
    const replaced = new Set<string>();
    for (const { date, fromMinute, toMinute } of rows.filter((row) => row.resource === scope)) {
      if (!replaced.has(date)) exceptions.set(date, []);
      replaced.add(date);
      if (fromMinute !== null && toMinute !== null) exceptions.get(date)?.push({ fromMinute, toMinute });
    }
  }
  return { resourceId, weekly: own.length > 0 ? own : hours.filter((row) => row.resource === null), exceptions };
}
