import { describe, expect, test } from "bun:test";
import { type Phase, type PhaseAction, type PhaseInput, phaseInputs, phases, stepPhase } from "./phase.ts";

/** Every cell that is not empty: phase, input → phase, action. All others must change nothing. */
const rows: readonly [Phase, PhaseInput, Phase, PhaseAction][] = [
  ["answering", "line_attached", "streaming", "begin"],
  ["answering", "provider_ended", "ended", "finish"],
  ["answering", "hang_up", "ending", "hang_up"],
  ["answering", "fail", "fallback", "redirect"],
  ["answering", "next_asked", "ended", "finish"],
  ["streaming", "line_stopped", "stopped", "await_word"],
  ["streaming", "line_broken", "fallback", "await_next"],
  ["streaming", "provider_ended", "ended", "finish"],
  ["streaming", "transfer_announced", "handing_over", "close_line"],
  ["streaming", "hang_up", "ending", "hang_up"],
  ["streaming", "fail", "fallback", "redirect"],
  ["streaming", "next_asked", "ended", "finish"],
  ["streaming", "goodbye_begun", "parting", "none"],
  ["parting", "line_stopped", "ended", "finish"],
  ["parting", "line_broken", "ended", "finish"],
  ["parting", "provider_ended", "ended", "finish"],
  ["parting", "hang_up", "ending", "hang_up"],
  ["parting", "fail", "ending", "hang_up"],
  ["parting", "next_asked", "ended", "finish"],
  ["stopped", "provider_ended", "ended", "finish"],
  ["stopped", "next_asked", "ended", "finish"],
  ["stopped", "nobody_asked", "ended", "finish"],
  ["stopped", "given_up", "ended", "finish"],
  ["handing_over", "provider_ended", "ended", "finish"],
  ["handing_over", "next_asked", "ended", "finish"],
  ["handing_over", "fail", "fallback", "redirect"],
  ["handing_over", "nobody_asked", "fallback", "redirect"],
  ["handing_over", "given_up", "ended", "finish"],
  ["fallback", "provider_ended", "ended", "finish"],
  ["fallback", "next_asked", "ended", "finish"],
  ["fallback", "request_done", "ended", "finish"],
  ["fallback", "request_failed", "fallback", "close_line"],
  ["fallback", "nobody_asked", "fallback", "redirect"],
  ["fallback", "given_up", "ended", "finish"],
  ["ending", "line_stopped", "ended", "finish"],
  ["ending", "line_broken", "ended", "finish"],
  ["ending", "provider_ended", "ended", "finish"],
  ["ending", "next_asked", "ended", "finish"],
  ["ending", "request_done", "ended", "finish"],
  ["ending", "request_failed", "ending", "close_line"],
  ["ending", "given_up", "ended", "finish"],
];

describe("phases of a call", () => {
  for (const phase of phases) {
    for (const input of phaseInputs) {
      const row = rows.find(([from, on]) => from === phase && on === input);
      const expected: string[] = row ? [row[2], row[3]] : [phase, "none"];
      test(`${phase} × ${input} → ${expected.join(", ")}`, () => {
        expect<string[]>([...stepPhase(phase, input)]).toEqual(expected);
      });
    }
  }

  test("the end is written on the way into `ended` and nowhere else", () => {
    for (const phase of phases) {
      for (const input of phaseInputs) {
        const [next, action] = stepPhase(phase, input);
        expect(action === "finish").toBe(next === "ended" && phase !== "ended");
      }
    }
  });

  test("from every phase the provider's final word leads to the end", () => {
    for (const phase of phases) expect(stepPhase(phase, "provider_ended")[0]).toBe("ended");
  });

  test("no way leads back to a phase in which the assistant is on the line", () => {
    for (const phase of phases) {
      for (const input of phaseInputs) {
        expect(phases.indexOf(stepPhase(phase, input)[0])).toBeGreaterThanOrEqual(phases.indexOf(phase));
      }
    }
  });
});
