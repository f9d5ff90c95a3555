import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { BusinessId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { withTenant } from "../db/tenant.ts";
import type { CallReport } from "../sim/report.ts";
import { saveSettings } from "../tenants/settings.ts";
import { createLeapingClock } from "./testing/leaping-clock.ts";
import { openStage, type Stage } from "./testing/stage.ts";
import { until } from "./testing/until.ts";

// Callers' voices are kept for two days, or as long as the business says, and then nowhere. Time is moved, not waited for.
const hourMs = 60 * 60_000;
const clock = createLeapingClock();
const salon = "+97235550100" as Phone;
const garage = "+97235550200" as Phone;
let stage: Stage;
let garageId: BusinessId;

beforeAll(async () => {
  stage = await openStage({ clock });
  await stage.addBusiness({ name: "מספרת דנה", phone: salon, greeting: "שלום, הגעתם למספרת דנה." });
  garageId = await stage.addBusiness({ name: "מוסך השרון", phone: garage, greeting: "מוסך השרון, שלום." });
}, 30_000);
afterAll(() => stage.stop(), 30_000);

const sounds = (): string[] => [...new Bun.Glob("**/*.wav").scanSync({ cwd: stage.storageDir, absolute: true })];
const recordingsOf = async ({ callSid }: CallReport) => (await stage.entryOf(callSid)).recordings;
const stored = (report: CallReport, count: number) =>
  stage.entryOf(
    report.callSid,
    ({ recordings }) => recordings.filter(({ status }) => status === "stored").length === count,
  );
const talk = (to: Phone): Promise<CallReport> =>
  stage.world.dial({ name: "e2e", title: "", to, steps: [{ do: "listen" }, { do: "hangUp" }], patienceMs: 20_000 })
    .report;
const leaveMessage = (to: Phone): Promise<CallReport> =>
  stage.world.dial({
    name: "e2e",
    title: "",
    to,
    faults: { resetAtMs: 1_000 },
    steps: [
      { do: "wait", ms: 1_500 },
      { do: "listen", quietMs: 1_500 },
      { do: "say", text: "תחזרו אליי בבקשה." },
      { do: "hangUp" },
    ],
    patienceMs: 40_000,
  }).report;
const gone = async (report: CallReport): Promise<boolean> =>
  (await recordingsOf(report)).every(
    ({ status, deletedAt, bytes }) => status === "deleted" && deletedAt !== null && bytes === null,
  );

describe("recordings", () => {
  let call: CallReport;
  let message: CallReport;
  let other: CallReport;

  beforeAll(async () => {
    await withTenant(stage.db, garageId, (tx) =>
      saveSettings({ businessId: garageId, actor: { kind: "system" }, tx }, { recordingDays: 0 }),
    );
    // Twilio's REST API is away at first: what is due there has to be asked for again.
    stage.world.account.restFault = 503;
    [call, message, other] = await Promise.all([talk(salon), leaveMessage(salon), talk(garage)]);
    await Promise.all([call, message, other].map((each) => stored(each, 1)));
  }, 60_000);

  test("of a business that keeps none are deleted with the next sweep, the others' stay", async () => {
    expect(sounds()).toHaveLength(3);
    clock.leap(hourMs + 1_000);
    await until("the garage's recording deleted", () => gone(other));
    expect(sounds()).toHaveLength(2);
  }, 30_000);
  test("lie at Twilio only until our copy is safe, also when Twilio does not answer at first", async () => {
    const atTwilio = [...stage.world.account.recordings.values()].filter(({ callSid }) => callSid === message.callSid);
    expect(atTwilio.map(({ deleted }) => deleted)).toEqual([false]);
    stage.world.account.restFault = null;
    await until("Twilio's copy deleted", () => atTwilio[0]!.deleted, 60_000);
    await stored(message, 2);
    expect(sounds()).toHaveLength(3);
  }, 80_000);
  test("are kept for two days, also when others' are swept beside them", async () => {
    clock.leap(45 * hourMs);
    const later = await talk(garage);
    await stored(later, 1);
    clock.leap(hourMs);
    await until("the garage's later recording deleted", () => gone(later));
    expect(await gone(call)).toBe(false);
    expect(sounds()).toHaveLength(3);
  }, 40_000);
  test("and hardly an hour longer: no file, no bytes, a row that says when", async () => {
    clock.leap(2 * hourMs);
    await until("everything deleted", async () => (await gone(call)) && (await gone(message)), 30_000);
    expect(sounds()).toEqual([]);
  }, 40_000);
  test("take nothing else with them: words and summary stay", async () => {
    const { turns, status } = await stage.entryOf(message.callSid);
    expect(turns.map(({ text }) => text)).toContain("תחזרו אליי בבקשה.");
    expect(status).toBe("completed");
  });
});
