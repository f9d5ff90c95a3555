import { describe, expect, test } from "bun:test";
import {
  type Pending,
  type PendingHeard,
  type PendingInput,
  type PendingState,
  pendingStateOf,
  pendingTable,
  stepPending,
} from "./pending-slot.ts";

const offered = (...locals: [string, ...string[]]): Pending => ({
  kind: "offered",
  slots: locals.map((local, index) => ({ holdId: `hold-${index + 1}`, local })) as [
    { holdId: string; local: string },
    ...{ holdId: string; local: string }[],
  ],
});

const pendings: Record<PendingState, Pending> = {
  empty: { kind: "empty" },
  day: { kind: "day", date: "2026-11-25" },
  hour: { kind: "hour", time: "16:30" },
  one: offered("2026-11-25T16:30"),
  many: offered("2026-11-25T16:30", "2026-11-26T10:00"),
  stale: { kind: "stale", why: "expired" },
};
const heards: Record<PendingInput, PendingHeard> = {
  confirm: { input: "confirm" },
  aside_confirm: { input: "aside_confirm" },
  reject: { input: "reject" },
  choice: { input: "choice", slot: { holdId: "hold-2", local: "2026-11-26T10:00" } },
  slot: { input: "slot", date: "2026-11-30", time: "09:00" },
  day: { input: "day", date: "2026-11-30" },
  hour: { input: "hour", time: "09:00" },
  unclear: { input: "unclear" },
  leave: { input: "leave" },
  other: { input: "other" },
};
const everyPair = Object.keys(pendings).flatMap((state) =>
  Object.keys(heards).map((input) => [state, input] as [PendingState, PendingInput]),
);

describe("the rules people argue about (A6)", () => {
  const rules: [rule: string, Pending, PendingHeard, string][] = [
    ["כן, אפשר after one offer books it", pendings.one, heards.confirm, "book"],
    ["כן after two offers asks which", pendings.many, heards.confirm, "ask_which"],
    ["the second of two offers books that one", pendings.many, heards.choice, "book"],
    ["כן with a day and no hour asks for the hour", pendings.day, heards.confirm, "ask_hour"],
    ["כן with nothing at all asks for the hour", pendings.empty, heards.confirm, "ask_hour"],
    ["כן to a stale offer asks for day and hour again", pendings.stale, heards.confirm, "ask_day_and_hour"],
    ["an hour for a known day is looked up", pendings.day, heards.hour, "check"],
    ["a day for a known hour is looked up", pendings.hour, heards.day, "check"],
    ["who turns to a booked meeting has left the offer", pendings.one, heards.leave, "none"],
    ["a yes to another question books nothing", pendings.one, heards.aside_confirm, "ask_confirm"],
  ];
  for (const [rule, pending, heard, action] of rules)
    test(rule, () => expect(stepPending(pending, heard).action as string).toBe(action));
});

test("every state answers every input, and says why", () => {
  for (const [state, input] of everyPair) {
    const step = stepPending(pendings[state], heards[input]);
    const [next, action] = pendingTable[state][input];
    expect(pendingStateOf(step.pending)).toBe(next);
    expect(step.why).toBe(`${state}+${input}>${next}:${action}`);
  }
});

test("only a yes or a choice books, only what was offered, and nothing stays pending afterwards", () => {
  for (const [state, input] of everyPair) {
    const step = stepPending(pendings[state], heards[input]);
    if (step.action !== "book") continue;
    expect(["one", "many"]).toContain(state);
    expect(["confirm", "choice"]).toContain(input);
    expect(step.slot).toBeDefined();
    expect(step.pending).toEqual({ kind: "empty" });
  }
});

test("whatever is looked up has a date and a time", () => {
  for (const [state, input] of everyPair) {
    const step = stepPending(pendings[state], heards[input]);
    if (step.action === "check")
      expect(step.wanted).toEqual({
        date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        time: expect.stringMatching(/^\d\d:\d\d$/),
      });
  }
});

test("after a time that was not offered, a bare yes cannot book the old offer", () => {
  for (const input of ["slot", "day", "hour"] as const)
    for (const state of ["one", "many"] as const) {
      const moved = stepPending(pendings[state], heards[input]).pending;
      expect(stepPending(moved, heards.confirm).action).not.toBe("book");
    }
});

test("nothing stale survives one step", () => {
  for (const input of Object.keys(heards) as PendingInput[])
    expect(pendingStateOf(stepPending(pendings.stale, heards[input]).pending)).not.toBe("stale");
});
