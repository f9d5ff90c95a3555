import { and, eq, gte, inArray, isNotNull, isNull, lt, type SQL, sql } from "drizzle-orm";
import type { CustomerId } from "../base/ids.ts";
import { calls } from "../db/schema/call.ts";
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
  /** Beginnings of words of the transcript, the summary or the customer's name and notes, or digits of the number. */
  text?: string | undefined;
}

/** The condition on a `calls` row; what `text` finds is for `calls/queries`. */
export function matchesCall(filter: CallFilter): SQL | undefined {
  const { from, before, endReasons, open, customerId, recorded } = filter;
  return and(
    from && gte(calls.startedAt, from),
    before && lt(calls.startedAt, before),
    endReasons && inArray(calls.endReason, [...endReasons]),
    open === undefined ? undefined : open ? isNull(calls.endedAt) : isNotNull(calls.endedAt),
    customerId && eq(calls.customerId, customerId),
    recorded === undefined ? undefined : recorded ? hasSound : sql`not ${hasSound}`,
  );
}

const hasSound = sql`exists (
  select from ${recordings} where ${recordings.businessId} = ${calls.businessId} and ${recordings.callId} = ${calls.id}
    and ${recordings.status} = 'stored')`;
