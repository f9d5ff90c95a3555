import { Hono } from "hono";
import type { ApiEnv } from "../api/env.ts";
import { query } from "../api/input.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import { AppError } from "../base/errors.ts";
import { localTime } from "../base/local-time.ts";
import { hebrewDateText } from "../hebrew/hebrew-calendar.ts";
import { restDay } from "../hebrew/holidays.ts";
import type { CalendarApiDeps } from "./api.ts";
import * as shape from "./api-shapes.ts";
import { availability, restOf } from "./availability.ts";
import { loadCalendar } from "./load.ts";
import { workingWindows } from "./windows.ts";

const tag = "calendar";
// Two months in one answer: what a calendar shows at once.
const daysMax = 62;
const slotsMax = 2_000;

/** `/api/calendar/days` and `/api/calendar/free`: the days themselves (C7), and where a meeting still fits. */
export const dayRoutes = ({ db, clock, restCalendars }: CalendarApiDeps) =>
  new Hono<ApiEnv>()
    .get(
      "/api/calendar/days",
      route({ summary: "Dates, holidays, Shabbat and opening hours", tag, access: "staff", answer: shape.days }),
      query(shape.daysQuery),
      async (c) => {
        const dates = datesOf(c.req.valid("query"));
        const [from, to] = [dates[0]!, dates.at(-1)!];
        const calendar = await inTenant(db, c, (ctx) => loadCalendar(ctx, { from, to, now: clock.instant() }));
        const rest = restOf(calendar, restCalendars);
        const items = dates.map((date) => ({
          date: date.toString(),
          weekday: date.dayOfWeek,
          hebrewDate: hebrewDateText(date),
          rest: restDay(date),
          closed: [...rest(date)],
          open: calendar.resources.flatMap((hours) =>
            workingWindows(hours, date, rest).map((window) => ({ resourceId: hours.resourceId, ...window })),
          ),
        }));
        return c.json({ zone: calendar.rules.zone, items });
      },
    )
    .get(
      "/api/calendar/free",
      route({ summary: "Where a meeting fits", tag, access: "staff", answer: shape.free }),
      query(shape.freeQuery),
      async (c) => {
        const { minutes, resourceId, meetingId, ...range } = c.req.valid("query");
        const dates = datesOf(range);
        const wanted = {
          from: dates[0]!,
          to: dates.at(-1)!,
          now: clock.instant(),
          ...(minutes === undefined ? {} : { meetingMinutes: minutes }),
          ...(meetingId === undefined ? {} : { exceptMeeting: meetingId }),
        };
        const { calendar, slots } = await inTenant(db, c, (ctx) => availability(ctx, restCalendars, wanted));
        const { zone } = calendar.rules;
        const mine = resourceId === undefined ? slots : slots.filter((slot) => slot.resourceId === resourceId);
        const items = mine.slice(0, slotsMax).map((slot) => {
          const [startsAt, endsAt] = [slot.startMs, slot.endMs].map(Temporal.Instant.fromEpochMilliseconds) as [
            Temporal.Instant,
            Temporal.Instant,
          ];
          return { resourceId: slot.resourceId, startsAt, endsAt, startsLocal: localTime(startsAt, zone) };
        });
        return c.json({ zone, items, more: mine.length > slotsMax });
      },
    );

/** The dates from one to the other. @throws AppError "invalid" when they run backwards, or are too many. */
function datesOf(range: { from: string; to: string }): Temporal.PlainDate[] {
  const [from, to] = [Temporal.PlainDate.from(range.from), Temporal.PlainDate.from(range.to)];
  const days = from.until(to).days + 1;
  if (days < 1 || days > daysMax) {
    const code = days < 1 ? "before_from" : "too_many_days";
    throw new AppError("invalid", `to: ${code}`, { public: `to: ${code}`, fields: [{ path: "to", code }] });
  }
  return Array.from({ length: days }, (_, ahead) => from.add({ days: ahead }));
}
