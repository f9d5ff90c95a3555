import { and, asc, desc, eq, type SQL, sql } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import type { CallId } from "../base/ids.ts";
import { fewCalls, fewCustomers } from "../crm/search/few.ts";
import { foundBy, readSearch, saidIn } from "../crm/search/found-by.ts";
import { type PageKey, readPageKey, writePageKey } from "../db/page-key.ts";
import { callEvents, calls, callTurns } from "../db/schema/call.ts";
import { customers } from "../db/schema/customer.ts";
import { leads } from "../db/schema/lead.ts";
import { recordings } from "../db/schema/recording.ts";
import { usage } from "../db/schema/usage.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { type CallFilter, matchesCall } from "./call-filter.ts";
import { recordingOfTurn } from "./recordings.ts";

const listed = {
  id: calls.id,
  callSid: calls.callSid,
  from: calls.fromPhone,
  to: calls.toPhone,
  origin: calls.origin,
  customerId: calls.customerId,
  customerName: customers.name,
  leadId: leads.id,
  leadStatus: leads.status,
  status: calls.status,
  endReason: calls.endReason,
  startedAt: calls.startedAt,
  endedAt: calls.endedAt,
  durationMs: calls.durationMs,
  summary: calls.summary,
  costAgorot: calls.costAgorot,
};

export interface CallPage {
  calls: Awaited<ReturnType<typeof readPage>>;
  /** Pass as `before` to go on; null = that was all. */
  next: string | null;
}

/** The call log, newest first. `before` is a `next` of an earlier page. @throws AppError "invalid" for another text. */
export async function listCalls(
  ctx: Ctx,
  options: { limit?: number | undefined; before?: string | undefined; filter?: CallFilter } = {},
): Promise<CallPage> {
  const limit = Math.min(Math.max(options.limit ?? 50, 1), 200);
  const rows = await readPage(ctx, limit + 1, options.before ? readPageKey(options.before) : null, options.filter);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { calls: page, next: rows.length > limit && last ? writePageKey(last.startedAt, last.id) : null };
}

async function readPage(ctx: Ctx, count: number, before: PageKey | null, filter: CallFilter = {}) {
  const { tx, businessId } = ctx;
  const older = before
    ? sql`(${calls.startedAt}, ${calls.id}) < (${before.at.toString()}::timestamptz, ${before.id}::uuid)`
    : undefined;
  const wanted = and(eq(calls.businessId, businessId), older, matchesCall(filter))!;
  return tx
    .select(listed)
    .from(calls)
    .leftJoin(customers, and(eq(customers.businessId, calls.businessId), eq(customers.id, calls.customerId)))
    .leftJoin(leads, and(eq(leads.businessId, calls.businessId), eq(leads.customerId, calls.customerId)))
    .where(filter.text === undefined ? wanted : and(wanted, await mentions(ctx, filter.text, wanted, count)))
    .orderBy(desc(calls.startedAt), desc(calls.id))
    .limit(count);
}

/** Calls with these words or of these people; each way brings its own newest ones, so that neither has to be read whole. */
async function mentions(ctx: Ctx, text: string, wanted: SQL, count: number): Promise<SQL> {
  const search = readSearch(text);
  if (search === null) return sql`false`;
  const newest = (found: SQL) => sql`(select ${calls.id} from ${calls} where ${wanted} and ${found}
    order by ${calls.startedAt} desc, ${calls.id} desc limit ${count})`;
  const [said, people] = await Promise.all([fewCalls(ctx, search), fewCustomers(ctx, search)]);
  return sql`${calls.id} in (${newest(saidIn(ctx, calls.id, search, said))}
    union ${newest(foundBy(ctx, calls.customerId, search, people))})`;
}

/** How quickly the assistant answered in this call, in ms from the end of the caller's speech to the first audio sent. */
export interface AnswerLatency {
  answers: number;
  p50: number | null;
  p95: number | null;
  max: number | null;
}

/** Everything about one call. @throws AppError "not_found" when the business has no such call. */
export async function readCall({ tx, businessId }: Ctx, callId: CallId) {
  const [call] = await tx
    .select({
      ...listed,
      forwardedFrom: calls.forwardedFrom,
      billedSeconds: calls.billedSeconds,
      streamAtMs: calls.streamAtMs,
    })
    .from(calls)
    .leftJoin(customers, and(eq(customers.businessId, calls.businessId), eq(customers.id, calls.customerId)))
    .leftJoin(leads, and(eq(leads.businessId, calls.businessId), eq(leads.customerId, calls.customerId)))
    .where(and(eq(calls.businessId, businessId), eq(calls.id, callId)));
  if (!call) throw new AppError("not_found", "no such call");
  const { seq, role, text, startMs, endMs, interrupted } = callTurns;
  const said = await tx
    .select({ seq, role, text, startMs, endMs, interrupted })
    .from(callTurns)
    .where(and(eq(callTurns.businessId, businessId), eq(callTurns.callId, callId)))
    .orderBy(asc(callTurns.startMs), asc(callTurns.seq));
  const events = await tx
    .select({ atMs: callEvents.atMs, kind: callEvents.kind, detail: callEvents.detail })
    .from(callEvents)
    .where(and(eq(callEvents.businessId, businessId), eq(callEvents.callId, callId)))
    .orderBy(asc(callEvents.atMs), asc(callEvents.seq));
  const { id, origin, status, bytes, durationMs, deleteAfter, deletedAt } = recordings;
  const sounds = await tx
    .select({ id, origin, status, bytes, durationMs, deleteAfter, deletedAt })
    .from(recordings)
    .where(and(eq(recordings.businessId, businessId), eq(recordings.callId, callId)))
    .orderBy(asc(recordings.id));
  const turns = said.map(({ seq: at, ...turn }) => ({
    ...turn,
    recordingId: sounds[recordingOfTurn(at)]?.id ?? null,
  }));
  const consumed = await tx
    .select({
      model: usage.model,
      kind: usage.kind,
      textTokens: sql<number>`sum(${usage.textInputTokens} + ${usage.textOutputTokens})::int`,
      audioTokens: sql<number>`sum(${usage.audioInputTokens} + ${usage.audioOutputTokens})::int`,
      seconds: sql<number>`sum(${usage.seconds})::float`,
    })
    .from(usage)
    .where(and(eq(usage.businessId, businessId), eq(usage.callId, callId)))
    .groupBy(usage.model, usage.kind)
    .orderBy(usage.model);
  return { ...call, turns, events, latency: answerLatency(events), recordings: sounds, usage: consumed };
}

/** What the detector noted while the call lasted; null when there was no stream. @throws AppError "not_found". */
export async function readTraceOf({ tx, businessId }: Ctx, callId: CallId): Promise<Uint8Array | null> {
  const [call] = await tx
    .select({ trace: calls.trace })
    .from(calls)
    .where(and(eq(calls.businessId, businessId), eq(calls.id, callId)));
  if (!call) throw new AppError("not_found", "no such call");
  return call.trace;
}

function answerLatency(events: readonly { kind: string; detail: Record<string, unknown> }[]): AnswerLatency {
  const answers = events
    .flatMap(({ kind, detail }) =>
      kind === "turn_latency" && typeof detail.answer_ms === "number" ? [detail.answer_ms] : [],
    )
    .sort((a, b) => a - b);
  const at = (share: number) => answers[Math.max(0, Math.ceil(share * answers.length) - 1)] ?? null;
  return { answers: answers.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}
