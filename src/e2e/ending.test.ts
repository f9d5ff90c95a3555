import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { RunningProduct } from "../../scripts/product.ts";
import { limits } from "../limits.ts";
import { phraseText } from "../live-call/phrases-text.ts";
import type { Step } from "../sim/person.ts";
import type { CallReport } from "../sim/report.ts";
import type { Dialled } from "../sim/world.ts";
import type { CallEntry } from "./testing/call-entry.ts";
import { type Installation, install } from "./testing/installation.ts";
import { databaseFamily, familyOf, signalAll } from "./testing/processes.ts";
import { until } from "./testing/until.ts";

// Ends of a process with callers on the line: asked for once, asked for twice, and kill -9 of everything.
const phone = "+97235550100";
const greeting = "שלום, הגעתם למספרת דנה.";
const address = "אנחנו ברחוב הרצל שלושים ושתיים בתל אביב, ויש חניה ממול.";

interface House {
  home: Installation;
  product: RunningProduct;
  businessId: string;
}

const houses: Installation[] = [];
async function openHouse(): Promise<House> {
  const home = await install();
  houses.push(home);
  const product = await home.start();
  return { home, product, businessId: await home.addBusiness({ name: "מספרת דנה", phone, greeting }) };
}
afterAll(() => Promise.all(houses.map((home) => home.remove())), 60_000);

const dial = ({ home }: House, steps: readonly Step[], patienceMs = 60_000): Dialled =>
  home.world.dial({ name: "e2e", title: "", to: phone, steps, patienceMs });
/** Resolves when the caller has heard the whole greeting. */
const greeted = (dialled: Dialled) =>
  until(
    "the greeting heard",
    () => dialled.call.ear.lastAudible > 0 && dialled.call.line - dialled.call.ear.lastAudible > 8 * 300,
  );
const statusOf = async (url: string, path: string): Promise<number> => (await fetch(`${url}${path}`)).status;

describe("SIGTERM with a caller on the line", () => {
  let house: House;
  let exitCode: number;
  let live: CallReport;
  let late: CallReport;
  let readyAfterMs: number;
  let alive: number;
  let entry: CallEntry;
  let exitAfterMs: number;

  beforeAll(async () => {
    house = await openHouse();
    const { product, home, businessId } = house;
    const talking = dial(house, [
      { do: "listen" },
      { do: "wait", ms: 3_000 },
      { do: "say", text: "איפה אתם נמצאים?" },
      { do: "listen" },
      { do: "hangUp" },
    ]);
    await greeted(talking);
    process.kill(product.pid, "SIGTERM");
    const askedMs = performance.now();
    await until("ready to say no", async () => (await statusOf(product.url, "/health/ready")) === 503);
    readyAfterMs = performance.now() - askedMs;
    alive = await statusOf(product.url, "/health/live");
    late = await dial(house, [], 3_000).report;
    live = await talking.report;
    const overMs = performance.now();
    exitCode = await product.exited;
    exitAfterMs = performance.now() - overMs;
    entry = await home.entryOf(businessId, live.callSid);
  }, 60_000);

  test("ready says no at once, live says yes", () => {
    expect(readyAfterMs).toBeLessThan(500);
    expect(alive).toBe(200);
  });
  test("a new caller leaves a message instead of hearing nothing", () => {
    expect(late.moments.map(({ name }) => name)).toContainEqual(expect.stringContaining("plays fallback"));
    expect(late.problems).toEqual([]);
  });
  test("the live call goes on to its own end, questions are still answered", () => {
    expect(live.heard.map(({ text }) => text)).toEqual([greeting, address]);
    expect(live.endedBy).toBe("caller");
    expect(live.problems).toEqual([]);
  });
  test("then the process ends with code 0, soon after the last call, and its database with it", () => {
    expect(exitCode).toBe(0);
    expect(exitAfterMs).toBeLessThan(5_000);
    expect(databaseFamily(house.home.storageDir)).toEqual([]);
  });
  test("nothing of the call is lost: words, recording and what Twilio reported of its end", () => {
    expect(entry.turns.map(({ text }) => text)).toEqual([greeting, "איפה אתם נמצאים?", address]);
    expect(entry.recordings.map(({ status }) => status)).toEqual(["stored"]);
    expect(entry).toMatchObject({ endReason: "caller_hung_up", status: "completed" });
    expect(entry.billedSeconds).toBeGreaterThan(5);
  });
});

describe("a second SIGTERM", () => {
  test("gives live calls ten seconds, says goodbye, and the process ends with code 0", async () => {
    const house = await openHouse();
    const { product } = house;
    const talking = dial(house, [{ do: "listen" }, { do: "wait", ms: 60_000 }]);
    await greeted(talking);
    process.kill(product.pid, "SIGTERM");
    await until("draining", async () => (await statusOf(product.url, "/health/ready")) === 503);
    process.kill(product.pid, "SIGTERM");
    const askedMs = performance.now();
    expect(await product.exited).toBe(0);
    expect(performance.now() - askedMs).toBeLessThan(limits.drainHurryMs + 8_000);
    const report = await talking.report;
    expect(report.heard.at(-1)!.text).toBe(phraseText(["he"], "shutdown_goodbye"));
    expect(report.problems).toEqual([]);
    expect(report.endedBy).toBe("rest");
    expect(await house.home.entryOf(house.businessId, report.callSid)).toMatchObject({ endReason: "shutdown" });
  }, 60_000);
});

describe.if(process.platform === "linux")("kill -9 of the product and its database in the middle of calls", () => {
  let house: House;
  let cut: CallReport[];
  let before: CallEntry;
  let after: CallEntry;
  let lost: CallEntry[];
  let log: string;
  let startMs: number;

  beforeAll(async () => {
    house = await openHouse();
    const { home, product, businessId } = house;
    const whole = await dial(house, [{ do: "listen" }, { do: "hangUp" }]).report;
    before = await home.entryOf(
      businessId,
      whole.callSid,
      ({ recordings, costAgorot }) => recordings.length > 0 && costAgorot !== null,
    );
    const talking = [dial(house, [{ do: "wait", ms: 30_000 }]), dial(house, [{ do: "wait", ms: 30_000 }])];
    await Promise.all(talking.map(greeted));
    const acknowledged = talking.map(({ call }) => call.sid);
    for (const callSid of acknowledged)
      await home.entryOf(businessId, callSid, ({ turns, status }) => status === "in-progress" && turns.length > 0);
    signalAll([...familyOf(product.pid), ...databaseFamily(home.storageDir)], "SIGKILL");
    await product.exited;
    cut = await Promise.all(talking.map(({ report }) => report));
    const askedMs = performance.now();
    const second = await home.start();
    startMs = performance.now() - askedMs;
    after = await home.entryOf(businessId, whole.callSid);
    lost = await Promise.all(acknowledged.map((callSid) => home.entryOf(businessId, callSid)));
    log = second.log();
    cut.push(await dial(house, [{ do: "listen" }, { do: "hangUp" }]).report);
  }, 90_000);

  test("the next start works and is quick", () => {
    expect(startMs).toBeLessThan(8_000);
  });
  test("what was acknowledged is there: the finished call, unchanged; rows and words of the running ones", () => {
    expect({ ...after, summary: null }).toEqual({ ...before, summary: null });
    for (const { turns } of lost) expect(turns[0]!.text).toBe(greeting);
  });
  test("the calls that were open are closed as lost, with one line that counts them", () => {
    for (const { endReason, endedAt } of lost) {
      expect(endReason).toBe("lost");
      expect(endedAt).not.toBeNull();
    }
    expect(log).toMatch(/ warn \[CALL\] calls that an earlier process lost are closed count=2\n/);
  });
  test("the next caller is served as ever", () => {
    const next = cut.at(-1)!;
    expect(next.heard[0]!.text).toBe(greeting);
    expect(next.problems).toEqual([]);
  });
});
