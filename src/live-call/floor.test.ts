import { describe, expect, test } from "bun:test";
import { type Floor, type FloorAction, type FloorInput, floorInputs, floors, stepFloor } from "./floor.ts";

/** Every cell that is not empty; all others must change nothing. */
const rows: readonly [Floor, FloorInput, Floor, FloorAction][] = [
  ["listening", "answer_expected", "thinking", "wait_for_audio"],
  ["listening", "audio_sent", "speaking", "speak"],
  ["thinking", "answer_expected", "thinking", "wait_for_audio"],
  ["thinking", "audio_sent", "speaking", "speak"],
  ["thinking", "answer_over", "listening", "listen"],
  ["thinking", "caller_interrupted", "listening", "listen"],
  ["speaking", "heard_all", "listening", "listen"],
  ["speaking", "heard_all_more_coming", "thinking", "wait_for_audio"],
  ["speaking", "caller_interrupted", "listening", "listen"],
];

describe("whose turn it is", () => {
  for (const floor of floors) {
    for (const input of floorInputs) {
      const row = rows.find(([from, on]) => from === floor && on === input);
      const expected: string[] = row ? [row[2], row[3]] : [floor, "none"];
      test(`${floor} × ${input} → ${expected.join(", ")}`, () => {
        expect<string[]>([...stepFloor(floor, input)]).toEqual(expected);
      });
    }
  }

  test("from everywhere one step leads back to listening (V9)", () => {
    for (const floor of floors) {
      const ways = floorInputs.filter((input) => stepFloor(floor, input)[0] === "listening");
      expect(ways.length).toBeGreaterThan(0);
    }
  });

  test("whoever arrives at listening is told so, exactly then", () => {
    for (const floor of floors) {
      for (const input of floorInputs) {
        const [next, action] = stepFloor(floor, input);
        expect(action === "listen").toBe(next === "listening" && floor !== "listening");
      }
    }
  });
});
