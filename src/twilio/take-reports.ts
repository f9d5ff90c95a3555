import { parsePhone } from "../base/phone.ts";
import type { StatusReport } from "../calls/log.ts";
import { isFinal } from "../calls/status.ts";
import type { Instruction } from "./call-register.ts";
import { callerNumber } from "./caller-id.ts";
import { businessOf, statusOf, type VoiceWebhookDeps, type Webhook, withinPatience } from "./webhook.ts";

/** `/webhook/call_status`: keeps the furthest status; the last one ends a call that is still live here. */
export async function takeStatus(deps: VoiceWebhookDeps, webhook: Webhook): Promise<void> {
  const { callSid, form } = webhook;
  const status = statusOf(webhook);
  if (status === undefined) {
    deps.log.debug("CALL", "unknown status ignored", { call: callSid });
    return;
  }
  const final = isFinal(status);
  if (final) deps.desk.find(callSid)?.onProviderEnded();
  await keepStatus(deps, webhook, status, final ? wholeSeconds(form.get("CallDuration")) : null);
}

async function keepStatus(
  deps: VoiceWebhookDeps,
  webhook: Webhook,
  status: StatusReport["status"],
  durationSeconds: number | null,
): Promise<void> {
  await withinPatience(deps, "call status", async () => {
    const businessId = await businessOf(deps, webhook);
    if (businessId) await deps.callLog.status({ businessId, callSid: webhook.callSid, status, durationSeconds });
  });
}

/**
 * `/webhook/handle_recording`: asked twice for one message, by `Record`'s action (the caller waits for the thanks) and
 * by its status callback (the file is there). Either may be lost, so both report it: it counts once per RecordingSid,
 * and who fetches it waits until the file is there.
 */
export async function takeRecording(deps: VoiceWebhookDeps, webhook: Webhook): Promise<Instruction> {
  const { callSid, form } = webhook;
  const recordingSid = form.get("RecordingSid") ?? "";
  const status = form.get("RecordingStatus") ?? "completed";
  const fields = { call: callSid, biz: deps.register.find(callSid)?.businessId, recordingSid, status };
  deps.log.debug("CALL", "message recorded", fields);
  if (status === "completed" && /^RE[0-9a-f]{32}$/i.test(recordingSid))
    await withinPatience(deps, "recording", async () => {
      const businessId = await businessOf(deps, webhook);
      const durationSeconds = wholeSeconds(form.get("RecordingDuration"));
      const to = parsePhone(form.get("To") ?? "");
      const caller = to && { caller: { from: callerNumber(form.get("From")), to } };
      if (businessId) await deps.callLog.recording({ businessId, callSid, recordingSid, durationSeconds, ...caller });
      else deps.log.warn("CALL", "a message of a call that is nobody's is left alone", fields);
    });
  return { kind: "thanks" };
}

/**
 * `/webhook/stream_status`: a call that streams is in progress, which Twilio reports for incoming calls nowhere else.
 * The rest is for the log: the socket and the watchdogs know sooner what they need.
 */
export async function takeStreamStatus(deps: VoiceWebhookDeps, webhook: Webhook): Promise<void> {
  const { callSid, form } = webhook;
  const event = form.get("StreamEvent") ?? "";
  const fields = { call: callSid, stream: form.get("StreamSid"), event, error: form.get("StreamError") };
  if (event === "stream-error") deps.log.warn("CALL", "the provider could not stream", fields);
  else deps.log.debug("CALL", "stream status", fields);
  if (event === "stream-started") await keepStatus(deps, webhook, "in-progress", null);
}

/** A length the provider tells; anything but a whole number of at most a day is not believed. */
function wholeSeconds(text: string | undefined): number | null {
  const seconds = /^\d{1,6}$/.test(text ?? "") ? Number(text) : null;
  return seconds !== null && seconds <= 86_400 ? seconds : null;
}
