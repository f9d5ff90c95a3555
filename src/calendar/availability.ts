import type { Ctx } from "../tenants/ctx.ts";
import { freeSlots } from "./free-slots.ts";
import { type Calendar, type CalendarQuery, loadCalendar } from "./load.ts";
import { type createRestCalendars, noRest } from "./rest.ts";
import type { FreeSlot, RestCalendar } from "./rules.ts";

/** Rest by city and zone; made once (`createRestCalendars`) and handed to whoever looks for free time. */
export type RestCalendars = ReturnType<typeof createRestCalendars>;

export interface Availability {
  calendar: Calendar;
  /** Sorted by start, then by the order of resources. */
  slots: FreeSlot[];
}

/** Free slots of the business between two local dates, both included, from the calendar as it is in this transaction. */
export async function availability(
  ctx: Ctx,
  restCalendars: RestCalendars,
  query: CalendarQuery & { meetingMinutes?: number },
): Promise<Availability> {
  const calendar = await loadCalendar(ctx, query);
  return { calendar, slots: freeSlots({ ...query, ...calendar, rest: restOf(calendar, restCalendars) }) };
}

/** The rest that this business keeps. */
export function restOf(
  calendar: Pick<Calendar, "keepsShabbat" | "city" | "rules">,
  calendars: RestCalendars,
): RestCalendar {
  return calendar.keepsShabbat ? calendars(calendar.city, calendar.rules.zone) : noRest;
}
