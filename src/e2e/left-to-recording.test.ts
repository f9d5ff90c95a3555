import { afterAll, beforeAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import type { BusinessId, CallId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { calls } from "../db/schema/call.ts";
import { notifications } from "../db/schema/notification.ts";
import { recordings } from "../db/schema/recording.ts";
import { tasks } from "../db/schema/task.ts";
import { usage } from "../db/schema/usage.ts";
import { withSystem } from "../db/tenant.ts";
import { refusedCall } from "./testing/refused-call.ts";
import { openStage, type Stage } from "./testing/stage.ts";
import { until } from "./testing/until.ts";
import { signedPost } from "./testing/wire.ts";

// Calls that the webhook left to the recording (too many of one caller, a full house, a drain) stood open in the log until
// the next start, without an end, a length or a task, and then counted as lost (V12, V15).
let stage: Stage;
let businessId: BusinessId;
let callers = 0;

beforeAll(async () => {
  stage = await openStage();
  businessId = await stage.addBusiness({ name: "מספרה", phone: "+97235550100" as Phone, greeting: "שלום" });
}, 60_000);
afterAll(() => stage.stop(), 30_000);

const refused = () => refusedCall(stage, `+97250111${String(++callers).padStart(4, "0")}`);
const report = (form: Record<string, string>, extra: Record<string, string>) =>
  signedPost(stage, "/webhook/call_status", { ...form, ...extra });

/** All that is kept of one call. */
const kept = (callId: CallId) =>
  withSystem(stage.db, async (tx) => {
    const mine = await tx.select().from(tasks).where(eq(tasks.callId, callId));
    const told = await tx.select().from(notifications).where(eq(notifications.businessId, businessId));
    return {
      calls: await tx.select().from(calls).where(eq(calls.id, callId)),
      tasks: mine.map(({ title }) => title),
      told: told.filter(({ subject }) => mine.some(({ id }) => subject === `task:${id}`)).length,
      usage: (await tx.select().from(usage).where(eq(usage.callId, callId))).map(({ seconds }) => seconds),
      recordings: (await tx.select().from(recordings).where(eq(recordings.callId, callId))).length,
    };
  });

test("refused-call-stays-open: it ends at once with a reason and somebody to call back, whether or not its end is reported", async () => {
  const form = await refused();
  const { id, endReason, endedAt } = await stage.entryOf(form.CallSid!);
  expect([endReason, endedAt]).toEqual(["fallback", expect.anything()]);
  const { tasks, told } = await kept(id as CallId);
  expect([tasks, told]).toEqual([[`לחזור אל ${form.From}`], 1]);
});

test("refused-call-without-length: the last report brings what was billed, and however often and late it comes changes nothing more", async () => {
  const form = await refused();
  await report(form, { CallStatus: "completed" }); // as `Connect`'s action may tell it, before the callback that knows
  await report(form, { CallStatus: "completed", CallDuration: "64" });
  const { id } = await stage.entryOf(form.CallSid!, ({ durationMs }) => durationMs !== null);
  const before = await kept(id as CallId);
  const [call] = before.calls;
  expect(call).toMatchObject({ status: "completed", endReason: "fallback", durationMs: 64_000, billedSeconds: 64 });
  expect(call!.endedAt!.since(call!.startedAt).total("seconds")).toBe(64);
  expect(before.usage).toEqual([120]);
  expect(call!.costAgorot).toBeGreaterThan(0);
  for (const CallStatus of ["completed", "ringing", "busy", "completed"])
    await report(form, { CallStatus, CallDuration: "999" });
  expect(await kept(id as CallId)).toEqual(before);
});

test("two-tasks-for-one-caller: a message that is left as well belongs to the task that is there", async () => {
  const form = await refused();
  const message = { RecordingSid: stage.world.account.newSid("RE"), RecordingDuration: "9" };
  for (let again = 0; again < 3; again++)
    await signedPost(stage, "/webhook/handle_recording", { ...form, CallStatus: "in-progress", ...message });
  await report(form, { CallStatus: "completed", CallDuration: "15" });
  const { id } = await stage.entryOf(form.CallSid!, ({ durationMs }) => durationMs !== null);
  const found = await until("the message", async () => {
    const all = await kept(id as CallId);
    return all.recordings > 0 ? all : null;
  });
  expect([found.tasks.length, found.told, found.recordings]).toEqual([1, 1, 1]);
});

test("refused-call-comes-back-live: its webhook, sent again by whoever caught it, still gets the recording", async () => {
  const form = await refused();
  await stage.entryOf(form.CallSid!);
  const { body } = await signedPost(stage, "/webhook/incoming_call", form);
  expect(body).toContain("<Record");
});
