import { describe, expect, test } from "bun:test";
import { createVirtualClock } from "../sim/clock.ts";
import { CallBench } from "./testing/call-bench.ts";
import { audioOf } from "./testing/scripted-engine.ts";
import { hoarseSound, loudSound } from "./testing/scripted-vad.ts";

const sentence = loudSound(2_400);
const words = "אחת שתיים שלוש ארבע חמש שש שבע שמונה תשע עשר";

/** A call in which a ten-word answer of 6 s has been heard for about two seconds, then the caller makes a sound. */
function interrupted(sound: Uint8Array, delayMs = 20): CallBench {
  const bench = new CallBench({ clock: createVirtualClock(), line: { delayMs: () => delayMs } });
  bench.start().quiet(1_000);
  bench.engine.turn("t1", "שלום");
  bench.engine.answer("a1", audioOf(0x30, 6_000), words);
  bench.quiet(2_000).sound(sound);
  return bench;
}

const stopped = (bench: CallBench): boolean => bench.logLines.some((line) => line.includes("[BARGE-IN]"));

describe("the caller interrupts", () => {
  test("the assistant is silent within 500 ms of the first sound, and the log says so", () => {
    const bench = interrupted(sentence.slice(0, 4_800));
    expect(stopped(bench)).toBe(true);
    const heardMs = bench.line.heardMs;
    expect(heardMs).toBeLessThan(2_000 + 500);
    bench.sound(sentence.slice(4_800, 9_600));
    expect(bench.line.heardMs).toBe(heardMs);
    expect(bench.logLines.join("\n")).toMatch(
      /\[BARGE-IN\] user speech detected \(rms=\d+, t=\d+\) → cancelling response/,
    );
  });

  test("in one tick: cut with the heard position, engine told, answers held until it is judged", () => {
    const bench = interrupted(sentence);
    const order = bench.engine.commands.map((command) => command.do);
    expect(order.slice(order.indexOf("interrupt"), order.indexOf("interrupt") + 2)).toEqual([
      "interrupt",
      "autoAnswer",
    ]);
    const [cut] = bench.engine.did("interrupt")[0]!.cuts;
    expect(cut?.itemId).toBe("a1-item");
    expect(Math.abs(cut!.heardMs - bench.line.heardMs)).toBeLessThanOrEqual(60);
    expect(cut!.receivedMs).toBe(6_000);
    expect(bench.line.clears).toBe(1);
  });

  test("the onset reaches the engine although it was held back: 600 ms are replayed first", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    bench.engine.answer("a1", audioOf(0x30, 6_000), words);
    bench.quiet(1_000);
    const before = bench.engine.appended.length;
    bench.sound(sentence);
    const sent = bench.engine.appended.slice(before).filter((payload) => !/^\/+(8=|w==)?$/.test(payload));
    const heard = Buffer.concat(sent.map((payload) => Buffer.from(payload, "base64")));
    expect(heard.subarray(-sentence.length)).toEqual(Buffer.from(sentence));
  });

  test("the uplink opens in the tick of the decision, not a frame later", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    bench.engine.answer("a1", audioOf(0x30, 6_000), words);
    bench.quiet(1_000);
    let at = 0;
    for (; !stopped(bench) && at < sentence.length; at += 160) bench.sound(sentence.slice(at, at + 160));
    expect(stopped(bench)).toBe(true);
    const newest = Buffer.from(bench.engine.appended.at(-1)!, "base64").subarray(-160);
    expect(newest).toEqual(Buffer.from(sentence.slice(at - 160, at)));
  });

  test("the end of the cancelled answer comes late, into the next one: that one is heard without a seam", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    bench.engine.begin("a1");
    bench.engine.speak("a1", audioOf(0x30, 2_000));
    bench.quiet(1_000).sound(sentence).quiet(400);
    bench.engine.begin("a2");
    bench.engine.speak("a2", audioOf(0x31, 500).slice(0, 3_999));
    bench.engine.emit.answerDone({ answerId: "a1", status: "cancelled", reason: null, produced: true });
    bench.engine.speak("a2", audioOf(0x31, 500));
    bench.engine.finish("a2", words);
    bench.quiet(1_500);
    const tail = bench.line.heardBytes.slice(-8_000);
    expect(tail.slice(0, 7_999).every((byte) => byte === 0x31)).toBe(true);
  });

  test("dead-call-after-excuse: talking into the last excuse leads to the recording flow, not to nobody", async () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    bench.engine.turn("t1", "שלום");
    for (const id of ["a1", "a2"]) {
      bench.engine.begin(id);
      bench.engine.emit.answerDone({ answerId: id, status: "failed", reason: null, produced: false });
    }
    await bench.quiet(400).sound(sentence).settled();
    expect(stopped(bench)).toBe(true);
    expect(bench.phone.redirects.map((redirect) => redirect.reason)).toEqual(["no_answer"]);
  });

  test("what the caller heard is what is remembered: whole words up to the cut", () => {
    const bench = interrupted(sentence);
    bench.quiet(1_000);
    const last = bench.journal.turns.at(-1)!;
    expect(last.interrupted).toBe(true);
    expect(words.startsWith(last.text)).toBe(true);
    expect(last.text.split(" ").length).toBeGreaterThanOrEqual(2);
    expect(last.text.split(" ").length).toBeLessThanOrEqual(5);
    expect(bench.engine.context?.history().at(-1)).toEqual({ role: "assistant", text: last.text });
  });

  test("meant: automatic answers are on again, and an answer owed by then is asked for", () => {
    const bench = interrupted(sentence);
    bench.engine.turn("t2", "רגע, אני רוצה לשאול משהו אחר");
    bench.quiet(300);
    expect(bench.engine.did("autoAnswer").map((command) => command.on)).toEqual([false, true]);
    bench.engine.answer("a2", audioOf(0x31, 1_000), "כן, בבקשה");
    bench.quiet(1_500);
    expect(bench.line.heardBytes.filter((byte) => byte === 0x31).length).toBe(8_000);
  });

  test("meant, by its words, and the turn was taken while answers were off: the answer is asked for", () => {
    const bench = interrupted(loudSound(600));
    bench.engine.turn("t2", "רגע, אני רוצה לשאול משהו אחר");
    expect(bench.engine.did("respond").map((command) => command.request)).toEqual([{}]);
    expect(bench.engine.did("autoAnswer").map((command) => command.on)).toEqual([false, true]);
  });

  test("a question whose words come late is answered: it was taken for a sound, and the rest of the old answer stops", () => {
    const bench = interrupted(loudSound(400));
    bench.engine.emit.callerTurn("t2");
    bench.quiet(2_000);
    expect(bench.engine.did("respond")).toEqual([]);
    const heardMs = bench.line.heardMs;
    const late = (text: string) => bench.engine.emit.transcript({ role: "caller", itemId: "t2", text, final: true });
    late("כמה זה עולה?");
    late("כמה זה עולה?");
    bench.quiet(1_000);
    expect(bench.engine.did("respond").map((command) => command.request)).toEqual([{}]);
    expect(bench.line.heardMs - heardMs).toBeLessThanOrEqual(200);
    expect(bench.journal.events.filter(({ kind }) => kind === "interruption").map(({ detail }) => detail)).toEqual([
      { verdict: "false_stop" },
      { verdict: "meant_after_all" },
    ]);
  });

  test("a backchannel whose words come late, and words of a later turn, change nothing", () => {
    for (const [turns, text] of [
      [["t2"], "אהה"],
      [["t2", "t3"], "כמה זה עולה?"],
    ] as const) {
      const bench = interrupted(loudSound(400));
      bench.engine.emit.callerTurn(turns[0]);
      bench.quiet(2_000);
      for (const turn of turns.slice(1)) bench.engine.emit.callerTurn(turn);
      bench.engine.emit.transcript({ role: "caller", itemId: turns.at(-1)!, text, final: true });
      expect(bench.engine.did("respond")).toEqual([]);
      expect(bench.line.clears).toBe(1);
    }
  });

  test("words-of-a-turn-among-keys: they come late, into a cough over the answer, and say nothing of it", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    bench.call.onKeypad("#");
    bench.sound(loudSound(600)).quiet(600);
    bench.engine.emit.callerTurn("t1");
    bench.engine.answer("a1", audioOf(0x30, 6_000), words);
    bench.quiet(1_500).sound(loudSound(400));
    bench.engine.emit.callerTurn("t2");
    bench.engine.emit.transcript({ role: "caller", itemId: "t1", text: "אפשר לקבוע תור למחר?", final: true });
    bench.quiet(8_000);
    const verdicts = bench.journal.events.filter(({ kind }) => kind === "interruption").map(({ detail }) => detail);
    expect(verdicts).toEqual([{ verdict: "false_stop" }]);
  });

  test("words-of-the-turn-before: they come late, into a cough and after it, and say nothing of it", () => {
    for (const lateMs of [200, 2_000]) {
      const bench = new CallBench({ clock: createVirtualClock() });
      bench.start().quiet(1_000);
      bench.engine.emit.callerTurn("t1");
      bench.engine.answer("a1", audioOf(0x30, 6_000), words);
      bench.quiet(2_000).sound(loudSound(400));
      bench.engine.emit.callerTurn("t2");
      bench.quiet(lateMs);
      bench.engine.emit.transcript({ role: "caller", itemId: "t1", text: "אפשר לקבוע תור למחר?", final: true });
      bench.quiet(8_000);
      expect(bench.journal.events.filter(({ kind }) => kind === "interruption").map(({ detail }) => detail)).toEqual([
        { verdict: "false_stop" },
      ]);
      expect(bench.engine.did("respond").filter(({ request }) => request.say === undefined)).toEqual([]);
      expect(Math.abs(bench.line.heardBytes.filter((byte) => byte === 0x30).length / 8 - 6_000)).toBeLessThanOrEqual(
        60,
      );
    }
  });

  test("a turn of which no words ever come is answered when it was longer than a cough", () => {
    const bench = interrupted(loudSound(700));
    bench.engine.emit.callerTurn("t2");
    bench.quiet(2_500);
    expect(bench.engine.did("respond").map((command) => command.request)).toEqual([{}]);
  });

  test("a false stop: the rest is played from the cut, remembered when heard, answers on again", () => {
    const bench = interrupted(loudSound(500));
    expect(stopped(bench)).toBe(true);
    bench.quiet(700);
    bench.engine.turn("t2", "אהה");
    bench.quiet(5_000);
    expect(bench.journal.events.filter((event) => event.kind === "interruption").map((event) => event.detail)).toEqual([
      { verdict: "false_stop" },
    ]);
    expect(Math.abs(bench.line.heardMs - 6_000)).toBeLessThanOrEqual(60);
    expect(bench.engine.did("autoAnswer").map((command) => command.on)).toEqual([false, true]);
    const rest = bench.engine.did("addContext").at(-1)!;
    expect(rest.role).toBe("assistant");
    expect(words.endsWith(rest.text)).toBe(true);
    const turn = bench.journal.turns.findLast((candidate) => candidate.role === "assistant")!;
    expect([turn.text, turn.interrupted]).toEqual([words, false]);
  });

  test("coughing-fit-ends-the-sentence: coughs that run into one another are no turn, and the rest is played", () => {
    const cough = hoarseSound(350);
    const bench = interrupted(cough).quiet(200).sound(cough).quiet(200).sound(cough).quiet(8_000);
    const decided = bench.journal.events.slice(-2).map(({ kind, detail }) => [kind, detail.verdict]);
    expect(decided).toEqual([
      ["barge_in", undefined],
      ["interruption", "false_stop"],
    ]);
    expect(Math.abs(bench.line.heardMs - 6_000)).toBeLessThanOrEqual(60);
    expect(bench.engine.did("respond")).toEqual([]);
  });

  test("a false stop of an answer that was still being made: the engine is asked to go on from there", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    bench.engine.begin("a1");
    bench.engine.speak("a1", audioOf(0x30, 3_000));
    bench.engine.emit.transcript({ role: "assistant", itemId: "a1-item", text: words, final: false });
    bench.quiet(1_500).sound(loudSound(500));
    expect(stopped(bench)).toBe(true);
    bench.engine.emit.answerDone({ answerId: "a1", status: "cancelled", reason: null, produced: true });
    bench.quiet(4_500);
    const request = bench.engine.did("respond").at(-1)!.request;
    expect(request.instructions).toContain(words);
  });

  test("audio of the cancelled answer that arrives late is never heard", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    bench.engine.begin("a1");
    bench.engine.speak("a1", audioOf(0x30, 2_000));
    bench.quiet(1_000).sound(sentence.slice(0, 4_800));
    expect(stopped(bench)).toBe(true);
    const heard = bench.line.heardMs;
    bench.engine.speak("a1", audioOf(0x30, 2_000));
    bench.engine.emit.audio("another-item", Buffer.from(audioOf(0x33, 500)).toString("base64"));
    bench.engine.finish("a1", words, { status: "cancelled" });
    bench.sound(sentence.slice(4_800, 12_800));
    expect(bench.line.heardMs).toBe(heard);
  });

  test("the greeting can be interrupted like any answer, and is remembered as far as it was heard", () => {
    const greeting = "שלום הגעתם למרפאה של דוקטור כהן איך אפשר לעזור לכם היום";
    const bench = new CallBench({
      clock: createVirtualClock(),
      settings: { greeting },
      phrases: { [greeting]: audioOf(0x20, 5_000) },
    });
    bench.start().quiet(1_500).sound(sentence).quiet(500);
    expect(stopped(bench)).toBe(true);
    const remembered = bench.engine.did("addContext")[0]!.text;
    expect(greeting.startsWith(remembered)).toBe(true);
    expect(remembered.length).toBeLessThan(greeting.length);
  });

  test("a filler is talked over without cancelling the answer it waits for", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    bench.engine.turn("t1", "שלום");
    bench.quiet(1_900).sound(sentence.slice(0, 4_800)).quiet(600);
    expect(bench.engine.did("interrupt")).toEqual([]);
    bench.engine.answer("a1", audioOf(0x30, 1_000), words);
    bench.quiet(1_500);
    expect(bench.line.heardBytes.filter((byte) => byte === 0x30).length).toBe(8_000);
  });

  test("the caller goes on talking when the answer to half a sentence comes: it is not spoken over", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    bench.engine.turn("t1", "אני רוצה");
    bench.sound(sentence.slice(0, 8_000));
    bench.engine.answer("a1", audioOf(0x30, 1_000), words);
    bench.sound(sentence.slice(8_000)).quiet(400);
    expect(bench.line.heardMs).toBe(0);
    bench.engine.turn("t2", "אני רוצה תור");
    bench.engine.answer("a2", audioOf(0x31, 1_000), "בשמחה");
    bench.quiet(1_300);
    expect(bench.line.heardBytes).toEqual(audioOf(0x31, 1_000));
  });

  test("said-but-never-heard: the model is told that nothing was heard of an answer that gave way to the caller", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    bench.engine.turn("t1", "אני רוצה");
    bench.sound(sentence.slice(0, 8_000));
    bench.engine.answer("a1", audioOf(0x30, 1_000), words);
    expect(bench.engine.did("interrupt").map(({ cuts }) => cuts)).toEqual([
      [{ itemId: "a1-item", heardMs: 0, receivedMs: 0 }],
    ]);
  });
});
