import { systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { Meeting } from "../calendar/book.ts";
import { bookByStaff, customerFor } from "../calendar/by-staff.ts";
import { cancelAndTell, moveAndTell } from "../calendar/change-by-staff.ts";
import type { CustomerNews } from "../calendar/customer-news.ts";
import { listMeetings } from "../calendar/list-meetings.ts";
import { loadRules } from "../calendar/load.ts";
import { createRestCalendars } from "../calendar/rest.ts";
import { createCustomerNews } from "../whatsapp/tell-customer.ts";
import { freeTextWindowMs } from "../whatsapp/twilio/provider.ts";
import { given, readBusiness, readCustomer, readDate, readId, readIdWord, readPhone, readWhole } from "./read.ts";
import { readStart } from "./read-start.ts";
import { readInstallation, readOptions, verbs, visitBusiness } from "./visit.ts";

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
  const { options, words, flags } = readOptions(args, ["business", "at", "minutes", "resource"], 1, ["untold"]);
  const businessId = readBusiness(options.business);
  const meetingId = readIdWord("meeting", words);
  const start = readStart(options.at);
  const minutes = readWhole("minutes", options.minutes);
  const resourceId = readId("resource", options.resource);
  return visitBusiness(businessId, async (ctx) => {
    const now = systemClock.instant();
    const startsAt = start((await loadRules(ctx)).rules.zone, now);
    const placed = { startsAt, minutes, resourceId };
    const wanted = { ...placed, now, restCalendars: createRestCalendars() };
    const { meeting, customerTold } = await moveAndTell(ctx, newsUnless(flags.has("untold")), meetingId, wanted);
    return { ...shown(meeting), customerTold };
  });
}

function cancel(args: string[]): Promise<unknown> {
  const { options, words, flags } = readOptions(args, ["business"], 1, ["untold"]);
  const businessId = readBusiness(options.business);
  const meetingId = readIdWord("meeting", words);
  return visitBusiness(businessId, async (ctx) => {
    const news = newsUnless(flags.has("untold"));
    const { meeting, customerTold } = await cancelAndTell(ctx, news, meetingId, systemClock.instant());
    return { ...shown(meeting), customerTold };
  });
}

/** The running product sends what is queued here. */
function newsUnless(isUntold: boolean): CustomerNews | null {
  if (isUntold) return null;
  const defaultProvider = readInstallation().whatsapp.provider;
  const windowMs = { baileys: null, twilio: freeTextWindowMs };
  return createCustomerNews({ clock: systemClock, defaultProvider, windowMs });
}

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
