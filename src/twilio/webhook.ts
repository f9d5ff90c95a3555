import type { Context, Handler } from "hono";
import type { Clock } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import { type BusinessId, type CallId, type CallSid, parseCallSid } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { parsePhone } from "../base/phone.ts";
import type { CallLog, StatusReport } from "../calls/log.ts";
import { limits } from "../limits.ts";
import type { CallSettings } from "../live-call/settings.ts";
import type { CallQuota } from "./call-quota.ts";
import type { CallRegister, Instruction, PhoneCall } from "./call-register.ts";
import type { Instructions } from "./instructions.ts";
import type { CallDesk, NumberDirectory } from "./ports.ts";
import { RefusalLog } from "./refusal-log.ts";
import type { SignatureGate, WebhookForm } from "./signature.ts";
import type { StreamTokens } from "./stream-token.ts";

export interface VoiceWebhookDeps {
  gate: SignatureGate;
  register: CallRegister;
  tokens: StreamTokens;
  instructions: Instructions;
  directory: NumberDirectory;
  /** What one call needs of its business: at once from memory, or as soon as the database answers. */
  settingsFor(ids: { callId: CallId; businessId: BusinessId }): CallSettings | Promise<CallSettings>;
  desk: CallDesk;
  callLog: CallLog;
  quota: CallQuota;
  clock: Clock;
  log: Log;
}

/** A webhook whose signature is good and whose call is named. */
export interface Webhook {
  callSid: CallSid;
  form: WebhookForm;
  /** Which stream of the call the question is about; our own callback addresses carry it. */
  leg: number;
}

/** Lets only signed webhooks through: 403 without a good signature, 400 without a call. */
export function createSignedRoute(deps: VoiceWebhookDeps) {
  const refusals = new RefusalLog(deps.clock, deps.log);
  return (handle: (c: Context, webhook: Webhook) => Promise<Response>): Handler =>
    async (c) => {
      const form = deps.gate.readForm(c.req.url, c.req.header("x-twilio-signature") ?? null, await c.req.text());
      if (form === null) {
        refusals.note(c.req.path);
        return c.text("forbidden", 403);
      }
      const callSid = parseCallSid(form.get("CallSid") ?? "");
      if (callSid === null) return c.text("CallSid is missing or malformed", 400);
      const leg = /^\d{1,3}$/.exec(c.req.query("leg") ?? "");
      return handle(c, { callSid, form, leg: leg === null ? 0 : Number(leg[0]) });
    };
}

/** The call's next stream, with a token of its own. */
export function offerStream(deps: VoiceWebhookDeps, call: PhoneCall): Instruction {
  const leg = call.legs++;
  deps.tokens.issue({ callSid: call.callSid, businessId: call.businessId, leg });
  return { kind: "connect", leg };
}

// Twilio's CallStatus words.
const statuses = ["queued", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled"] as const;

/** How far the call is; undefined for a word we do not know. */
export const statusOf = ({ form }: Webhook): StatusReport["status"] | undefined =>
  statuses.find((known) => known === form.get("CallStatus"));

/** The business a report belongs to, or null when the called number is nobody's. */
export async function businessOf(deps: VoiceWebhookDeps, { callSid, form }: Webhook): Promise<BusinessId | null> {
  const known = deps.register.find(callSid)?.businessId;
  if (known) return known;
  const to = parsePhone(form.get("To") ?? "");
  if (to === null) return null;
  const found = deps.directory.find(to);
  return (found === "loading" ? await deps.directory.resolve(to) : found)?.id ?? null;
}

/**
 * Waits for `work`, but no longer than a caller may be kept waiting (by default all of `limits.webhookDatabaseMs`):
 * undefined when it is late or has failed. Late work goes on; a failure is logged here, so that nobody else has to.
 */
export function withinPatience<T>(
  deps: VoiceWebhookDeps,
  what: string,
  work: () => T | Promise<T>,
  patienceMs: number = limits.webhookDatabaseMs,
) {
  return new Promise<T | undefined>((done) => {
    const timer = deps.clock.after(patienceMs, () => done(undefined));
    void Promise.try(work)
      .catch((error: unknown) => {
        deps.log.error("CALL", `${what} failed`, { error: describeError(error) });
        return undefined;
      })
      .then((result) => {
        timer.cancel();
        done(result);
      });
  });
}
