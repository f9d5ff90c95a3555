import { describe, expect, test } from "bun:test";
import { createVirtualClock } from "../sim/clock.ts";
import type { AnswerOutcome } from "./engine.ts";
import { CallBench } from "./testing/call-bench.ts";
import { audioOf } from "./testing/scripted-engine.ts";
import { loudSound } from "./testing/scripted-vad.ts";
import type { CallTools } from "./tools.ts";

/** 6 s of an answer that is still being made are there, a cough stopped it, and what there is of it is played on. */
function playedOn(tools?: CallTools): CallBench {
  const bench = new CallBench({ clock: createVirtualClock(), settings: tools ? { tools } : {} });
  bench.start().quiet(1_000);
  bench.engine.turn("t1", "כמה עולה?");
  bench.engine.begin("a1");
  bench.engine.speak("a1", audioOf(0x30, 6_000));
  bench.engine.emit.transcript({ role: "assistant", itemId: "a1-item", text: "תספורת עולה מאה ושמונים", final: false });
  if (tools) bench.engine.emit.toolCall({ id: "c1", name: "prices", argumentsJson: "{}" });
  bench.quiet(1_500).sound(loudSound(300));
  bench.engine.emit.answerDone({ answerId: "a1", status: "cancelled", reason: null, produced: true });
  return bench.quiet(2_000);
}

const answered = (bench: CallBench): CallBench => {
  bench.engine.answer("a2", audioOf(0x31, 1_500), "ברחוב הרצל");
  return bench.quiet(6_000);
};

const verdicts = (bench: CallBench): unknown[] =>
  bench.journal.events.filter(({ kind }) => kind === "interruption").map(({ detail }) => detail.verdict);

/** The answers that were asked for with the wish to go on with the sentence of before. */
const continued = (bench: CallBench): number =>
  bench.engine.did("respond").filter(({ request }) => request.instructions !== undefined).length;

describe("old-sentence-after-new-answer: the rest of an answer that a cough stopped in the making", () => {
  test("is asked for when nobody says anything else, once", () => {
    const bench = playedOn().quiet(4_000);
    expect(continued(bench)).toBe(1);
    bench.engine.answer("a2", audioOf(0x31, 1_500), "שקלים");
    bench.quiet(6_000);
    expect(continued(bench)).toBe(1);
  });

  test("is no longer wanted after an interruption that was meant", () => {
    const bench = playedOn().sound(loudSound(1_500));
    bench.engine.turn("t2", "לא, איפה אתם?");
    answered(bench.quiet(300));
    expect(verdicts(bench)).toEqual(["false_stop", "meant"]);
    expect(continued(bench)).toBe(0);
  });

  test("nor when the engine is away and only our own sentence is heard meanwhile", () => {
    const bench = playedOn().sound(loudSound(1_200));
    bench.engine.emit.reconnecting("closed");
    bench.sound(loudSound(300)).quiet(4_000);
    expect(verdicts(bench)).toEqual(["false_stop", "meant"]);
    expect(bench.line.heardBytes.at(-1)).toBe(0x55);
    expect(continued(bench)).toBe(0);
  });

  test("nor after keys", () => {
    const bench = playedOn();
    bench.call.onKeypad("1");
    bench.call.onKeypad("#");
    answered(bench.quiet(100));
    expect(bench.journal.kinds()).toContain("keypad");
    expect(continued(bench)).toBe(0);
  });

  test("nor after another turn of the caller, though nothing had to be stopped for it", () => {
    const bench = playedOn();
    bench.engine.turn("t2", "ואיפה אתם?");
    answered(bench);
    expect(verdicts(bench)).toEqual(["false_stop"]);
    expect(continued(bench)).toBe(0);
  });

  test("nor after a tool of the same answer led to the next one", async () => {
    const tool = Promise.withResolvers<{ output: string }>();
    const bench = playedOn({ definitions: [], run: () => tool.promise });
    tool.resolve({ output: "{}" });
    answered(await bench.settled());
    expect(bench.journal.kinds()).toContain("tool");
    expect(continued(bench)).toBe(0);
  });

  test("and is still owed after a second cough", () => {
    const bench = playedOn().sound(loudSound(300)).quiet(8_000);
    expect(verdicts(bench)).toEqual(["false_stop", "false_stop"]);
    expect(continued(bench)).toBe(1);
  });
});

describe("keys-unanswered-after-a-cough: keys pressed while it is not judged yet whether a cough was meant", () => {
  /** 4 s of an answer that is made completely; a cough stopped it 100 ms ago. */
  function coughed(beforeMs = 1_500, key?: string): CallBench {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    bench.engine.turn("t1", "כמה עולה?");
    bench.engine.answer("a1", audioOf(0x30, 4_000), "תספורת עולה מאה ושמונים שקלים");
    if (key !== undefined) bench.call.onKeypad(key);
    bench.quiet(beforeMs).sound(loudSound(300)).quiet(100);
    expect(bench.journal.kinds().at(-1)).toBe("barge_in");
    return bench;
  }

  const heardMs = (bench: CallBench, value: number): number =>
    Buffer.concat(bench.line.heard.map(({ bytes }) => bytes)).filter((byte) => byte === value).length / 8;

  const autoAnswers = (bench: CallBench): boolean | undefined => bench.engine.did("autoAnswer").at(-1)?.on;

  test("are answered, and the old sentence does not come back", () => {
    const bench = coughed();
    bench.call.onKeypad("1");
    bench.call.onKeypad("#");
    answered(bench);
    expect(heardMs(bench, 0x31)).toBe(1_500);
    expect(heardMs(bench, 0x30)).toBeLessThan(2_000);
    expect(verdicts(bench)).toEqual([]);
    expect(bench.journal.turns.find(({ text }) => text.startsWith("תספורת"))).toMatchObject({ interrupted: true });
  });

  test("and the engine answers by itself again once their tones are past", () => {
    const bench = coughed();
    bench.call.onKeypad("#");
    expect(autoAnswers(bench)).toBe(false);
    answered(bench);
    expect(autoAnswers(bench)).toBe(true);
  });

  test("and at once when their tones are past already", () => {
    const bench = coughed(2_500, "1");
    expect(autoAnswers(bench)).toBe(false);
    bench.quiet(200);
    expect(bench.journal.kinds().at(-1)).toBe("keypad");
    expect(autoAnswers(bench)).toBe(true);
    answered(bench);
    expect(heardMs(bench, 0x31)).toBe(1_500);
    expect(verdicts(bench)).toEqual([]);
  });
});

describe("silence-after-half-a-sentence: an answer that breaks off by itself", () => {
  /** Two seconds of an answer are there when it ends like this. */
  function brokenOff(outcome: Partial<AnswerOutcome>, heardMs = 0): CallBench {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    bench.engine.turn("t1", "כמה עולה?");
    breakOff(bench, "a1", outcome, heardMs);
    return bench;
  }

  function breakOff(bench: CallBench, id: string, outcome: Partial<AnswerOutcome>, heardMs = 0): void {
    const text = "תספורת עולה מאה";
    bench.engine.begin(id);
    bench.engine.speak(id, audioOf(0x30, 2_000));
    bench.engine.emit.transcript({ role: "assistant", itemId: `${id}-item`, text, final: false });
    bench.quiet(heardMs);
    bench.engine.emit.answerDone({ answerId: id, status: "failed", reason: null, produced: true, ...outcome });
  }

  test.each([
    ["the connection was lost", { reason: "connection_lost" }, 0],
    ["the provider failed, long after the last sound", { reason: "server_error" }, 2_500],
    ["it was too long", { status: "incomplete", reason: "max_output_tokens" }, 0],
  ] as const)("%s: gone on with when it was heard", (_why, outcome, heardMs) => {
    const bench = brokenOff(outcome, heardMs);
    const left = Math.max(0, 1_900 - heardMs);
    bench.quiet(left);
    expect(continued(bench)).toBe(heardMs > 0 ? 1 : 0);
    bench.quiet(300);
    expect(continued(bench)).toBe(1);
    expect(bench.engine.did("respond").at(-1)!.request.instructions).toContain("תספורת עולה מאה");
    expect(bench.journal.kinds()).toContain("answer_failed");
    bench.engine.answer("a2", audioOf(0x31, 1_000), "ושמונים שקלים");
    bench.quiet(4_000);
    expect(continued(bench)).toBe(1);
  });

  test("again: it is left at that, until the caller has asked something else", () => {
    const bench = brokenOff({}).quiet(2_200);
    breakOff(bench, "a2", {});
    bench.quiet(4_000);
    expect(continued(bench)).toBe(1);
    bench.engine.turn("t2", "ואיפה אתם?");
    breakOff(bench, "a3", {});
    bench.quiet(2_200);
    expect(continued(bench)).toBe(2);
  });

  test("because of what was said in it: not gone on with", () => {
    expect(continued(brokenOff({ status: "incomplete", reason: "content_filter" }).quiet(4_000))).toBe(0);
  });

  test("a caller who speaks meanwhile is answered instead", () => {
    const bench = brokenOff({}).quiet(500).sound(loudSound(2_000));
    bench.engine.turn("t2", "ואיפה אתם?");
    answered(bench.quiet(300));
    expect(continued(bench)).toBe(0);
  });

  test("after an announced action: what follows the action is the rest", async () => {
    const tool = Promise.withResolvers<{ output: string }>();
    const bench = new CallBench({
      clock: createVirtualClock(),
      settings: { tools: { definitions: [], run: () => tool.promise } },
    });
    bench.start().quiet(1_000);
    bench.engine.turn("t1", "מתי יש תור?");
    bench.engine.begin("a1");
    bench.engine.speak("a1", audioOf(0x30, 1_000));
    bench.engine.emit.toolCall({ id: "c1", name: "check", argumentsJson: "{}" });
    bench.engine.emit.answerDone({ answerId: "a1", status: "failed", reason: "connection_lost", produced: true });
    await bench.quiet(1_300).settled();
    tool.resolve({ output: "{}" });
    await bench.settled();
    answered(bench);
    expect(continued(bench)).toBe(0);
  });
});
