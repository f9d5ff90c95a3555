import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import type { BusinessId, CallId, CallSid, CustomerId } from "../../base/ids.ts";
import type { Phone } from "../../base/phone.ts";
import { businessId } from "./business.ts";
import { bytes, createdAt, instant, textC } from "./columns.ts";
import { customers } from "./customer.ts";

/** The provider's words for where a call is; calls/status.ts holds their order. */
export type CallStatus =
  | "queued"
  | "ringing"
  | "in-progress"
  | "completed"
  | "busy"
  | "failed"
  | "no-answer"
  | "canceled";

/** `browser` is a test call from the panel: the same path without a telephone. */
export type CallOrigin = "phone" | "browser";

/** One phone call. Written when the webhook comes, filled while it lasts and after it. */
export const calls = pgTable(
  "calls",
  {
    id: uuid("id").$type<CallId>().primaryKey(),
    businessId: businessId(),
    /** The provider's id: a repeated webhook finds the call that is there. */
    callSid: text("call_sid").$type<CallSid>().notNull(),
    /** Null = the caller hides the number. */
    fromPhone: text("from_phone").$type<Phone>(),
    /** Null when nobody's number was called: a test call. */
    toPhone: text("to_phone").$type<Phone>(),
    /** The process that carries it (`processes.id`): only it, or whoever finds it dead, may close the call. */
    owner: text("owner"),
    origin: text("origin").$type<CallOrigin>().notNull().default("phone"),
    forwardedFrom: text("forwarded_from"),
    customerId: uuid("customer_id").$type<CustomerId>(),
    status: text("status").$type<CallStatus>().notNull().default("ringing"),
    startedAt: instant("started_at").notNull(),
    endedAt: instant("ended_at"),
    /** Webhook to end, by our own clock. */
    durationMs: integer("duration_ms"),
    /**
     * Webhook to the stream's beginning: turns and events count from the one, trace and the stream's recording from the other.
     * Null without a stream, while the call lasts, and for calls that were carried before this was kept.
     */
    streamAtMs: integer("stream_at_ms"),
    /** What the provider bills, from its last callback. */
    billedSeconds: integer("billed_seconds"),
    /** Why it ended as we see it (`CallEndReason` of live-call/journal), or "lost": the process died during the call. */
    endReason: text("end_reason"),
    summary: text("summary"),
    /** What the models and the line cost, in agorot; null until it was worked out. */
    costAgorot: integer("cost_agorot"),
    /** Detector trace for the replay (live-call/vad/trace.ts). */
    trace: bytes("trace"),
    createdAt: createdAt(),
  },
  (table) => [
    unique("calls_tenant").on(table.businessId, table.id),
    unique("calls_sid").on(table.callSid),
    index("calls_recent").on(table.businessId, table.startedAt, table.id),
    index("calls_customer").on(table.businessId, table.customerId, table.startedAt),
    index("calls_open").on(table.startedAt).where(sql`${table.endedAt} is null`),
    index("calls_unended").on(table.owner).where(sql`${table.endReason} is null`),
    check("calls_origin", sql`${table.origin} in ('phone', 'browser')`),
    check(
      "calls_status",
      sql`${table.status} in ('queued', 'ringing', 'in-progress', 'completed', 'busy', 'failed', 'no-answer', 'canceled')`,
    ),
    foreignKey({
      columns: [table.businessId, table.customerId],
      foreignColumns: [customers.businessId, customers.id],
      name: "calls_customer_fk",
    }),
  ],
);

/** What was said, and heard, in order. `seq` counts the rows of one call from 0, in the order they were written down. */
export const callTurns = pgTable(
  "call_turns",
  {
    businessId: businessId(),
    callId: uuid("call_id").$type<CallId>().notNull(),
    seq: integer("seq").notNull(),
    role: text("role").$type<"caller" | "assistant">().notNull(),
    text: text("text").notNull(),
    startMs: integer("start_ms").notNull(),
    endMs: integer("end_ms").notNull(),
    interrupted: boolean("interrupted").notNull(),
  },
  (table) => [primaryKey({ columns: [table.callId, table.seq] }), ofCall("call_turns_call_fk", table)],
);

/** What happened beside the words: barge-ins, tools, latencies, trouble. */
export const callEvents = pgTable(
  "call_events",
  {
    businessId: businessId(),
    callId: uuid("call_id").$type<CallId>().notNull(),
    seq: integer("seq").notNull(),
    atMs: integer("at_ms").notNull(),
    kind: text("kind").notNull(),
    detail: jsonb("detail").$type<Record<string, string | number | boolean | null>>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.callId, table.seq] }), ofCall("call_events_call_fk", table)],
);

/**
 * Words by which a call is found: of its turns and its summary, also without the letters that Hebrew writes before a word
 * ("לתספורת" is found by "תספורת"), and the caller's number: `#` forwards, `~` backwards. Kept by triggers (the migration `call_search`); why a b-tree: `customer_terms`.
 */
export const callTerms = pgTable(
  "call_terms",
  {
    /** No reference of its own: the call's row says whose it is. */
    businessId: uuid("business_id").$type<BusinessId>().notNull(),
    callId: uuid("call_id").$type<CallId>().notNull(),
    term: textC("term").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.callId, table.term] }),
    index("call_terms_term").on(table.businessId, table.term, table.callId),
    ofCall("call_terms_call_fk", table),
  ],
);

type OwnedByCall = Record<"businessId" | "callId", Parameters<typeof foreignKey>[0]["columns"][0]>;

function ofCall(name: string, table: OwnedByCall) {
  return foreignKey({
    columns: [table.businessId, table.callId],
    foreignColumns: [calls.businessId, calls.id],
    name,
  }).onDelete("cascade");
}
