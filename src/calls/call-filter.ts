import { and, eq, gte, inArray, isNotNull, isNull, lt, type SQL, sql } from "drizzle-orm";
import type { CustomerId } from "../base/ids.ts";
import { calls, callTurns } from "../db/schema/call.ts";
import { customers } from "../db/schema/customer.ts";
import { recordings } from "../db/schema/recording.ts";

/** Which calls of the log are wanted; what is not given does not matter. */
export interface CallFilter {
  /** Began at this instant or later. */
  from?: Temporal.Instant | undefined;
  before?: Temporal.Instant | undefined;
  /** As `endReason` of a call; any of them. */
  endReasons?: readonly string[] | undefined;
  /** Calls that are not over. */
  open?: boolean | undefined;
  customerId?: CustomerId | undefined;
  /** With a sound that can still be played, or without. */
  recorded?: boolean | undefined;
  /** Words of the transcript, the summary, the customer's name, or digits of the number. */
  text?: string | undefined;
}

/** The condition on a `calls` row, joined with its customer. */
export function matchesCall(filter: CallFilter): SQL | undefined {
  const { from, before, endReasons, open, customerId, recorded, text } = filter;
  return and(
    from && gte(calls.startedAt, from),
    before && lt(calls.startedAt, before),
    endReasons && inArray(calls.endReason, [...endReasons]),
    open === undefined ? undefined : open ? isNull(calls.endedAt) : isNotNull(calls.endedAt),
    customerId && eq(calls.customerId, customerId),
    recorded === undefined ? undefined : recorded ? hasSound : sql`not ${hasSound}`,
    text === undefined ? undefined : mentions(text),
  );
}

const hasSound = sql`exists (
  select from ${recordings} where ${recordings.businessId} = ${calls.businessId} and ${recordings.callId} = ${calls.id}
    and ${recordings.status} = 'stored')`;

// Fewer digits than this would find half the numbers of a country.
const digitsMin = 3;

function mentions(text: string): SQL {
  const like = `%${escapeLike(text.trim())}%`;
  const digits = text.replace(/\D/g, "").replace(/^0+/, "");
  const isNumber = digits.length >= digitsMin && /^[\d\s()+-]+$/.test(text.trim());
  return sql`(${calls.summary} ilike ${like} or ${customers.name} ilike ${like}
    or ${isNumber ? sql`${calls.fromPhone} like ${`%${digits}%`}` : sql`false`}
    or exists (select from ${callTurns} where ${callTurns.callId} = ${calls.id} and ${callTurns.text} ilike ${like}))`;
}

/** `%` and `_` of a text that is looked for mean themselves. */
const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (sign) => `\\${sign}`);
