import { parsePhone } from "../base/phone.ts";
import { isFinal } from "../calls/status.ts";
import { decideOnce, type Instruction, type PhoneCall } from "./call-register.ts";
import { takeStatus } from "./take-reports.ts";
import { businessOf, offerStream, statusOf, type VoiceWebhookDeps, type Webhook, withinPatience } from "./webhook.ts";

// First stream, and one return after a transfer that nobody answered. A bound, so that no fault can make a call circle.
const legsMax = 2;

/** `/webhook/stream_ended`: what comes after the stream, decided by the call itself. */
export async function answerStreamEnded(deps: VoiceWebhookDeps, webhook: Webhook): Promise<Instruction> {
  if (isOver(webhook)) return hungUp(deps, webhook);
  const call = await enter(deps, webhook);
  return decideOnce(call, `stream_ended ${webhook.leg}`, async () => {
    // No stream was offered here: this process started after the call did, and nobody remembers the conversation.
    if (call.legs === 0) return { kind: "fallback" };
    const next = deps.desk.next(call.callSid);
    if (next.kind === "reconnect") return reconnect(deps, call);
    if (next.kind !== "dial") return next;
    const to = parsePhone(next.to);
    return to === null ? { kind: "fallback" } : { kind: "dial", to, leg: webhook.leg };
  });
}

/** `/webhook/transfer_result`: a person took the call, or the caller comes back to the assistant or leaves a message. */
export async function answerTransferResult(deps: VoiceWebhookDeps, webhook: Webhook): Promise<Instruction> {
  const outcome = webhook.form.get("DialCallStatus") ?? "";
  if (isOver(webhook)) return hungUp(deps, webhook);
  if (outcome === "completed" || outcome === "answered") return { kind: "hangup" };
  const call = await enter(deps, webhook);
  return decideOnce(call, `transfer_result ${webhook.leg}`, async () => {
    deps.log.info("CALL", "nobody took the transfer", { biz: call.businessId, call: call.callSid, outcome });
    const back = call.legs > 0 && deps.desk.next(call.callSid).kind === "reconnect";
    return back ? reconnect(deps, call) : { kind: "fallback" };
  });
}

function reconnect(deps: VoiceWebhookDeps, call: PhoneCall): Instruction {
  if (call.legs >= legsMax) return { kind: "fallback" };
  return offerStream(deps, call);
}

/** The call, with its business when that can be known in time: the texts played may be the business's own. */
async function enter(deps: VoiceWebhookDeps, webhook: Webhook): Promise<PhoneCall> {
  const call = deps.register.enter(webhook.callSid);
  call.businessId ??= (await withinPatience(deps, "number look-up", () => businessOf(deps, webhook))) ?? null;
  return call;
}

/** Nobody hears the answer; that the call is over may be news, when its status callback is late or not set up. */
async function hungUp(deps: VoiceWebhookDeps, webhook: Webhook): Promise<Instruction> {
  await takeStatus(deps, webhook);
  return { kind: "hangup" };
}

function isOver(webhook: Webhook): boolean {
  const status = statusOf(webhook);
  return status !== undefined && isFinal(status);
}
