import { encodeMulaw } from "../../src/audio/mulaw.ts";
import { type BusinessId, type CallId, type CallSid, newId } from "../../src/base/ids.ts";
import type { Phone } from "../../src/base/phone.ts";
import { createSoundStore } from "../../src/calls/sound-store.ts";
import { identifyCustomer } from "../../src/crm/customers/identify.ts";
import { saveLead } from "../../src/crm/leads/save-lead.ts";
import { callEvents, calls, callTurns } from "../../src/db/schema/call.ts";
import { recordings } from "../../src/db/schema/recording.ts";
import { withTenant } from "../../src/db/tenant.ts";
import type { Stage } from "../../src/e2e/testing/stage.ts";
import { chain, frames, noise, voice } from "../../src/live-call/vad/testing/voice.ts";
import { CallTrace, TRACE_BARGE_IN } from "../../src/live-call/vad/trace.ts";
import { Vad } from "../../src/live-call/vad/vad.ts";

export const callLines = [
  ["assistant", "שלום, הגעתם לנדל״ן השרון, מדברת נועה. במה אפשר לעזור?", 0, 5_200, false],
  ["caller", "היי, ראיתי דירת ארבעה חדרים ברמת גן, היא עוד רלוונטית?", 5_900, 10_400, false],
  ["assistant", "כן, הדירה ברחוב ביאליק עדיין פנויה. היא בקומה שלישית, עם מעלית,", 11_100, 16_300, true],
  ["caller", "רגע, יש שם חנייה? זה הכי חשוב לי.", 16_100, 20_000, false],
  ["assistant", "יש חנייה אחת רשומה בטאבו. רוצה שנקבע לראות אותה?", 20_800, 26_000, false],
  ["caller", "כן, אפשר מחר בארבע וחצי", 26_800, 30_000, false],
] as const;

const stepsOfSpeech = callLines.filter(([who]) => who === "caller").map(([, , from, to]) => [from, to] as const);
const lengthMs = 32_000;
// From the webhook to the stream: words and events of the log count from the one, the sound from the other.
const ringingMs = 4_000;

const events = [
  [900, "first_response", { after_ms: 420 }],
  [11_100, "turn_latency", { speech_end: ringingMs + 10_400, first_frame_sent: ringingMs + 11_100, answer_ms: 700 }],
  [16_300, "barge_in", { rms: 820, heard_ms: 5_200 }],
  [27_500, "tool", { tool: "check_availability", ms: 42, ok: true }],
  [28_400, "tool", { tool: "book_meeting", ms: 61, ok: true }],
] as const;

/** One whole call of the business: words, events, a detector's real trace of a synthetic voice, a recording. Its id. */
export async function seedCall(stage: Stage, businessId: BusinessId, from = "+972524310022"): Promise<CallId> {
  const id = newId<CallId>();
  const { trace, stereo } = sounds();
  const recordingId = newId();
  const sound = await createSoundStore(stage.storageDir).saveCall(businessId, recordingId, stereo);
  const startedAt = Temporal.Now.instant().subtract({ minutes: 90 });
  await withTenant(stage.db, businessId, async (tx) => {
    const ctx = { businessId, actor: { kind: "assistant" as const }, tx };
    const { customerId } = await identifyCustomer(ctx, { kind: "phone", value: from }, "call");
    await saveLead(ctx, { customerId, source: "call", name: "דנה לוי" });
    await tx.insert(calls).values({
      id,
      businessId,
      callSid: `CA${id.replaceAll("-", "")}` as CallSid,
      fromPhone: from as Phone,
      toPhone: "+97235550100" as Phone,
      customerId,
      status: "completed",
      startedAt,
      endedAt: startedAt.add({ milliseconds: ringingMs + lengthMs }),
      durationMs: ringingMs + lengthMs,
      streamAtMs: ringingMs,
      endReason: "caller_hung_up",
      summary: "דנה מתעניינת בדירת 4 חדרים בביאליק 41, רמת גן. חנייה היא תנאי עבורה. נקבעה פגישה למחר ב-16:30.",
      costAgorot: 84,
      trace,
    });
    await tx.insert(callTurns).values(
      callLines.map(([role, text, startMs, endMs, interrupted], seq) => ({
        businessId,
        callId: id,
        seq,
        role,
        text,
        startMs: ringingMs + startMs,
        endMs: ringingMs + endMs,
        interrupted,
      })),
    );
    await tx.insert(callEvents).values(
      events.map(([atMs, kind, detail], seq) => ({
        businessId,
        callId: id,
        seq,
        atMs: ringingMs + atMs,
        kind,
        detail: { ...detail },
      })),
    );
    await tx.insert(recordings).values({
      id: recordingId,
      businessId,
      callId: id,
      origin: "stream",
      status: "stored",
      ...sound,
      deleteAfter: startedAt.add({ hours: 48 }),
    });
  });
  return id;
}

function sounds(): { trace: Uint8Array; stereo: Uint8Array } {
  const vad = new Vad();
  const trace = new CallTrace(lengthMs);
  let atMs = 0;
  const parts = stepsOfSpeech.flatMap(([from, to], index) => {
    const quiet = noise((from - atMs) / 1_000, 18, index + 1);
    atMs = to;
    return [quiet, voice((to - from) / 1_000, 1_800, index + 9)];
  });
  const caller = frames(chain(...parts, noise((lengthMs - atMs) / 1_000, 18, 7)));
  for (const [index, frame] of caller.entries()) {
    vad.push(frame, frame.length, null);
    trace.push(vad, index * 20 === 16_300 ? TRACE_BARGE_IN : 0, index * 20);
  }
  const left = Uint8Array.from(caller.flatMap((frame) => [...frame]));
  const right = encodeMulaw(
    Int16Array.from(left, (_, at) => {
      const ms = at / 8;
      const speaks = callLines.some(([who, , from, to]) => who === "assistant" && ms >= from && ms < to);
      return speaks ? Math.sin(at / 9) * 9_000 * (0.4 + 0.6 * Math.abs(Math.sin(ms / 160))) : 0;
    }),
  );
  const stereo = new Uint8Array(left.length * 2);
  for (let at = 0; at < left.length; at++) {
    stereo[at * 2] = left[at]!;
    stereo[at * 2 + 1] = right[at]!;
  }
  return { trace: trace.finish(), stereo };
}
