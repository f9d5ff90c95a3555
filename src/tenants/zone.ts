import { eq } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { businesses } from "../db/schema/business.ts";
import type { Ctx } from "./ctx.ts";

/** IANA zone of the business: every wall clock it shows or takes is in it. @throws AppError "not_found". */
export async function zoneOf({ tx, businessId }: Ctx): Promise<string> {
  const [row] = await tx.select({ zone: businesses.timezone }).from(businesses).where(eq(businesses.id, businessId));
  if (row === undefined) throw new AppError("not_found", "no such business");
  return row.zone;
}

/**
 * The stretch between two local dates, both included; an open end stays open.
 * `2026-03-27` of Jerusalem has 23 hours: dates are turned into instants by the zone, never by adding 24 hours.
 */
export function spanOfDates(
  zone: string,
  { from, to }: { from?: string | undefined; to?: string | undefined },
): { from?: Temporal.Instant; before?: Temporal.Instant } {
  const begins = (date: Temporal.PlainDate): Temporal.Instant => date.toZonedDateTime(zone).toInstant();
  return {
    ...(from === undefined ? {} : { from: begins(Temporal.PlainDate.from(from)) }),
    ...(to === undefined ? {} : { before: begins(Temporal.PlainDate.from(to).add({ days: 1 })) }),
  };
}
