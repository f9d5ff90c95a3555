import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isBackchannel } from "./backchannels.ts";
import { type InterruptionVerdict, judgeInterruption } from "./judge.ts";

describe("was the interruption meant?", () => {
  const rows: [string, number, number, boolean, string | null, number, InterruptionVerdict][] = [
    // what happened, spokenMs, voicedMs, speaking, transcript, sinceMs, verdict
    ["still in the first word", 300, 200, true, null, 200, "undecided"],
    ["talks on for a second", 1_000, 500, true, null, 700, "meant"],
    ["a question was understood", 700, 400, false, "כמה זה עולה?", 900, "meant"],
    ["a short no", 250, 160, false, "לא", 600, "meant"],
    ["wait", 400, 240, false, "רגע", 600, "meant"],
    ["yes", 250, 160, false, "כן.", 600, "false_stop"],
    ["yes yes, okay", 600, 360, false, "כן כן, אוקיי", 900, "false_stop"],
    ["aha, in English", 300, 200, false, "Uh-huh", 700, "false_stop"],
    ["the transcriber heard nothing", 300, 200, false, "", 700, "false_stop"],
    ["short, no transcript yet", 300, 200, false, null, 800, "undecided"],
    ["short, and no transcript comes", 300, 200, false, null, 1_200, "false_stop"],
    ["longer, the transcript may still come", 700, 400, false, null, 1_500, "undecided"],
    ["longer, and time is up", 700, 400, false, null, 1_800, "false_stop"],
    ["backchannel transcript of a long turn", 1_500, 800, false, "כן", 1_700, "meant"],
    ["speaks again when time is up", 500, 300, true, null, 1_800, "meant"],
    ["a fit of coughs, which may still be a sentence", 1_450, 220, false, null, 1_200, "undecided"],
    ["a fit of coughs, and no words come", 1_450, 220, false, null, 1_800, "false_stop"],
    ["a fit of coughs, and the transcriber heard nothing", 1_450, 220, false, "", 1_500, "false_stop"],
    ["few vowels came through the noise, but words did", 1_450, 220, false, "כמה זה עולה?", 1_500, "meant"],
  ];
  for (const [label, spokenMs, voicedMs, speaking, transcript, sinceMs, verdict] of rows) {
    test(label, () =>
      expect(judgeInterruption({ spokenMs, voicedMs, speaking, transcript, turnTaken: false, sinceMs })).toBe(verdict),
    );
  }

  test("a turn without words: believed when it was long enough for a question, not when it may have been a cough", () => {
    const turn = { voicedMs: 200, speaking: false, transcript: null, turnTaken: true };
    expect(judgeInterruption({ ...turn, spokenMs: 700, sinceMs: 1_700 })).toBe("undecided");
    expect(judgeInterruption({ ...turn, spokenMs: 700, sinceMs: 1_800 })).toBe("meant");
    expect(judgeInterruption({ ...turn, spokenMs: 300, sinceMs: 1_200 })).toBe("false_stop");
  });

  test("it is always decided early enough to resume within 2 s", () => {
    const evidence = fc.record({
      spokenMs: fc.nat(5_000),
      voicedMs: fc.nat(5_000),
      speaking: fc.boolean(),
      transcript: fc.option(fc.string()),
      turnTaken: fc.boolean(),
      sinceMs: fc.integer({ min: 1_800, max: 10_000 }),
    });
    fc.assert(fc.property(evidence, (each) => judgeInterruption(each) !== "undecided"));
  });

  test("over every combination: words decide, nobody is talked over, and without words it takes its time", () => {
    const lengths = [100, 450, 451, 999, 1_000].flatMap((ms) => [0, 239, 240].map((voiced) => [ms, voiced] as const));
    for (const transcript of [null, "", "כן", "כמה זה עולה?"]) {
      for (const speaking of [false, true]) {
        for (const turnTaken of [false, true]) {
          for (const [spokenMs, voicedMs] of lengths) {
            for (const sinceMs of [0, 1_199, 1_200, 1_799, 1_800]) {
              const evidence = { transcript, speaking, turnTaken, spokenMs, voicedMs, sinceMs };
              const verdict = judgeInterruption(evidence);
              const said = { ...evidence, verdict };
              const isTurn = spokenMs >= 1_000 && voicedMs >= 240;
              if (transcript === "כמה זה עולה?" || isTurn) expect(said).toMatchObject({ verdict: "meant" });
              else if (speaking) expect(verdict).not.toBe("false_stop");
              else if (transcript !== null) expect(said).toMatchObject({ verdict: "false_stop" });
              else if (sinceMs < 1_200) expect(said).toMatchObject({ verdict: "undecided" });
              if (sinceMs >= 1_800) expect(verdict).not.toBe("undecided");
            }
          }
        }
      }
    }
  });

  test("vowel points, dashes and capitals do not matter; four words are a sentence", () => {
    expect(isBackchannel("כֵּן")).toBe(true);
    expect(isBackchannel("OKAY!")).toBe(true);
    expect(isBackchannel("כן כן כן כן")).toBe(false);
    expect(isBackchannel("כן אבל")).toBe(false);
  });
});
