import { describe, expect, test } from "bun:test";
import { createVirtualClock } from "../sim/clock.ts";
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
