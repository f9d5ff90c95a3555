import { Hono } from "hono";
import type { ApiEnv } from "../api/env.ts";
import { idParam, json, query } from "../api/input.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import type { CustomerId } from "../base/ids.ts";
import { localTime } from "../base/local-time.ts";
import { hebrewDateText } from "../hebrew/hebrew-calendar.ts";
import { audit } from "../tenants/audit.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { spanOfDates, zoneOf } from "../tenants/zone.ts";
import type { CalendarApiDeps } from "./api.ts";
import * as shape from "./api-shapes.ts";
import { blockTime, bookByStaff, customerFor } from "./by-staff.ts";
import { cancelAndTell, moveAndTell } from "./change-by-staff.ts";
import { previewNews } from "./customer-news.ts";
import { listMeetings } from "./list-meetings.ts";
import { settleMeeting } from "./outcome.ts";
import { readMeeting } from "./read-meeting.ts";
import { readStartInput, type StartInput } from "./start-input.ts";

const tag = "calendar";

/** `/api/calendar/meetings` and `/api/calendar/blocks`: the calendar by hand. */
export const meetingRoutes = (deps: CalendarApiDeps) =>
  new Hono<ApiEnv>().route("/", reading(deps)).route("/", writing(deps)).route("/", ending(deps));

const reading = ({ db, customerNews }: CalendarApiDeps) =>
  new Hono<ApiEnv>()
    .get(
      "/api/calendar/meetings",
      route({ summary: "Meetings of some days, in their order", tag, access: "staff", answer: shape.meetings }),
      query(shape.meetingQuery),
      async (c) => {
        const { from, to, cursor, limit, customerId, resourceId } = c.req.valid("query");
        return c.json(
          await inTenant(db, c, async (ctx) => {
            const zone = await zoneOf(ctx);
            const span = spanOfDates(zone, { from, to });
            const page = await listMeetings(ctx, {
              from: span.from!,
              to: span.before,
              customerId: customerId as CustomerId | undefined,
              resourceId,
              limit,
              after: cursor,
            });
            return { zone, items: page.meetings.map((meeting) => dated(meeting, zone)), next: page.next };
          }),
        );
      },
    )
    .get(
      "/api/calendar/meetings/:id",
      route({ summary: "One meeting with its reminders", tag, access: "staff", answer: shape.meetingDetail }),
      idParam(),
      async (c) => c.json(await inTenant(db, c, (ctx) => shown(ctx, c.req.valid("param").id))),
    )
    .get(
      "/api/calendar/meetings/:id/news",
      route({
        summary: "What its customer would be told of a move or an end",
        tag,
        access: "staff",
        answer: shape.news,
      }),
      idParam(),
      query(shape.newsQuery),
      async (c) => {
        const asked = { meetingId: c.req.valid("param").id, startsAt: c.req.valid("query").startsAt };
        return c.json(await inTenant(db, c, (ctx) => previewNews(ctx, customerNews, asked)));
      },
    );

const writing = ({ db, clock, restCalendars, customerNews }: CalendarApiDeps) =>
  new Hono<ApiEnv>()
    .post(
      "/api/calendar/meetings",
      route({ summary: "Book; 409 when taken", tag, access: "staff", answer: shape.meetingDetail, status: 201 }),
      json(shape.newMeeting),
      async (c) => {
        const { customerId, customer, topic, ...placed } = c.req.valid("json");
        const meeting = await inTenant(db, c, async (ctx) => {
          const now = clock.instant();
          const startsAt = await startOf(ctx, placed, now);
          const who = customer ?? { customerId: customerId as CustomerId };
          const wanted = { ...placed, startsAt, topic, now, restCalendars };
          const { id } = await bookByStaff(ctx, { ...wanted, customerId: await customerFor(ctx, who) });
          return shown(ctx, id);
        });
        return c.json(meeting, 201);
      },
    )
    .post(
      "/api/calendar/meetings/:id/move",
      route({ summary: "Move; its reminders follow", tag, access: "staff", answer: shape.changedMeeting }),
      idParam(),
      json(shape.movedMeeting),
      async (c) => {
        const { tellCustomer: wanted, ...placed } = c.req.valid("json");
        const moved = await inTenant(db, c, async (ctx) => {
          const now = clock.instant();
          const startsAt = await startOf(ctx, placed, now);
          const { id } = c.req.valid("param");
          const news = wanted ? customerNews : null;
          const { customerTold } = await moveAndTell(ctx, news, id, { ...placed, startsAt, now, restCalendars });
          return { ...(await shown(ctx, id)), customerTold };
        });
        return c.json(moved);
      },
    )
    .post(
      "/api/calendar/blocks",
      route({
        summary: "Keep time free, on one or all calendars",
        tag,
        access: "staff",
        answer: shape.blocked,
        status: 201,
      }),
      json(shape.newBlock),
      async (c) => {
        const { topic = null, ...placed } = c.req.valid("json");
        const items = await inTenant(db, c, async (ctx) => {
          const now = clock.instant();
          const startsAt = await startOf(ctx, placed, now);
          const blocked = await blockTime(ctx, { ...placed, startsAt, topic, now });
          for (const { id } of blocked) await audit(ctx, { action: "meeting.block", subject: `meeting:${id}` });
          return Promise.all(blocked.map(({ id }) => shown(ctx, id)));
        });
        return c.json({ items }, 201);
      },
    );

const ending = ({ db, clock, customerNews }: CalendarApiDeps) =>
  new Hono<ApiEnv>()
    .post(
      "/api/calendar/meetings/:id/cancel",
      route({ summary: "Cancel; its reminders are gone", tag, access: "staff", answer: shape.changedMeeting }),
      idParam(),
      json(shape.cancelledMeeting),
      async (c) => {
        const { id } = c.req.valid("param");
        const cancelled = await inTenant(db, c, async (ctx) => {
          const news = c.req.valid("json").tellCustomer ? customerNews : null;
          const { customerTold } = await cancelAndTell(ctx, news, id, clock.instant());
          return { ...(await shown(ctx, id)), customerTold };
        });
        return c.json(cancelled);
      },
    )
    .post(
      "/api/calendar/meetings/:id/outcome",
      route({ summary: "Came, did not come, or neither yet", tag, access: "staff", answer: shape.meetingDetail }),
      idParam(),
      json(shape.outcomeInput),
      async (c) => {
        const { id } = c.req.valid("param");
        const { outcome } = c.req.valid("json");
        const settled = await inTenant(db, c, async (ctx) => {
          await settleMeeting(ctx, { meetingId: id, outcome, now: clock.instant() });
          await audit(ctx, { action: "meeting.outcome", subject: `meeting:${id}`, detail: { outcome } });
          return shown(ctx, id);
        });
        return c.json(settled);
      },
    );

const startOf = async (ctx: Ctx, input: StartInput, now: Temporal.Instant): Promise<Temporal.Instant> =>
  readStartInput(input, await zoneOf(ctx), now);

const shown = async (ctx: Ctx, id: string) => dated(await readMeeting(ctx, id), await zoneOf(ctx));

const dated = <T extends { startsAt: Temporal.Instant; endsAt: Temporal.Instant }>(meeting: T, zone: string) => ({
  ...meeting,
  startsLocal: localTime(meeting.startsAt, zone),
  endsLocal: localTime(meeting.endsAt, zone),
  hebrewDate: hebrewDateText(meeting.startsAt.toZonedDateTimeISO(zone).toPlainDate()),
});
