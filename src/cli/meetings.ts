import { systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { Meeting } from "../calendar/book.ts";
import { bookByStaff, customerFor, moveByStaff } from "../calendar/by-staff.ts";
import { cancelMeeting } from "../calendar/cancel.ts";
import { listMeetings } from "../calendar/list-meetings.ts";
import { loadRules } from "../calendar/load.ts";
import { createRestCalendars } from "../calendar/rest.ts";
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
  const who = readWho(options);
  const minutes = readWhole("minutes", options.minutes);
  const resourceId = readId("resource", options.resource);
  return visitBusiness(businessId, async (ctx) => {
    const now = systemClock.instant();
    const startsAt = start((await loadRules(ctx)).rules.zone, now);
    const customerId = await customerFor(ctx, who);
    const topic = options.topic?.trim() || null;
    const placed = { startsAt, minutes, resourceId };
    return shown(await bookByStaff(ctx, { ...placed, customerId, topic, now, restCalendars: createRestCalendars() }));
  });
}

function move(args: string[]): Promise<unknown> {
  const { options, words } = readOptions(args, ["business", "at", "minutes", "resource"], 1);
  const businessId = readBusiness(options.business);
  const meetingId = readIdWord("meeting", words);
  const start = readStart(options.at);
  const minutes = readWhole("minutes", options.minutes);
  const resourceId = readId("resource", options.resource);
  return visitBusiness(businessId, async (ctx) => {
    const now = systemClock.instant();
    const startsAt = start((await loadRules(ctx)).rules.zone, now);
    const placed = { startsAt, minutes, resourceId };
    return shown(await moveByStaff(ctx, meetingId, { ...placed, now, restCalendars: createRestCalendars() }));
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

function readWho(options: { customer?: string; phone?: string; name?: string }) {
  const customerId = readCustomer("customer", options.customer);
  const phone = readPhone("phone", options.phone);
  if (customerId !== undefined && phone === undefined) return { customerId };
  if (phone !== undefined && customerId === undefined) return { phone, name: options.name };
  throw new AppError("invalid", "say for whom: --customer ID or --phone +9725…");
}
