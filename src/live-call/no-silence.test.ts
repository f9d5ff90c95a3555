import { describe, expect, test } from "bun:test";
import { limits } from "../limits.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { CallBench } from "./testing/call-bench.ts";
import { audioOf } from "./testing/scripted-engine.ts";
import { hoarseSound, loudSound } from "./testing/scripted-vad.ts";

const sentence = loudSound(1_500);

function asked(): CallBench {
  const bench = new CallBench({ clock: createVirtualClock() });
  bench.start().quiet(1_000);
  bench.engine.turn("t1", "שלום");
  return bench;
}

/** The longest stretch in which the caller heard nothing, up to now. */
function longestSilenceMs(bench: CallBench, fromMs: number): number {
  let last = fromMs;
  let longest = 0;
  for (const piece of bench.line.heard) {
    if (piece.fromMs >= fromMs) longest = Math.max(longest, piece.fromMs - last);
    last = Math.max(last, piece.fromMs + piece.bytes.length / 8);
  }
  return Math.max(longest, bench.clock.nowMs() - last);
}

describe("the caller never hears more than 2 s of unexplained silence (V21)", () => {
  test("a slow answer: filler at 1.5 s, fillers go on, retry at 6 s, message taking at 10 s", async () => {
    const bench = asked();
    const askedAt = bench.clock.nowMs();
    bench.quiet(1_400);
    expect(bench.line.heardMs).toBe(0);
    bench.quiet(200);
    expect(bench.line.sounding).toBe(true);
    bench.quiet(4_300);
    expect(bench.engine.did("respond")).toEqual([]);
    bench.quiet(300);
    expect(bench.engine.did("respond").length).toBe(1);
    bench.quiet(3_600);
    expect(longestSilenceMs(bench, askedAt)).toBeLessThanOrEqual(2_000);
    await bench.quiet(300).settled();
    expect(bench.phone.redirects.map((redirect) => redirect.reason)).toEqual(["no_answer"]);
  });

  test("a turn that the engine does not notice is taken by us, and the caller is told to wait at once", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000).sound(sentence);
    const silentSince = bench.clock.nowMs();
    bench.quiet(limits.missedTurnMs + 100);
    expect(bench.engine.did("respond").length).toBe(1);
    expect(bench.line.sounding).toBe(true);
    bench.quiet(6_000);
    expect(longestSilenceMs(bench, silentSince)).toBeLessThanOrEqual(2_000);
  });

  test("an answer that comes after the filler follows it, and the wait is over", () => {
    const bench = asked();
    bench.quiet(1_700);
    bench.engine.answer("a1", audioOf(0x30, 1_000), "כן");
    bench.quiet(3_000);
    expect(bench.line.heardBytes).toEqual(Uint8Array.from([...audioOf(0x55, 1_000), ...audioOf(0x30, 1_000)]));
    bench.quiet(4_500);
    expect(bench.phone.redirects).toEqual([]);
    expect(bench.engine.did("respond")).toEqual([]);
  });

  test("fillers that are rendered only during the wait are said then", () => {
    const bench = new CallBench({ clock: createVirtualClock(), fixedPhrases: false });
    bench.start().quiet(1_000);
    bench.engine.turn("t1", "שלום");
    bench.quiet(2_500);
    expect(bench.line.sounding).toBe(false);
    bench.phrases.fill(["he"]);
    bench.quiet(1_000);
    expect(bench.line.sounding).toBe(true);
  });

  test("an empty answer is asked for once more; a second one leads to message taking, with an excuse", async () => {
    const bench = asked();
    bench.engine.begin("a1");
    bench.engine.emit.answerDone({ answerId: "a1", status: "failed", reason: "rate_limit", produced: false });
    expect(bench.engine.did("respond").length).toBe(1);
    bench.engine.begin("a2");
    bench.engine.emit.answerDone({ answerId: "a2", status: "completed", reason: null, produced: false });
    expect(bench.phone.redirects).toEqual([]);
    bench.quiet(1_200);
    await bench.settled();
    expect(bench.line.heardBytes).toEqual(audioOf(0x55, 1_000));
    expect(bench.phone.redirects.length).toBe(1);
  });

  test("an answer that dries up in the middle is filled and asked for again", () => {
    const bench = asked();
    bench.engine.begin("a1");
    bench.engine.speak("a1", audioOf(0x30, 1_000));
    bench.quiet(3_100);
    expect(bench.line.heardBytes.filter((byte) => byte === 0x55).length).toBeGreaterThan(0);
    bench.quiet(5_000);
    expect(bench.engine.did("respond").length).toBe(1);
  });

  test("the engine misses the end of a turn: the answer is asked for", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000).sound(sentence).quiet(1_600);
    expect(bench.engine.did("respond")).toEqual([]);
    bench.quiet(300);
    expect(bench.engine.did("respond").length).toBe(1);
  });

  test.each([
    ["a sound of 120 ms", hoarseSound(120)],
    ["a cough", hoarseSound(300)],
    ["a coughing fit", hoarseSound(1_400)],
  ])("%s in a pause is no turn: no answer is asked for and nobody is told to wait", (_what, sound) => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench
      .start()
      .quiet(1_000)
      .sound(sound)
      .quiet(limits.missedTurnMs + 3_000);
    expect(bench.engine.did("respond")).toEqual([]);
    expect(bench.line.heardMs).toBe(0);
    expect(bench.journal.kinds()).not.toContain("missed_turn");
  });

  test("a turn of one short word is missed by the engine: it is taken all the same", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench
      .start()
      .quiet(1_000)
      .sound(loudSound(120))
      .quiet(limits.missedTurnMs + 100);
    expect(bench.engine.did("respond").map(({ request }) => request)).toEqual([{ takeTurn: true }]);
  });

  test("a cough after a sentence takes nothing from it: the answer is asked for, counted from the cough", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000).sound(sentence).quiet(800).sound(hoarseSound(300)).quiet(1_600);
    expect(bench.engine.did("respond")).toEqual([]);
    bench.quiet(300);
    expect(bench.engine.did("respond").length).toBe(1);
  });

  test("what the engine has taken as a turn already does not make a later cough one", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000).sound(sentence).quiet(300);
    bench.engine.turn("t1", "שלום");
    bench.engine.answer("a1", audioOf(0x30, 500), "כן");
    bench
      .quiet(1_500)
      .sound(hoarseSound(300))
      .quiet(limits.missedTurnMs + 1_000);
    expect(bench.engine.did("respond")).toEqual([]);
  });

  test("wait-counted-from-the-turn: the engine takes its time to see the turn, and the caller still waits 2 s at most", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000).sound(loudSound(800)).quiet(1_500);
    bench.engine.emit.callerTurn("t1");
    bench.quiet(500);
    expect(bench.line.sounding).toBe(true);
  });

  test("wait-counted-from-the-verdict: an interruption is long in doubt, and the caller still waits 2 s at most", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    bench.engine.answer("a1", audioOf(0x30, 6_000), "שלום");
    bench.quiet(1_000).sound(loudSound(600)).quiet(800);
    bench.engine.emit.callerTurn("t1");
    bench.quiet(1_200);
    expect(bench.journal.events.at(-2)?.detail).toEqual({ verdict: "meant" });
    expect(bench.line.sounding).toBe(true);
  });

  test("a sound of long ago is no wait: nobody is asked for patience in the moment in which a turn is taken", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000).sound(hoarseSound(160)).quiet(5_000);
    bench.engine.emit.callerTurn("t1");
    bench.quiet(1_000);
    expect(bench.line.heardMs).toBe(0);
  });

  test("a silent caller is asked twice, then the call ends politely", async () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(31_000);
    await bench.settled();
    expect(bench.journal.turns.length).toBe(3);
    expect(bench.phone.hangUps.length).toBe(1);
    expect(bench.journal.ends.map((end) => end.reason)).toEqual(["assistant_ended"]);
  });

  test("a caller who speaks again resets the count", async () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(19_000).sound(sentence).quiet(200);
    bench.engine.turn("t1", "אני כאן");
    bench.engine.answer("a1", audioOf(0x30, 1_000), "יופי");
    await bench.quiet(20_000).settled();
    expect(bench.phone.hangUps).toEqual([]);
  });

  test("fixed sentences that are not rendered yet are said by the engine instead", () => {
    const bench = new CallBench({ clock: createVirtualClock(), fixedPhrases: false });
    bench.start().quiet(8_200);
    expect(bench.engine.did("respond").map((command) => command.request.say)).toEqual(["שלום, איך אפשר לעזור?"]);
  });

  test("the connection to the model is lost for a while: the caller is told after 1.5 s", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    bench.engine.state = "reconnecting";
    bench.engine.emit.reconnecting("closed");
    bench.quiet(1_700);
    expect(bench.line.sounding).toBe(true);
    bench.engine.ready();
    bench.quiet(2_000);
    expect(bench.phone.redirects).toEqual([]);
  });
});
