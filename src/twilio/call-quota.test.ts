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
  clock.advance(5_000);
  const many = Array.from({ length: limits.webhooksPerSecondMax + 5 }, () => ring("").over);
  expect(many.filter((over) => over === null)).toHaveLength(limits.webhooksPerSecondMax);
  expect(many.at(-1)).toBe("business_per_second");
  expect(ring("", "b2" as BusinessId).over).toBeNull();
  clock.advance(999);
  expect(ring("").over).toBe("business_per_second");
  clock.advance(1);
  expect(ring("").over).toBeNull();
});

test("so many callers are remembered and no more: whoever called longest ago is forgotten first", () => {
  const { ring } = setUp();
  const often = (from: string) => {
    for (let call = 0; call < limits.callsPerCallerPerHourMax; call++) ring(from).hangUp();
    return ring(from).over;
  };
  const [early, regular] = ["+972500000001", "+972500000002"];
  expect([often(early), often(regular)]).toEqual(["caller_per_hour", "caller_per_hour"]);
  let others = 0;
  const stranger = () => ring(`+97254${String(++others).padStart(7, "0")}`, `b${others}` as BusinessId);
  while (others < limits.callersRemembered - 2) stranger();
  expect(ring(regular).over).toBe("caller_per_hour");
  stranger();
  expect([ring(regular).over, ring(early).over]).toEqual(["caller_per_hour", null]);
});
