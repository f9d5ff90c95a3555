import { AppError, describeError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import { maskPhone, type Phone, parsePhone } from "../base/phone.ts";
import type { LeftToRecording } from "../calls/log.ts";
import { limits } from "../limits.ts";
import type { CallSettings, IncomingCall } from "../live-call/settings.ts";
import { decideOnce, type Instruction, type PhoneCall } from "./call-register.ts";
import { callerNumber } from "./caller-id.ts";
import type { NumberDirectory } from "./ports.ts";
import { offerStream, type VoiceWebhookDeps, type Webhook, withinPatience } from "./webhook.ts";

type NumberedCall = IncomingCall & { to: Phone };

/** `/webhook/incoming_call`: the assistant, the recording flow, or "this number is not in service". */
export function answerIncomingCall(deps: VoiceWebhookDeps, webhook: Webhook): Promise<Instruction> {
  const call = deps.register.enter(webhook.callSid);
  return decideOnce(call, "incoming", async () => {
    const startedMs = deps.clock.nowMs();
    const to = parsePhone(webhook.form.get("To") ?? "");
    const from = callerNumber(webhook.form.get("From"));
    const forwardedFrom = parsePhone(webhook.form.get("ForwardedFrom") ?? "");
    const incoming = to && { callSid: webhook.callSid, from, to, ...(forwardedFrom && { forwardedFrom }) };
    const instruction = incoming ? await decideOrRecord(deps, call, incoming) : unknownNumber(call);
    deps.log.info("CALL", "webhook answered", {
      biz: call.businessId,
      call: call.callSid,
      with: instruction.kind,
      from: maskPhone(from),
      ms: Math.round(deps.clock.nowMs() - startedMs),
    });
    return instruction;
  });
}

/** A fault of ours is no reason to forget the caller, who leaves a message then. */
async function decideOrRecord(deps: VoiceWebhookDeps, call: PhoneCall, incoming: NumberedCall): Promise<Instruction> {
  try {
    return await decide(deps, call, incoming);
  } catch (error) {
    deps.log.error("CALL", "webhook failed", { call: call.callSid, error: describeError(error) });
    return leaveToRecording(deps, call, "fault");
  }
}

async function decide(deps: VoiceWebhookDeps, call: PhoneCall, incoming: NumberedCall): Promise<Instruction> {
  const startedMs = deps.clock.nowMs();
  const found = deps.directory.find(incoming.to);
  const later = found === "loading" ? deps.directory.resolve(incoming.to) : fresh(deps, incoming, found);
  const business = await withinPatience(deps, "number look-up", () => later);
  if (business === undefined) return connect(deps, call, incoming, settle(deps, call, incoming, later));
  if (!business) return unknownNumber(call);
  call.businessId = business.id;
  const leftMs = limits.webhookDatabaseMs - (deps.clock.nowMs() - startedMs);
  const begun = await withinPatience(deps, "call row", () => begin(deps, call, incoming, business.id), leftMs);
  // The row is of a call that is long over: a captured webhook, sent again after a restart.
  if (begun === "over") return { kind: "fallback" };
  const over = deps.quota.admit(business.id, incoming.from, incoming.callSid);
  if (over !== null) return leaveToRecording(deps, call, over);
  return connect(deps, call, incoming, deps.settingsFor({ callId: call.callId, businessId: business.id }));
}

/** A number that was added a moment ago may be called before memory has heard of it. */
async function fresh(
  { directory }: VoiceWebhookDeps,
  { to }: NumberedCall,
  known: { id: BusinessId } | null,
): Promise<{ id: BusinessId } | null> {
  if (known) return known;
  await directory.refresh();
  const found = directory.find(to);
  return found === "loading" ? null : found;
}

function connect(
  deps: VoiceWebhookDeps,
  call: PhoneCall,
  incoming: IncomingCall,
  settings: CallSettings | Promise<CallSettings>,
): Instruction {
  if (settings instanceof Promise) settings.catch(() => {}); // the call reports it; a refused call leaves nobody to
  if (deps.desk.answer(incoming, settings) === null) return leaveToRecording(deps, call, "full_or_draining");
  return offerStream(deps, call);
}

function leaveToRecording(deps: VoiceWebhookDeps, call: PhoneCall, why: LeftToRecording): Instruction {
  deps.log.warn("CALL", "call left to the recording", { biz: call.businessId, call: call.callSid, why });
  deps.callLog.leftToRecording(call.callSid, why);
  return { kind: "fallback" };
}

/** Memory does not know the number yet and the database is slow: the call connects, its settings come when they can. */
async function settle(
  deps: VoiceWebhookDeps,
  call: PhoneCall,
  incoming: NumberedCall,
  later: ReturnType<NumberDirectory["resolve"]>,
): Promise<CallSettings> {
  const business = await later;
  if (business === null) {
    unknownNumber(call);
    throw new AppError("not_found", "the called number is nobody's", { context: { callSid: call.callSid } });
  }
  call.businessId = business.id;
  void withinPatience(deps, "call row", () => begin(deps, call, incoming, business.id));
  // Twilio has its answer already: without settings the call leaves a message all the same.
  const over = deps.quota.admit(business.id, incoming.from, incoming.callSid);
  if (over !== null) throw new AppError("rate_limited", `the caller leaves a message: ${over}`);
  return deps.settingsFor({ callId: call.callId, businessId: business.id });
}

const begin = (deps: VoiceWebhookDeps, call: PhoneCall, incoming: NumberedCall, businessId: BusinessId) =>
  deps.callLog.begin({
    callId: call.callId,
    callSid: call.callSid,
    businessId,
    from: incoming.from,
    to: incoming.to,
    forwardedFrom: incoming.forwardedFrom ?? null,
    startedAt: deps.clock.instant(),
  });

function unknownNumber(call: PhoneCall): Instruction {
  call.numberIsUnknown = true;
  return { kind: "unknown_number" };
}
