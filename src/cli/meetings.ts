import { and, eq } from "drizzle-orm";
import { systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { CustomerId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { bookSlot, type Meeting } from "../calendar/book.ts";
import { cancelMeeting } from "../calendar/cancel.ts";
import { listMeetings } from "../calendar/list-meetings.ts";
import { loadRules } from "../calendar/load.ts";
import { moveMeeting } from "../calendar/move.ts";
import { createRestCalendars } from "../calendar/rest.ts";
import type { FreeSlot } from "../calendar/rules.ts";
import { identifyCustomer } from "../crm/customers/identify.ts";
import { saveLead } from "../crm/leads/save-lead.ts";
import { customers } from "../db/schema/customer.ts";
import { meetings } from "../db/schema/meeting.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { listResources } from "../tenants/resources.ts";
import { given, readBusiness, readCustomer, readDate, readId, readIdWord, readPhone, readWhole } from "./read.ts";
import { readStart } from "./read-start.ts";
import { readOptions, verbs, visitBusiness } from "./visit.ts";

/** The calendar by hand. Staff books when it likes, outside opening hours as well; never over another meeting. */
export const run = verbs("meetings", { list, book, move, cancel });

function list(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, ["business", "from", "to", "customer", "limit", "after"]);
  const businessId = readBusiness(options.business);
  const [from, to] = [readDate("from", options.from), readDate("to", options.to)];
  const query = given({
    customerId: readCustomer("customer", options.customer),
    limit: readWhole("limit", options.limit),
    after: options.after,
  });
  return visitBusiness(businessId, async (ctx) => {
    const { zone } = (await loadRules(ctx)).rules;
    const begins = (date: Temporal.PlainDate) => date.toZonedDateTime(zone).toInstant();
    const until = given({ to: to && begins(to.add({ days: 1 })) });
    return listMeetings(ctx, { ...query, ...until, from: from ? begins(from) : systemClock.instant() });
  });
}

function book(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, [
    "business",
    "customer",
    "phone",
    "name",
    "at",
    "minutes",
    "resource",
    "topic",
  ]);
  const businessId = readBusiness(options.business);
  const start = readStart(options.at);
  const who = { id: readCustomer("customer", options.customer), phone: readPhone("phone", options.phone) };
  if ((who.id === undefined) === (who.phone === undefined))
    throw new AppError("invalid", "say for whom: --customer ID or --phone +9725…");
  const minutes = readWhole("minutes", options.minutes);
  const resource = readId("resource", options.resource);
  return visitBusiness(businessId, async (ctx) => {
    const now = systemClock.instant();
    const { rules } = await loadRules(ctx);
    const startsAt = start(rules.zone, now);
    const customerId = await customerOf(ctx, who, options.name);
    const slots = await slotsAt(ctx, startsAt, minutes ?? rules.meetingMinutes, resource);
    for (const slot of slots) {
      const booking = await bookSlot(ctx, {
        customerId,
        slot,
        source: "staff",
        topic: options.topic?.trim() || null,
        now,
        restCalendars: createRestCalendars(),
      });
      if (booking.kind === "booked") return shown(booking.meeting);
    }
    throw new AppError("taken", "that time is taken");
  });
}

function move(args: string[]): Promise<unknown> {
  const { options, words } = readOptions(args, ["business", "at", "minutes", "resource"], 1);
  const businessId = readBusiness(options.business);
  const meetingId = readIdWord("meeting", words);
  const start = readStart(options.at);
  const minutes = readWhole("minutes", options.minutes);
  const resource = readId("resource", options.resource);
  return visitBusiness(businessId, async (ctx) => {
    const now = systemClock.instant();
    const startsAt = start((await loadRules(ctx)).rules.zone, now);
    const mine = and(
      eq(meetings.businessId, ctx.businessId),
      eq(meetings.id, meetingId),
      eq(meetings.status, "booked"),
    );
    const [meeting] = await ctx.tx.select().from(meetings).where(mine);
    if (meeting === undefined) throw noMeeting(meetingId);
    const lengthMs = meeting.endsAt.epochMilliseconds - meeting.startsAt.epochMilliseconds;
    const [slot] = await slotsAt(ctx, startsAt, minutes ?? lengthMs / 60_000, resource ?? meeting.resourceId);
    if (slot === undefined) throw new AppError("not_found", `no resource ${resource}; see \`resource list\``);
    const moved = await moveMeeting(ctx, { meetingId, slot, now, restCalendars: createRestCalendars() });
    if (moved.kind === "moved") return shown(moved.meeting);
    throw moved.kind === "not_found" ? noMeeting(meetingId) : new AppError("taken", "that time is taken");
  });
}

function cancel(args: string[]): Promise<unknown> {
  const { options, words } = readOptions(args, ["business"], 1);
  const businessId = readBusiness(options.business);
  const meetingId = readIdWord("meeting", words);
  return visitBusiness(businessId, async (ctx) => {
    const meeting = await cancelMeeting(ctx, { meetingId, now: systemClock.instant() });
    if (meeting === null) throw noMeeting(meetingId);
    return shown(meeting);
  });
}

const noMeeting = (id: string): AppError => new AppError("not_found", `no booked meeting ${id}`);

const shown = ({ id, startsAt, endsAt, status, topic, customerId, resourceId, sequence }: Meeting) => ({
  id,
  startsAt,
  endsAt,
  status,
  topic,
  customerId,
  resourceId,
  sequence,
});

async function customerOf(
  ctx: Ctx,
  { id, phone }: { id: CustomerId | undefined; phone: Phone | undefined },
  name: string | undefined,
): Promise<CustomerId> {
  if (phone !== undefined) {
    const { customerId } = await identifyCustomer(ctx, { kind: "phone", value: phone }, "staff");
    if (name?.trim()) await saveLead(ctx, { customerId, source: "staff", name });
    return customerId;
  }
  const [row] = await ctx.tx
    .select({ id: customers.id })
    .from(customers)
    .where(and(eq(customers.businessId, ctx.businessId), eq(customers.id, id as CustomerId)));
  if (row === undefined) throw new AppError("not_found", `no customer ${id}`);
  return row.id;
}

/** The same time at every resource that is asked for, in the order in which they are taken. */
async function slotsAt(
  ctx: Ctx,
  startsAt: Temporal.Instant,
  minutes: number,
  resource: string | undefined,
): Promise<FreeSlot[]> {
  const wanted = (await listResources(ctx)).filter(({ id, active }) =>
    resource === undefined ? active : id === resource,
  );
  if (wanted.length === 0) throw new AppError("not_found", "no such resource; see `resource list`");
  const startMs = startsAt.epochMilliseconds;
  return wanted.map(({ id }) => ({ resourceId: id, startMs, endMs: startMs + minutes * 60_000 }));
}
