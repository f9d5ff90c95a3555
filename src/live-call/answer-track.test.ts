import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { AnswerTrack } from "./answer-track.ts";
import type { AnswerOutcome } from "./engine.ts";

const outcome = (answerId: string, status: AnswerOutcome["status"], produced: boolean): AnswerOutcome => ({
  answerId,
  status,
  reason: null,
  produced,
});

describe("which answer counts", () => {
  test("asked for, begun, heard, over", () => {
    const track = new AnswerTrack();
    expect(track.open).toBe(false);
    track.expect();
    expect(track.open).toBe(true);
    track.started("a");
    expect([track.open, track.spoke]).toEqual([true, false]);
    expect([track.speaking("item"), track.speaking("item")]).toEqual([true, false]);
    expect(track.spoke).toBe(true);
    expect(track.ended(outcome("a", "completed", true))).toBe("spoken");
    expect(track.open).toBe(false);
  });

  const ends = [
    ["completed", true, "spoken"],
    ["completed", false, "empty"],
    ["incomplete", true, "spoken"],
    ["incomplete", false, "empty"],
    ["failed", true, "spoken"],
    ["failed", false, "empty"],
    ["cancelled", true, "spoken"],
    ["cancelled", false, "cancelled"],
  ] as const;
  for (const [status, produced, end] of ends) {
    test(`${status}, ${produced ? "something" : "nothing"} produced → ${end}`, () => {
      const track = new AnswerTrack();
      track.started("a");
      expect(track.ended(outcome("a", status, produced))).toBe(end);
    });
  }

  test.each([
    ["failed", "connection_lost", "broken_off"],
    ["incomplete", "max_output_tokens", "broken_off"],
    ["incomplete", "content_filter", "spoken"],
  ] as const)("%s in the middle of a sentence (%s) → %s", (status, reason, end) => {
    const track = new AnswerTrack();
    track.started("a");
    track.speaking("item");
    expect(track.ended({ answerId: "a", status, reason, produced: true })).toBe(end);
    expect(track.item).toBe("item");
  });

  test("a cancelled answer is mute until its end or the next beginning", () => {
    const track = new AnswerTrack();
    track.started("a");
    track.cancelled();
    expect([track.muted, track.open]).toEqual([true, false]);
    expect(track.ended(outcome("a", "cancelled", true))).toBe("late");
    expect(track.muted).toBe(false);
    track.started("b");
    track.cancelled();
    track.started("c");
    expect(track.muted).toBe(false);
    expect(track.ended(outcome("b", "cancelled", false))).toBe("late");
    expect(track.open).toBe(true);
  });

  test("cancelling what has not begun mutes nothing", () => {
    const track = new AnswerTrack();
    track.expect();
    track.cancelled();
    expect([track.muted, track.open]).toEqual([false, false]);
  });

  test("an engine without answers is never mute and never waited for once it speaks", () => {
    const track = new AnswerTrack();
    track.expect();
    expect([track.speaking("item"), track.speaking("item")]).toEqual([true, false]);
    track.cancelled();
    expect([track.muted, track.open]).toEqual([false, false]);
  });

  test("whatever happens, a beginning unmutes and an end closes", () => {
    const steps = fc.array(fc.constantFrom("expect", "start", "speak", "cancel", "end", "late"), { maxLength: 40 });
    fc.assert(
      fc.property(steps, (inputs) => {
        const track = new AnswerTrack();
        let id = 0;
        for (const input of inputs) {
          if (input === "expect") track.expect();
          else if (input === "start") track.started(`a${++id}`);
          else if (input === "speak") track.speaking("item");
          else if (input === "cancel") track.cancelled();
          else track.ended(outcome(input === "end" ? `a${id}` : "other", "completed", true));
          if (input === "start") expect([track.muted, track.open]).toEqual([false, true]);
          if (input === "cancel") expect(track.open).toBe(false);
          if (input === "late") expect(track.muted).toBe(false);
        }
        track.started("last");
        expect(track.ended(outcome("last", "completed", true))).toBe("spoken");
        expect(track.open).toBe(false);
      }),
    );
  });
});
