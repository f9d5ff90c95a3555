import { and, eq, gte, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { dateInput } from "../api/page.ts";
import { AppError, tooMany } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { parseInput } from "../base/parse-input.ts";
import { resources } from "../db/schema/resource.ts";
import { calendarRules, hoursExceptions, workingHours } from "../db/schema/working-hours.ts";
import { limits } from "../limits.ts";
import { changed, fieldsOf } from "./changed.ts";
import type { Ctx } from "./ctx.ts";
import { lockFacts, refreshFacts } from "./knowledge-digest.ts";
import { addResource, listResources } from "./resources.ts";

const minute = z.int().min(0).max(1_440);
const windowShape = { fromMinute: minute, toMinute: minute };
const isWindow = (window: { fromMinute: number; toMinute: number }): boolean => window.fromMinute < window.toMinute;

/** Minutes of the local day; ISO weekdays. */
export const weeklyHours = z
  .array(z.strictObject({ weekday: z.int().min(1).max(7), ...windowShape }).refine(isWindow, "closes before it opens"))
  .max(70);
export const dayHours = z.strictObject({
  date: dateInput,
  windows: z.array(z.strictObject(windowShape).refine(isWindow, "closes before it opens")).max(10),
  reason: z.string().trim().max(200).optional(),
});
export const calendarRulesChange = z
  .strictObject({
    meetingMinutes: z.int().min(5).max(720),
    stepMinutes: z.int().min(5).max(720),
    bufferBeforeMinutes: z.int().min(0).max(240),
    bufferAfterMinutes: z.int().min(0).max(240),
    minNoticeMinutes: z.int().min(0).max(43_200),
    horizonDays: z.int().min(1).max(366),
    keepsShabbat: z.boolean(),
    reminderMinutes: z.array(z.int().min(15).max(20_160)).max(5),
    quietFromMinute: minute,
    quietToMinute: minute,
  })
  .partial();

export type WeeklyHoursInput = z.input<typeof weeklyHours>;
export type DayHoursInput = z.input<typeof dayHours>;
export type CalendarRulesInput = z.input<typeof calendarRulesChange>;

/**
 * Replaces the weekly hours of the business, or of one resource (none = it keeps the business's hours again).
 * Weekdays as in ISO 8601: Monday 1 .. Sunday 7. @throws AppError "invalid", "not_found" for an unknown resource.
 */
export async function setWeeklyHours(ctx: Ctx, resourceId: string | null, input: WeeklyHoursInput): Promise<void> {
  const windows = parseInput(weeklyHours, input);
  await requireResource(ctx, resourceId);
  await lockFacts(ctx);
  const scope = resourceId === null ? isNull(workingHours.resourceId) : eq(workingHours.resourceId, resourceId);
  await ctx.tx.delete(workingHours).where(and(eq(workingHours.businessId, ctx.businessId), scope));
  const rows = windows.map((window) => ({ id: newId(), businessId: ctx.businessId, resourceId, ...window }));
  if (rows.length > 0) await ctx.tx.insert(workingHours).values(rows);
  await refreshFacts(ctx);
  const act = { action: "hours.week", subject: subjectOf(resourceId), detail: { windows: rows.length } };
  await changed(ctx, "hours", resourceId ?? ctx.businessId, act);
}

/**
 * Sets the hours of one date (no windows = closed); they replace the week's and override Shabbat and holidays (C7).
 * Null gives the date back to the weekly hours. @throws AppError "invalid", also beyond `limits.datedHoursMax`.
 */
export async function setDayHours(
  ctx: Ctx,
  resourceId: string | null,
  date: string,
  input: Omit<DayHoursInput, "date"> | null,
): Promise<void> {
  const scope = resourceId === null ? isNull(hoursExceptions.resourceId) : eq(hoursExceptions.resourceId, resourceId);
  const day = parseInput(dayHours, { date, windows: [], ...input });
  await requireResource(ctx, resourceId);
  await lockFacts(ctx);
  await ctx.tx
    .delete(hoursExceptions)
    .where(and(eq(hoursExceptions.businessId, ctx.businessId), eq(hoursExceptions.onDate, day.date), scope));
  const act = { action: "hours.day", subject: subjectOf(resourceId), detail: { date, removed: input === null } };
  await changed(ctx, "hours", resourceId ?? ctx.businessId, act);
  if (input === null) return;
  const windows = day.windows.length > 0 ? day.windows : [{ fromMinute: null, toMinute: null }];
  const there = await ctx.tx.$count(hoursExceptions, eq(hoursExceptions.businessId, ctx.businessId));
  if (there + windows.length > limits.datedHoursMax) throw tooMany("dates", "date");
  await ctx.tx.insert(hoursExceptions).values(
    windows.map((window) => ({
      id: newId(),
      businessId: ctx.businessId,
      resourceId,
      onDate: day.date,
      reason: day.reason ?? null,
      ...window,
    })),
  );
}

export interface OpeningHours {
  weekly: { resourceId: string | null; weekday: number; fromMinute: number; toMinute: number }[];
  /** Dates from `from` on; a row without minutes is "closed". */
  exceptions: {
    resourceId: string | null;
    date: string;
    fromMinute: number | null;
    toMinute: number | null;
    reason: string | null;
  }[];
  rules: Omit<typeof calendarRules.$inferSelect, "businessId" | "updatedAt" | "feedVersion">;
}

/** All that decides when the business can be booked. `from` is a local date. */
export async function readOpeningHours({ tx, businessId }: Ctx, from: string): Promise<OpeningHours> {
  const { resourceId, weekday, fromMinute, toMinute } = workingHours;
  const weekly = await tx
    .select({ resourceId, weekday, fromMinute, toMinute })
    .from(workingHours)
    .where(eq(workingHours.businessId, businessId))
    .orderBy(sql`${resourceId} nulls first`, sql`${weekday} % 7`, fromMinute);
  const { onDate, reason, fromMinute: opens, toMinute: closes, resourceId: whose } = hoursExceptions;
  const exceptions = await tx
    .select({ resourceId: whose, date: onDate, fromMinute: opens, toMinute: closes, reason })
    .from(hoursExceptions)
    .where(and(eq(hoursExceptions.businessId, businessId), gte(onDate, from)))
    .orderBy(onDate, opens);
  const [row] = await tx.select().from(calendarRules).where(eq(calendarRules.businessId, businessId));
  if (row === undefined) throw new AppError("not_found", "no such business");
  const { businessId: _id, updatedAt: _at, feedVersion: _feed, ...rules } = row;
  return { weekly, exceptions, rules };
}

/** What follows the calendar's rules where they are changed, in that transaction: reminders of what is booked. */
export type FollowRules = (ctx: Ctx) => Promise<void>;

/** Changes what is given of the calendar's rules. @throws AppError "invalid". */
export async function setCalendarRules(ctx: Ctx, input: CalendarRulesInput, follow: FollowRules): Promise<void> {
  const given = Object.fromEntries(
    Object.entries(parseInput(calendarRulesChange, input)).filter(([, value]) => value !== undefined),
  );
  await ctx.tx
    .insert(calendarRules)
    .values({ businessId: ctx.businessId, ...given })
    .onConflictDoUpdate({ target: calendarRules.businessId, set: { ...given, updatedAt: sql`now()` } });
  await follow(ctx);
  const act = { action: "hours.rules", subject: "business", detail: { fields: fieldsOf(given) } };
  await changed(ctx, "hours", ctx.businessId, act);
}

const subjectOf = (resourceId: string | null): string => (resourceId === null ? "business" : `resource:${resourceId}`);

async function requireResource(ctx: Ctx, resourceId: string | null): Promise<void> {
  if (resourceId === null || (await listResources(ctx)).some(({ id }) => id === resourceId)) return;
  throw new AppError("not_found", `no resource ${resourceId}`);
}

// Sunday to Thursday 9-17, Friday 9-13: what most offices in Israel keep.
const usualHours: WeeklyHoursInput = [
  ...[7, 1, 2, 3, 4].map((weekday) => ({ weekday, fromMinute: 540, toMinute: 1_020 })),
  { weekday: 5, fromMinute: 540, toMinute: 780 },
];

/** A calendar for a business that has none yet: one resource in its name and the usual hours. Harmless the second time. */
export async function seedCalendar(ctx: Ctx, businessName: string): Promise<void> {
  const [existing] = await ctx.tx
    .select({ id: resources.id })
    .from(resources)
    .where(eq(resources.businessId, ctx.businessId))
    .limit(1);
  if (existing !== undefined) return;
  await ctx.tx.insert(calendarRules).values({ businessId: ctx.businessId }).onConflictDoNothing();
  await addResource(ctx, businessName.slice(0, 80));
  await setWeeklyHours(ctx, null, usualHours);
}
