import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Phone } from "../base/phone.ts";
import { refusedCall } from "./testing/refused-call.ts";
import { openStage, type Stage } from "./testing/stage.ts";
import { ringing, signedPost } from "./testing/wire.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await stage.addBusiness({ name: "מספרה", phone: "+97235550100" as Phone, greeting: "שלום" });
}, 60_000);
afterAll(() => stage.stop(), 60_000);

// Issue 2: a call row written while the database was away appears when it is back. It did not when the process ended first.
test("outage-then-restart: calls and a message that came while the database was away are in the log after the next start", async () => {
  const told = await signedPost(stage, "/webhook/incoming_call", ringing(stage, { From: "+972509998877" }));
  expect(told.status).toBe(200);
  stage.databaseLink.accept = "refuse";
  stage.databaseLink.reset();
  const form = await refusedCall(stage, "+972509998877");
  const message = { RecordingSid: stage.world.account.newSid("RE"), RecordingDuration: "9" };
  const left = await signedPost(stage, "/webhook/handle_recording", { ...form, CallStatus: "in-progress", ...message });
  expect(left.status).toBe(200);
  await stage.restart();
  const entry = await stage.entryOf(form.CallSid!);
  expect([entry.endReason, entry.from, entry.recordings.length]).toEqual(["fallback", "+972509998877", 1]);
  expect(stage.lines.filter((line) => line.includes(" lost"))).toEqual([]);
}, 90_000);
