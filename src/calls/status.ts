import { type SQL, sql } from "drizzle-orm";
import { type CallStatus, calls } from "../db/schema/call.ts";

/** How far a call is with each status. The last five end it: the first of them to arrive stays. */
const rank: Record<CallStatus, number> = {
  queued: 0,
  ringing: 1,
  "in-progress": 2,
  completed: 3,
  busy: 3,
  failed: 3,
  "no-answer": 3,
  canceled: 3,
};

/** True when the provider will report nothing more about the call. */
export const isFinal = (status: CallStatus): boolean => rank[status] === 3;

/** Which status holds when `reported` arrives while `current` holds: never one that lies behind. */
export const furthest = (current: CallStatus, reported: CallStatus): CallStatus =>
  rank[reported] > rank[current] ? reported : current;

/** The same rule for a row: true where `reported` is news. */
export function isNews(reported: CallStatus): SQL {
  const behind = (Object.keys(rank) as CallStatus[]).filter((status) => furthest(status, reported) !== status);
  if (behind.length === 0) return sql`false`;
  return sql`${calls.status} in (${sql.join(
    behind.map((status) => sql`${status}`),
    sql`, `,
  )})`;
}
