import { describe, expect, test } from "bun:test";
import { DrizzleQueryError } from "drizzle-orm/errors";
import fc from "fast-check";
import { backoffMs } from "./backoff.ts";
import { BoundedQueue } from "./bounded-queue.ts";
import { AppError, describeError } from "./errors.ts";
import { newId, parseBusinessId, parseCallSid } from "./ids.ts";
import { maskPhone, parsePhone } from "./phone.ts";
import { seededRandom } from "./random.ts";

describe("phone numbers become E.164", () => {
  const rows: [string, string | null][] = [
    ["050-2234567", "+972502234567"],
    ["0502234567", "+972502234567"],
    ["972502234567", "+972502234567"],
    ["00972-50-2234567", "+972502234567"],
    ["+972502234567", "+972502234567"],
    ["03-1234567", "+97231234567"],
    ["+1 (415) 555-2671", "+14155552671"],
    ["+39061234567890", "+39061234567890"], // unknown plans are taken as the carrier delivered them
    ["*2700", null],
    ["anonymous", null],
    ["", null],
    ["+0123456789", null],
  ];
  for (const [said, want] of rows)
    test(`${said || "(empty)"} → ${want}`, () => expect(parsePhone(said) as string | null).toBe(want));
  test("a log holds the last four digits", () => expect(maskPhone("+972502234567")).toBe("…4567"));
});

describe("backoff", () => {
  const policy = { delaysMs: [5_000, 15_000, 30_000, 60_000], jitter: 0.1 };
  test("the last delay repeats", () => expect(backoffMs(policy, 9, () => 0.5)).toBe(60_000));
  test("jitter stays inside its share", () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer(), (attempt, seed) => {
        const base = policy.delaysMs[Math.min(attempt, 4) - 1] ?? 0;
        const delay = backoffMs(policy, attempt, seededRandom(seed));
        return delay >= base * 0.9 && delay <= base * 1.1;
      }),
    ));
});

describe("a bounded queue", () => {
  test("behaves like an array that refuses the newcomer when full", () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.option(fc.integer())), (capacity, steps) => {
        const queue = new BoundedQueue<number>(capacity);
        const model: number[] = [];
        for (const step of steps) {
          if (step === null) expect(queue.shift()).toBe(model.shift());
          else if (queue.push(step)) model.push(step);
          else expect(model.length).toBe(capacity);
          expect(queue.size).toBe(model.length);
          expect(queue.peek()).toBe(model[0]);
        }
      }),
    ));
});

describe("errors", () => {
  test("what the database said about a customer's data stays out of the log", () => {
    const driver = Object.assign(new Error("duplicate key (phone)=(+972502234567)"), {
      name: "PostgresError",
      code: "23505",
      constraint_name: "customers_phone",
    });
    for (const cause of [driver, Object.assign(new Error("write ECONNRESET"), { code: "ECONNRESET" })]) {
      const wrapped = new DrizzleQueryError("insert …", ["+972502234567"], cause);
      const line = describeError(new AppError("unavailable", "saving failed", { cause: wrapped }));
      expect(line).toContain(cause.code);
      expect(line).not.toContain("972502234567");
    }
  });
  test("anything that can be thrown has a line", () => {
    for (const thrown of [undefined, null, 7, "text", {}, new Error("x")])
      expect(describeError(thrown).length).toBeGreaterThan(0);
  });
});

describe("ids", () => {
  test("new ids sort by the moment they were made", () => {
    const ids = Array.from({ length: 50 }, () => newId());
    expect(ids.toSorted()).toEqual(ids);
  });
  test("only well-formed ids are taken", () => {
    expect(parseBusinessId(newId().toUpperCase())).not.toBeNull();
    expect(parseBusinessId("../../etc")).toBeNull();
    expect(parseCallSid(`CA${"0".repeat(32)}`)).not.toBeNull();
    expect(parseCallSid("CA123")).toBeNull();
  });
});
