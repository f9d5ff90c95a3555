import { describe, expect, test } from "bun:test";
import { createVirtualClock } from "../sim/clock.ts";
import { CallBench } from "./testing/call-bench.ts";
import { audioOf } from "./testing/scripted-engine.ts";
import { hoarseSound, loudSound } from "./testing/scripted-vad.ts";

// A caller who hangs up with his last word: the model was told goodbye in the same tick, and what he said last, the wish he
// called for, stood neither in the transcript nor in what is made of it. The call's end waits for what the model owes.
const wish = "תחזרו אליי מחר בבוקר";
const usage = {
  model: "voice-1",
  textInputTokens: 1,
  audioInputTokens: 1,
  cachedTextTokens: 0,
  cachedAudioTokens: 0,
  textOutputTokens: 1,
  audioOutputTokens: 1,
  transcribedSeconds: 0,
};

function open(): CallBench {
  const bench = new CallBench({ clock: createVirtualClock() });
  bench.engine.lingers = true;
  return bench.start().quiet(500);
}

const texts = (bench: CallBench): string[] => bench.journal.turns.map(({ text }) => text);

describe("the caller hangs up", () => {
  test("while his words are being transcribed: they are in the log before the call's end", () => {
    const bench = open();
    bench.sound(loudSound(1_200)).quiet(200);
    bench.engine.turn("t1");
    bench.hangUp();
    expect(bench.journal.ends).toEqual([]);
    expect(bench.switchboard.live).toBe(1);
    bench.engine.emit.transcript({ role: "caller", itemId: "t1", text: wish, final: true });
    expect(texts(bench)).toEqual([wish]);
    bench.engine.paid();
    expect(bench.journal.ends).toMatchObject([{ reason: "caller_hung_up" }]);
    expect(bench.switchboard.live).toBe(0);
  });

  test("in the middle of a sentence: it is a turn that ends where he stopped", () => {
    const bench = open();
    bench.sound(loudSound(1_200));
    bench.hangUp();
    expect(bench.engine.did("windUp")).toEqual([{ do: "windUp", spoke: true }]);
    bench.gap(800);
    bench.engine.turn("t1", wish);
    bench.engine.paid();
    const [turn] = bench.journal.turns;
    expect(turn).toMatchObject({ role: "caller", text: wish });
    expect(turn!.startMs).toBeWithin(450, 700);
    expect(turn!.endMs).toBeWithin(1_690, 1_711);
    expect(bench.journal.ends).toMatchObject([{ reason: "caller_hung_up", durationMs: 1_700 }]);
  });

  test("right after one short word: that is a turn", () => {
    const bench = open();
    bench.sound(loudSound(120)).quiet(100);
    bench.hangUp();
    expect(bench.engine.did("windUp")).toEqual([{ do: "windUp", spoke: true }]);
  });

  test("last-words-lost-after-an-early-turn: the model took his turn in the middle of what he said, and he hung up in it", () => {
    const bench = open();
    bench.sound(loudSound(900));
    bench.engine.turn("t1", "אני רוצה");
    bench.sound(loudSound(900));
    bench.hangUp();
    expect(bench.engine.did("windUp")).toEqual([{ do: "windUp", spoke: true }]);
  });

  test.each([
    ["has said nothing", (bench: CallBench) => bench.quiet(400)],
    ["coughed", (bench: CallBench) => bench.sound(hoarseSound(600)).quiet(700)],
    [
      "said a turn that was taken",
      (bench: CallBench) => bench.sound(loudSound(900)).quiet(500).engine.turn("t1", "שלום"),
    ],
  ])("and %s: nothing is left to be taken", (_what, does) => {
    const bench = open();
    does(bench);
    bench.hangUp();
    expect(bench.engine.did("windUp")).toEqual([{ do: "windUp", spoke: false }]);
  });

  test("an answer that comes all the same is neither heard nor in the log, its cost is", () => {
    const bench = open();
    bench.sound(loudSound(900)).quiet(300);
    bench.engine.turn("t1");
    bench.hangUp();
    const before = bench.line.heard.length;
    bench.engine.answer("a1", audioOf(0x30, 1_000), "בטח");
    bench.engine.emit.usage(usage);
    bench.engine.emit.toolCall({ id: "c1", name: "look", argumentsJson: "{}" });
    bench.gap(500);
    bench.engine.paid();
    expect([texts(bench), bench.line.heard.length, bench.journal.usages]).toEqual([[], before, 1]);
    expect(bench.engine.did("respond")).toEqual([]);
    expect(bench.engine.did("toolResult")).toEqual([]);
  });

  test("Twilio's question what comes next is answered at once, and staff sees no call that is over", () => {
    const bench = open();
    bench.call.onLineClosed("stop");
    expect(bench.switchboard.next(bench.callSid)).toEqual({ kind: "fallback" });
    expect(bench.switchboard.glance()).toEqual([]);
    bench.engine.paid();
    expect(bench.journal.ends).toMatchObject([{ reason: "fallback" }]);
    expect(bench.switchboard.next(bench.callSid)).toEqual({ kind: "fallback" });
  });
});

test("the engine owes nothing any more before Twilio has said that the call is over", () => {
  const bench = open();
  bench.call.onLineClosed("stop");
  bench.engine.paid();
  expect(bench.journal.ends).toEqual([]);
  bench.call.onProviderEnded();
  expect(bench.journal.ends).toMatchObject([{ reason: "caller_hung_up" }]);
});

test("a process that ends waits for nobody: its last calls end with the words there are", async () => {
  const bench = open();
  bench.sound(loudSound(900)).quiet(300);
  bench.engine.turn("t1");
  bench.hangUp();
  const drained = bench.switchboard.drain(20_000);
  bench.gap(19_900);
  expect(bench.journal.ends).toEqual([]);
  bench.gap(100);
  await drained;
  expect(bench.journal.ends).toMatchObject([{ reason: "caller_hung_up" }]);
  expect(bench.engine.state).toBe("closed");
});

test("an engine that throws at the end keeps no call from ending", () => {
  const bench = open();
  bench.engine.onCommand = ({ do: did }) => {
    if (did === "windUp") throw new Error("no");
  };
  bench.hangUp();
  expect(bench.journal.ends).toMatchObject([{ reason: "caller_hung_up" }]);
});
