import { eq } from "drizzle-orm";
import { z } from "zod";
import { AppError } from "../base/errors.ts";
import { type BusinessId, type CallId, type CallSid, newId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import type { Database } from "../db/client.ts";
import { calls } from "../db/schema/call.ts";
import { withSystem } from "../db/tenant.ts";
import type { JobHandler } from "../jobs/runner.ts";
import { limits } from "../limits.ts";
import type { AfterCallDeps } from "./after-call.ts";
import { type CallWrite, writeCalls } from "./call-writes.ts";

const unknownMessage = z.object({
  callSid: z.string().transform((sid) => sid as CallSid),
  recordingSid: z.string(),
  durationSeconds: z.number().nullable(),
  from: z.string(),
  to: z.string().transform((phone) => phone as Phone),
  at: z.string().transform((text) => Temporal.Instant.from(text)),
  deleteAfter: z.string().transform((text) => Temporal.Instant.from(text)),
});
export type UnknownMessage = z.input<typeof unknownMessage>;

/**
 * A message whose call has no row: the caller spoke, so somebody is to call back (V12). But a captured webhook can be sent
 * again for ever, also when call and message are long deleted, and K1 lets unknown calls change nothing. So the provider
 * is asked first: what we have handled is deleted there, and a message that it still has is one that nobody has heard.
 */
export function adoptMessage({ db, provider, usdIlsRate, log }: AfterCallDeps): JobHandler {
  return async (job) => {
    const payload = unknownMessage.safeParse(job.payload);
    if (!payload.success || !job.businessId) throw new AppError("bug", `job of queue ${job.queue} has no subject`);
    const message = payload.data;
    const fields = { biz: job.businessId, call: message.callSid, recordingSid: message.recordingSid };
    const owner = await businessOf(db, message.callSid);
    if (owner !== null && owner !== job.businessId) return;
    const [begin, ended, recording] = writesOf(job.businessId, message);
    const settings = { owner: null, usdIlsRate };
    if (owner !== null) return writeCalls(db, [recording], settings); // its row came after all
    try {
      await provider.fetchRecording(message.recordingSid);
    } catch (error) {
      const isGone = error instanceof AppError && error.code === "not_found" && job.attempt >= job.maxAttempts;
      if (!isGone) throw error;
      return log.warn("CALL", "a message of an unknown call is not at the provider: left alone", fields);
    }
    await writeCalls(db, [begin, ended, recording], settings);
    log.warn("CALL", "a message of an unknown call is taken in", fields);
  };
}

/** Whose call it is, among all businesses'; null for a call that has no row. */
function businessOf(db: Database, callSid: CallSid): Promise<BusinessId | null> {
  return withSystem(
    db,
    async (tx) => {
      const [row] = await tx.select({ id: calls.businessId }).from(calls).where(eq(calls.callSid, callSid));
      return row?.id ?? null;
    },
    { deadlineMs: limits.jobQueryMs },
  );
}

function writesOf(businessId: BusinessId, message: z.output<typeof unknownMessage>): [CallWrite, CallWrite, CallWrite] {
  const { callSid, recordingSid, durationSeconds, from, to, at: startedAt, deleteAfter } = message;
  const done = () => {};
  const of = { businessId, callSid };
  const call = { ...of, callId: newId<CallId>(), from, to, forwardedFrom: null, startedAt };
  return [
    { ...of, kind: "begin", call, done },
    { ...of, kind: "ended", end: { reason: "fallback", durationMs: null, streamAtMs: null, trace: null } },
    { ...of, kind: "recording", id: newId(), report: { ...of, recordingSid, durationSeconds }, deleteAfter, done },
  ];
}
