import { describe, expect, test } from "bun:test";
import { createVirtualClock } from "./clock.ts";

describe("the virtual clock", () => {
  test("fires what falls due in order of time, then of making, and sees the right now", () => {
    const clock = createVirtualClock();
    const log: string[] = [];
    const note = (name: string) => () => log.push(`${name}@${clock.nowMs()}`);
    clock.after(30, note("c"));
    clock.after(10, note("a"));
    clock.after(10, note("b"));
    clock.after(31, note("never"));
    clock.advance(30);
    expect(log).toEqual(["a@10", "b@10", "c@30"]);
    expect(clock.pending).toBe(1);
  });

  test("timers made by timers take part in the same advance", () => {
    const clock = createVirtualClock();
    const log: number[] = [];
    clock.after(10, () => clock.after(10, () => log.push(clock.nowMs())));
    clock.advance(25);
    expect(log).toEqual([20]);
  });

  test("a period repeats until it is cancelled, also from inside itself", () => {
    const clock = createVirtualClock();
    let fired = 0;
    const timer = clock.every(20, () => {
      if (++fired === 3) timer.cancel();
    });
    clock.advance(1_000);
    expect(fired).toBe(3);
    expect(clock.pending).toBe(0);
  });

  test("a cancelled timer never fires, and the wall clock moves with the time", () => {
    const clock = createVirtualClock(Temporal.Instant.from("2026-03-27T01:00:00Z"));
    clock.after(5, () => expect.unreachable()).cancel();
    clock.advance(1_500);
    expect(clock.instant().toString()).toBe("2026-03-27T01:00:01.5Z");
  });
});
