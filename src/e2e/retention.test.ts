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
  await stage.addBusiness({ name: "מספרת דנה", phone: salon, greeting: "שלום, הגעתם למספרת דנה. השיחה מוקלטת." });
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
const inWords = "תחזרו אליי בבקשה.";
const leaveMessage = (to: Phone): Promise<CallReport> =>
  stage.world.dial({
    name: "e2e",
    title: "",
    to,
    faults: { resetAtMs: 1_000 },
    steps: [
      { do: "wait", ms: 1_500 },
      { do: "listen", quietMs: 1_500 },
      { do: "say", text: inWords },
      { do: "hangUp" },
    ],
    patienceMs: 40_000,
  }).report;
const gone = async (report: CallReport): Promise<boolean> =>
  (await recordingsOf(report)).every(
    ({ status, deletedAt, bytes }) => status === "deleted" && deletedAt !== null && bytes === null,
  );

/** What there was at four moments of one story. */
const facts = {
  atFirst: { files: 0, atTwilio: 0 },
  afterTheFirstSweep: { files: 0, theirs: false },
  whenTwilioIsBack: { files: 0, deletedThere: false },
  before48Hours: { files: 0, ours: false, theirsLater: false },
  after48Hours: { files: 0 },
};
let message: CallReport;

beforeAll(async () => {
  await withTenant(stage.db, garageId, (tx) =>
    saveSettings({ businessId: garageId, actor: { kind: "system" }, tx }, { recordingDays: 0 }),
  );
  // Twilio's REST API is away at first: what is due there has to be asked for again.
  stage.world.account.restFault = 503;
  const [call, left, other] = await Promise.all([talk(salon), leaveMessage(salon), talk(garage)]);
  message = left;
  await Promise.all([call, message, other].map((each) => stored(each, 1)));
  const atTwilio = [...stage.world.account.recordings.values()];
  facts.atFirst = { files: sounds().length, atTwilio: atTwilio.filter(({ deleted }) => !deleted).length };

  clock.leap(hourMs + 1_000);
  await until("the garage's recording deleted", () => gone(other));
  facts.afterTheFirstSweep = { files: sounds().length, theirs: await gone(other) };

  stage.world.account.restFault = null;
  await until("Twilio's copy deleted", () => atTwilio.every(({ deleted }) => deleted), 60_000);
  await stored(message, 2);
  // Written down before its sound is gone: on a busy machine that takes a while.
  await stage.entryOf(message.callSid, ({ turns }) => turns.some(({ text }) => text === inWords));
  facts.whenTwilioIsBack = { files: sounds().length, deletedThere: atTwilio.every(({ deleted }) => deleted) };

  clock.leap(45 * hourMs);
  const later = await talk(garage);
  await stored(later, 1);
  clock.leap(hourMs);
  await until("the garage's later recording deleted", () => gone(later));
  facts.before48Hours = { files: sounds().length, ours: await gone(call), theirsLater: await gone(later) };

  clock.leap(2 * hourMs);
  await until("everything deleted", async () => (await gone(call)) && (await gone(message)), 30_000);
  facts.after48Hours = { files: sounds().length };
}, 150_000);

describe("recordings", () => {
  test("of a business that keeps none are deleted with the next sweep, the others' stay", () => {
    expect(facts.atFirst).toEqual({ files: 3, atTwilio: 1 });
    expect(facts.afterTheFirstSweep).toEqual({ files: 2, theirs: true });
  });
  test("lie at Twilio only until our copy is safe, also when Twilio does not answer at first", () => {
    expect(facts.whenTwilioIsBack).toEqual({ files: 3, deletedThere: true });
  });
  test("are kept for two days, also when others' are swept beside them", () => {
    expect(facts.before48Hours).toEqual({ files: 3, ours: false, theirsLater: true });
  });
  test("and hardly an hour longer: no file, no bytes, a row that says when", () => {
    expect(facts.after48Hours).toEqual({ files: 0 });
  });
  test("take nothing else with them: words and status stay", async () => {
    const { turns, status } = await stage.entryOf(message.callSid);
    expect(turns.map(({ text }) => text)).toContain(inWords);
    expect(status).toBe("completed");
  });
});
