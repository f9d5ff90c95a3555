import { expect, test } from "bun:test";
import type { BusinessId, CallSid } from "../base/ids.ts";
import { limits } from "../limits.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { CallQuota } from "./call-quota.ts";

const business = "b1" as BusinessId;
const dana = "+972501234567";

function setUp() {
  const clock = createVirtualClock();
  const live = new Set<CallSid>();
  const quota = new CallQuota(clock, (callSid) => live.has(callSid));
  let calls = 0;
  const ring = (from: string, to = business) => {
    const callSid = `CA${++calls}` as CallSid;
    const over = quota.admit(to, from, callSid);
    if (over === null) live.add(callSid);
    return { over, hangUp: () => live.delete(callSid) };
  };
  return { clock, ring };
}

test("K12: three calls of one caller at once; a fourth when one of them is over", () => {
  const { ring } = setUp();
  const first = ring(dana);
  expect([ring(dana).over, ring(dana).over, ring(dana).over]).toEqual([null, null, "caller_at_once"]);
  first.hangUp();
  expect([ring(dana).over, ring(dana).over]).toEqual([null, "caller_at_once"]);
  expect([ring("+972509999999").over, ring(dana, "b2" as BusinessId).over]).toEqual([null, null]);
});

test("K12: ten calls of one caller in any hour; those that were refused do not count", () => {
  const { clock, ring } = setUp();
  for (let call = 0; call < limits.callsPerCallerPerHourMax; call++) {
    const { over, hangUp } = ring(dana);
    expect(over).toBeNull();
    hangUp();
    clock.advance(60_000);
  }
  for (let call = 0; call < 20; call++) expect(ring(dana).over).toBe("caller_per_hour");
  clock.advance(50 * 60_000);
  expect([ring(dana).over, ring(dana).over]).toEqual([null, "caller_per_hour"]);
});

test("K12: fifty calls a second of one business, hidden numbers included", () => {
  const { clock, ring } = setUp();
  const many = Array.from({ length: limits.webhooksPerSecondMax + 5 }, () => ring("").over);
  expect(many.filter((over) => over === null)).toHaveLength(limits.webhooksPerSecondMax);
  expect(many.at(-1)).toBe("business_per_second");
  expect(ring("", "b2" as BusinessId).over).toBeNull();
  clock.advance(1_000);
  expect(ring("").over).toBeNull();
});
