import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import type { BusinessId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { tasks } from "../db/schema/task.ts";
import { withTenant } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import type { LineFaults } from "../sim/faults.ts";
import type { CallReport } from "../sim/report.ts";
import type { CallEntry } from "./testing/call-entry.ts";
import { openStage, type Stage } from "./testing/stage.ts";
import { until } from "./testing/until.ts";

// What happens to callers whose line to us fails: every fault and one healthy call, all at once on one stage.
const greeting = "שלום, הגעתם למספרת דנה. השיחה מוקלטת.";
const message = "הלו? אפשר שתחזרו אליי בבקשה?";
const brokenAtMs = 4_000;
const faults = {
  "never starts its stream": { neverStart: true },
  "stops sending sound": { stall: { atMs: brokenAtMs, forMs: 600_000 } },
  "goes half-open": { halfOpenAtMs: brokenAtMs },
  "is cut off": { resetAtMs: brokenAtMs },
  "is stopped in mid-call": { stopAtMs: brokenAtMs },
  "stays well": {},
} satisfies Record<string, LineFaults>;
type Name = keyof typeof faults;
const broken = Object.keys(faults).filter((name) => name !== "stays well") as Name[];

let stage: Stage;
let businessId: BusinessId;
const reports = {} as Record<Name, CallReport>;
const entries = {} as Record<Name, CallEntry>;

async function call(name: Name, line: LineFaults, from: string): Promise<void> {
  const { report } = stage.world.dial({
    name,
    title: "",
    from,
    faults: line,
    steps: [
      { do: "wait", ms: name === "stays well" ? 3_000 : brokenAtMs + 1_000 },
      { do: "listen", quietMs: 2_500, maxMs: 30_000 },
      { do: "say", text: message },
      { do: "wait", ms: name === "stays well" ? 15_000 : 9_000 },
      { do: "hangUp" },
    ],
    patienceMs: 60_000,
  });
  reports[name] = await report;
  entries[name] = await stage.entryOf(
    reports[name].callSid,
    ({ turns, endReason }) => endReason !== null && turns.some(({ text }) => text === message),
  );
}

beforeAll(async () => {
  stage = await openStage();
  businessId = await stage.addBusiness({ name: "מספרת דנה", phone: "+97235550100" as Phone, greeting });
  const all = Object.entries(faults).map(([name, line], index) => call(name as Name, line, `+97254123450${index}`));
  await Promise.all(all);
}, 120_000);
afterAll(() => stage.stop(), 30_000);

const redirects = (name: Name): string[] =>
  stage.lines.filter((line) => line.includes(" WATCHDOG_REDIRECT ") && line.includes(`call=${reports[name].callSid}`));
const momentsOf = (name: Name, what: string): number[] =>
  reports[name].moments.filter(({ name: moment }) => moment.startsWith(what)).map(({ atMs }) => atMs);

describe.each(broken)("a line that %s", (name) => {
  test("is sent to the recording exactly once, and the log says why", () => {
    expect(redirects(name)).toHaveLength(1);
    expect(redirects(name)[0]).toMatch(/ warn WATCHDOG_REDIRECT reason=\w+ /);
    expect(momentsOf(name, "plays fallback")).toHaveLength(1);
    expect(momentsOf(name, "plays thanks")).toHaveLength(1);
  });
  test("loses no message: words in the call log, a lead, one task that quotes it, no recording left at Twilio", async () => {
    const { turns, endReason, leadId, id } = entries[name];
    expect(turns.filter(({ text }) => text === message)).toHaveLength(1);
    expect(endReason).toBe("fallback");
    expect(leadId).toBeString();
    const own = await withTenant(stage.db, businessId, (tx) => tx.select().from(tasks).where(eq(tasks.callId, id)));
    expect(own.map(({ status, detail }) => [status, detail])).toEqual([["open", message]]);
    const recordings = () =>
      [...stage.world.account.recordings.values()].filter(({ callSid }) => callSid === reports[name].callSid);
    await until("Twilio's copy deleted", () => recordings().length === 1 && recordings()[0]!.deleted);
  });
});

// The watchdogs look every 250 ms; the request to Twilio and its way back are ours to pay as well.
const slackMs = 1_000;
test("a stream that does not start is given up after eight seconds", () => {
  expect(redirects("never starts its stream")[0]).toContain("reason=no_start");
  const [redirected] = momentsOf("never starts its stream", "redirected");
  expect(redirected).toBeWithin(limits.streamStartMs - 200, limits.streamStartMs + slackMs);
});
test.each(["stops sending sound", "goes half-open"] as const)(
  "a line that %s is given up after six seconds",
  (name) => {
    expect(redirects(name)[0]).toContain("reason=no_media");
    const [redirected] = momentsOf(name, "redirected");
    expect(redirected).toBeWithin(brokenAtMs + limits.noMediaMs - 200, brokenAtMs + limits.noMediaMs + slackMs);
  },
);
test.each(["is cut off", "is stopped in mid-call"] as const)(
  "a line that %s needs no watchdog: Twilio asks what is next, and is told at once",
  (name) => {
    expect(momentsOf(name, "plays fallback")[0]).toBeWithin(brokenAtMs, brokenAtMs + slackMs);
  },
);
test("what was said before is kept, as far as it was heard", () => {
  for (const name of broken.filter((each) => each !== "never starts its stream")) {
    const [{ role, text }] = entries[name].turns as [CallEntry["turns"][number]];
    // On a busy machine the greeting is still being said when the line breaks.
    expect([role, greeting.startsWith(text)]).toEqual(["assistant", true]);
  }
});
test("no model session outlives its call", () => {
  expect(stage.world.model.live).toEqual([]);
});
test("the healthy call beside them heard everything, in time, and nothing of the others", () => {
  const { heard, problems, deadAirMs, endedBy } = reports["stays well"];
  expect(heard[0]!.text).toBe(greeting);
  for (const { heardMs, wholeMs } of heard) expect(heardMs).toBeGreaterThan(wholeMs - 30);
  expect(problems).toEqual([]);
  expect(endedBy).toBe("caller");
  expect(deadAirMs).toBeLessThan(limits.callerSilenceMs + 2_000);
  expect(redirects("stays well")).toEqual([]);
});
