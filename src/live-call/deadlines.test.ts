import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Deadlines } from "./deadlines.ts";

const names = ["a", "b", "c"] as const;
type Name = (typeof names)[number];

describe("deadlines", () => {
  test("are taken once, earliest first, not before their time", () => {
    const deadlines = new Deadlines<Name>(names);
    deadlines.arm("a", 30);
    deadlines.arm("b", 10);
    expect(deadlines.take(9)).toBe(null);
    expect([deadlines.take(40), deadlines.take(40), deadlines.take(40)]).toEqual(["b", "a", null]);
  });

  test("arming again moves the moment; armNoLater only to an earlier one", () => {
    const deadlines = new Deadlines<Name>(names);
    deadlines.arm("a", 10);
    deadlines.arm("a", 20);
    deadlines.armNoLater("a", 30);
    expect(deadlines.take(19)).toBe(null);
    deadlines.armNoLater("a", 15);
    expect(deadlines.take(15)).toBe("a");
  });

  test("a standstill moves everything that is armed, and nothing else", () => {
    const deadlines = new Deadlines<Name>(names);
    deadlines.arm("a", 10);
    deadlines.postpone(100);
    deadlines.arm("b", 60);
    expect(deadlines.take(59)).toBe(null);
    expect(deadlines.take(60)).toBe("b");
    expect(deadlines.take(109)).toBe(null);
    expect(deadlines.take(110)).toBe("a");
    expect(deadlines.take(1e9)).toBe(null);
  });

  test("behave like a plain map of moments", () => {
    const step = fc.record({
      do: fc.constantFrom("arm", "armNoLater", "disarm", "take", "disarmAll"),
      name: fc.constantFrom(...names),
      at: fc.integer({ min: 0, max: 100 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const deadlines = new Deadlines<Name>(names);
        const model = new Map<Name, number>();
        for (const { do: what, name, at } of steps) {
          if (what === "arm") deadlines.arm(name, at);
          else if (what === "armNoLater") deadlines.armNoLater(name, at);
          else if (what === "disarm") deadlines.disarm(name);
          else if (what === "disarmAll") deadlines.disarmAll();
          if (what === "arm" || (what === "armNoLater" && at < (model.get(name) ?? Infinity))) model.set(name, at);
          if (what === "disarm") model.delete(name);
          if (what === "disarmAll") model.clear();
          if (what !== "take") continue;
          const due = names.filter((candidate) => (model.get(candidate) ?? Infinity) <= at);
          const first = due.reduce<Name | null>(
            (best, candidate) => (best === null || model.get(candidate)! < model.get(best)! ? candidate : best),
            null,
          );
          expect(deadlines.take(at)).toBe(first);
          if (first !== null) model.delete(first);
        }
      }),
    );
  });
});
