import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { TurnRecord } from "./journal.ts";
import { heardPart, Transcript } from "./transcript.ts";

describe("the heard part of a sentence", () => {
  const rows: readonly [string, number, number, number, string][] = [
    ["one two three four", 0, 1_000, 1_000, "one two three four"],
    ["one two three four", 0, 500, 1_000, "one two"],
    ["one two three four", 500, 1_000, 1_000, "three four"],
    ["one two three four", 0, 0, 1_000, ""],
    ["one two three four", 0, 10, 1_000, ""],
    ["one", 0, 800, 1_000, ""],
    ["", 0, 500, 1_000, ""],
    ["one two", 0, 500, 0, ""],
  ];
  for (const [text, from, to, received, expected] of rows) {
    test(`"${text}" heard ${from}-${to} of ${received} ms → "${expected}"`, () => {
      expect(heardPart(text, from, to, received)).toBe(expected);
    });
  }

  test("before and after any cut are whole words and together the sentence", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("כן", "אפשר", "מחר", "בשעה", "ארבע"), { minLength: 1 }),
        fc.nat(1_000),
        (words, cut) => {
          const text = words.join(" ");
          const parts = [heardPart(text, 0, cut, 1_000), heardPart(text, cut, 1_000, 1_000)].filter(
            (part) => part !== "",
          );
          expect(parts.join(" ")).toBe(text);
        },
      ),
    );
  });
});

function written(): { transcript: Transcript; turns: TurnRecord[] } {
  const turns: TurnRecord[] = [];
  return { transcript: new Transcript((turn) => turns.push(turn)), turns };
}

describe("who said what and when", () => {
  test("words before audio, audio before words: a turn is written once, when both are there", () => {
    const { transcript, turns } = written();
    transcript.text("assistant", "a", "hello ", false);
    transcript.text("assistant", "a", "hello there", true);
    transcript.began("a", 100);
    expect(turns).toEqual([]);
    transcript.heard("a", 900, 1_000);
    transcript.began("b", 2_000);
    transcript.heard("b", 500, 2_500);
    transcript.text("assistant", "b", "later", true);
    transcript.text("assistant", "b", "again", true);
    expect(turns).toEqual([
      { role: "assistant", text: "hello there", startMs: 100, endMs: 1_000, interrupted: false },
      { role: "assistant", text: "later", startMs: 2_000, endMs: 2_500, interrupted: false },
    ]);
  });

  test("a cut is written when it stands, and not when the rest was heard after all", () => {
    const { transcript, turns } = written();
    transcript.text("assistant", "a", "one two three four", true);
    transcript.began("a", 0);
    transcript.cut("a", 500, 1_000, 500);
    expect(transcript.history(9)).toEqual([{ role: "assistant", text: "one two" }]);
    transcript.heard("a", 1_000, 3_000);
    transcript.settleCuts();
    expect(turns).toEqual([
      { role: "assistant", text: "one two three four", startMs: 0, endMs: 3_000, interrupted: false },
    ]);
  });

  test("words that come after the cut belong to audio nobody heard", () => {
    const { transcript, turns } = written();
    transcript.text("assistant", "a", "one two", false);
    transcript.began("a", 0);
    transcript.cut("a", 500, 500, 500);
    transcript.text("assistant", "a", "one two three four", true);
    transcript.settleCuts();
    expect(turns[0]?.text).toBe("one two");
  });

  test("history is in the order of time, heard only, without fillers, the newest lines", () => {
    const { transcript } = written();
    transcript.text("assistant", "late", "never heard", true);
    transcript.phrase("f", "one moment", true);
    transcript.began("f", 50);
    transcript.heard("f", 100, 150);
    for (let turn = 0; turn < 30; turn++) {
      transcript.text("caller", `c${turn}`, `said ${turn}`, true);
      transcript.callerTurn(`c${turn}`, turn * 1_000, turn * 1_000 + 500);
    }
    expect(transcript.history(20).map((line) => line.text)).toEqual(
      Array.from({ length: 20 }, (_, line) => `said ${line + 10}`),
    );
    expect(transcript.history(100).length).toBe(30);
  });

  test("an empty transcript of the caller leaves no turn", () => {
    const { transcript, turns } = written();
    transcript.callerTurn("c", 0, 500);
    transcript.text("caller", "c", "  ", true);
    transcript.finish(1_000);
    expect(turns).toEqual([]);
  });

  test("the end of the call writes what has words", () => {
    const { transcript, turns } = written();
    transcript.callerTurn("c", 0, 500);
    transcript.text("caller", "c", "half a sen", false);
    transcript.finish(1_000);
    expect(turns).toEqual([{ role: "caller", text: "half a sen", startMs: 0, endMs: 500, interrupted: false }]);
  });
});
