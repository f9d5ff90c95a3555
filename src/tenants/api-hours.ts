import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { json, param, query } from "../api/input.ts";
import { dateInput } from "../api/page.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import type { Clock } from "../base/clock.ts";
import type { Database } from "../db/client.ts";
import type { Ctx } from "./ctx.ts";
import { holidaysFrom } from "./holidays.ts";
import {
  calendarRulesChange,
  dayHours,
  type FollowRules,
  readOpeningHours,
  setCalendarRules,
  setDayHours,
  setWeeklyHours,
  weeklyHours,
} from "./hours.ts";
import { zoneOf } from "./zone.ts";

const tag = "hours";
const resourceId = z.uuid().nullable();
const minute = z.int();
const opening = z.object({
  zone: z.string(),
  weekly: z.array(z.object({ resourceId, weekday: z.int(), fromMinute: minute, toMinute: minute })),
  exceptions: z.array(
    z.object({
      resourceId,
      date: z.iso.date(),
      fromMinute: minute.nullable(),
      toMinute: minute.nullable(),
      reason: z.string().nullable(),
    }),
  ),
  rules: z.object({
    meetingMinutes: minute,
    stepMinutes: minute,
    bufferBeforeMinutes: minute,
    bufferAfterMinutes: minute,
    minNoticeMinutes: minute,
    horizonDays: z.int(),
    keepsShabbat: z.boolean(),
    reminderMinutes: z.array(minute),
    quietFromMinute: minute,
    quietToMinute: minute,
  }),
  holidays: z.array(
    z.object({ date: z.iso.date(), hebrewDate: z.string(), kind: z.enum(["holiday", "eve"]), name: z.string() }),
  ),
});

const fromDate = z.strictObject({ from: dateInput.optional() });
const week = z.strictObject({ resourceId: resourceId.default(null), windows: weeklyHours });
const dateParam = z.strictObject({ date: dateInput });
const oneDay = dayHours.omit({ date: true }).extend({ resourceId: resourceId.default(null) });
const whose = z.strictObject({ resourceId: z.uuid().optional() });

// Longer than any owner plans ahead.
const holidayDays = 400;

export interface HoursDeps {
  db: Database;
  clock: Clock;
  followRules: FollowRules;
}

/** `/api/hours`: when the business can be booked (A2, C3, C7). */
export const hoursRoutes = ({ db, clock, followRules }: HoursDeps) =>
  new Hono<ApiEnv>()
    .get(
      "/api/hours",
      route({ summary: "Week, dates from today on, rules and holidays", tag, access: "staff", answer: opening }),
      query(fromDate),
      async (c) => c.json(await inTenant(db, c, (ctx) => shown(ctx, clock, c.req.valid("query").from))),
    )
    .put(
      "/api/hours/week",
      route({ summary: "Replace the week of the business or of one calendar", tag, access: "owner", answer: opening }),
      json(week),
      async (c) =>
        c.json(
          await inTenant(db, c, async (ctx) => {
            const { resourceId, windows } = c.req.valid("json");
            await setWeeklyHours(ctx, resourceId, windows);
            return shown(ctx, clock);
          }),
        ),
    )
    .put(
      "/api/hours/days/:date",
      route({ summary: "Hours of one date, also on a holiday; none = closed", tag, access: "owner", answer: opening }),
      param(dateParam),
      json(oneDay),
      async (c) =>
        c.json(
          await inTenant(db, c, async (ctx) => {
            const { resourceId, ...day } = c.req.valid("json");
            await setDayHours(ctx, resourceId, c.req.valid("param").date, day);
            return shown(ctx, clock);
          }),
        ),
    )
    .delete(
      "/api/hours/days/:date",
      route({ summary: "Give a date back to the week", tag, access: "owner", answer: opening }),
      param(dateParam),
      query(whose),
      async (c) =>
        c.json(
          await inTenant(db, c, async (ctx) => {
            await setDayHours(ctx, c.req.valid("query").resourceId ?? null, c.req.valid("param").date, null);
            return shown(ctx, clock);
          }),
        ),
    )
    .patch(
      "/api/hours/rules",
      route({
        summary: "Length, buffers, notice, horizon, reminders, quiet hours",
        tag,
        access: "owner",
        answer: opening,
      }),
      json(calendarRulesChange),
      async (c) =>
        c.json(
          await inTenant(db, c, async (ctx) => {
            await setCalendarRules(ctx, c.req.valid("json"), followRules);
            return shown(ctx, clock);
          }),
        ),
    );

/** All of it, as the panel shows it. */
async function shown(ctx: Ctx, clock: Clock, from?: string) {
  const zone = await zoneOf(ctx);
  const first = from ?? clock.instant().toZonedDateTimeISO(zone).toPlainDate().toString();
  const holidays = holidaysFrom(Temporal.PlainDate.from(first), holidayDays);
  return { zone, ...(await readOpeningHours(ctx, first)), holidays };
}
