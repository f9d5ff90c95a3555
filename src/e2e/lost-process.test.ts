import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { CallReport } from "../sim/report.ts";
import type { CallEntry } from "./testing/call-entry.ts";
import { greeted, type OpenShop, openShop, shopGreeting } from "./testing/open-shop.ts";
import { databaseFamily, familyOf, signalAll } from "./testing/processes.ts";

describe.if(process.platform === "linux")("kill -9 of the product and its database in the middle of calls", () => {
  let shop: OpenShop;
  let cut: CallReport[];
  let before: CallEntry;
  let after: CallEntry;
  let lost: CallEntry[];
  let log: string;
  let startMs: number;

  beforeAll(async () => {
    shop = await openShop();
    const { home, product, businessId } = shop;
    const whole = await shop.dial([{ do: "listen" }, { do: "hangUp" }]).report;
    before = await home.entryOf(
      businessId,
      whole.callSid,
      ({ recordings, costAgorot }) => recordings.length > 0 && costAgorot !== null,
    );
    const talking = [shop.dial([{ do: "wait", ms: 30_000 }]), shop.dial([{ do: "wait", ms: 30_000 }])];
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
    cut.push(await shop.dial([{ do: "listen" }, { do: "hangUp" }]).report);
  }, 90_000);
  afterAll(() => shop.home.remove(), 30_000);

  test("the next start works and is quick", () => {
    expect(startMs).toBeLessThan(8_000);
  });
  test("what was acknowledged is there: the finished call, unchanged; rows and words of the running ones", () => {
    expect({ ...after, summary: null }).toEqual({ ...before, summary: null });
    for (const { turns } of lost) expect(turns[0]!.text).toBe(shopGreeting);
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
    expect(next.heard[0]!.text).toBe(shopGreeting);
    expect(next.problems).toEqual([]);
  });
});
