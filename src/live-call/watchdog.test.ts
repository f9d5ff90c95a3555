import { describe, expect, test } from "bun:test";
import { limits } from "../limits.ts";
import { createVirtualClock } from "../sim/clock.ts";
import type { RecordingFile } from "./recording-shelf.ts";
import { CallBench } from "./testing/call-bench.ts";
import { audioOf } from "./testing/scripted-engine.ts";
import { loudSound } from "./testing/scripted-vad.ts";
import { type WatchFacts, watchdogReason } from "./watchdog.ts";

const fine: WatchFacts = {
  phase: "streaming",
  waitingSinceMs: 0,
  lastMediaMs: 100_000,
  needsEngine: true,
  engineState: "ready",
  engineAwaySinceMs: 0,
  backlogSinceMs: 0,
  marksLostInRow: 0,
  lineRefused: false,
};

describe("when a call leaves the assistant's hands", () => {
  const now = 100_000;
  const rows: readonly [string, Partial<WatchFacts>, string | null][] = [
    ["all is well", {}, null],
    ["no stream for 7.9 s", { phase: "answering", waitingSinceMs: now - 7_900 }, null],
    ["no stream for 8 s", { phase: "answering", waitingSinceMs: now - 8_000 }, "no_start"],
    ["no media for 5.9 s", { lastMediaMs: now - 5_900 }, null],
    ["no media for 6 s", { lastMediaMs: now - 6_000 }, "no_media"],
    ["engine away for 7.9 s", { engineState: "connecting", engineAwaySinceMs: now - 7_900 }, null],
    ["engine away for 8 s", { engineState: "connecting", engineAwaySinceMs: now - 8_000 }, "engine_not_ready"],
    ["engine lost", { engineState: "lost", engineAwaySinceMs: now - 1 }, "engine_lost"],
    ["engine lost while last words are said", { needsEngine: false, engineState: "lost", engineAwaySinceMs: 1 }, null],
    ["two final marks missing", { marksLostInRow: 2 }, null],
    ["three final marks missing", { marksLostInRow: 3 }, "marks_missing"],
    ["a backlog for 1.9 s", { backlogSinceMs: now - 1_900 }, null],
    ["a backlog for 2 s", { backlogSinceMs: now - 2_000 }, "line_backlog"],
    ["the line refuses", { lineRefused: true }, "line_refused"],
    ["nothing is watched after the end", { phase: "ended", lastMediaMs: 0, lineRefused: true }, null],
    ["nothing is watched while handing over", { phase: "handing_over", lastMediaMs: 0 }, null],
  ];
  for (const [name, changes, reason] of rows) {
    test(`${name} → ${reason ?? "stays"}`, () => {
      expect<string | null>(watchdogReason({ ...fine, ...changes }, now)).toBe(reason);
    });
  }
});

const redirectLines = (bench: CallBench): string[] =>
  bench.logLines.filter((line) => line.includes("WATCHDOG_REDIRECT"));

describe("the fallback of a call", () => {
  test("no stream within 8 s: redirected once, at 8.0-8.5 s, and logged once (F7)", async () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.clock.advance(7_900);
    expect(bench.phone.redirects).toEqual([]);
    bench.clock.advance(600);
    await bench.settled();
    bench.clock.advance(30_000);
    expect(bench.phone.redirects).toEqual([{ callSid: bench.callSid, reason: "no_start" }]);
    expect(redirectLines(bench).length).toBe(1);
    expect(redirectLines(bench)[0]).toContain("WATCHDOG_REDIRECT reason=no_start");
    expect(bench.journal.ends.map((end) => end.reason)).toEqual(["fallback"]);
  });

  test("media stops in the middle: redirected at 6.0-6.5 s, the transcript so far is kept (F8)", async () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    bench.engine.turn("t1", "שלום");
    bench.engine.answer("a1", audioOf(0x30, 500), "שלום לך");
    bench.quiet(1_000).gap(5_900);
    expect(bench.phone.redirects).toEqual([]);
    bench.gap(600);
    await bench.settled();
    expect(bench.phone.redirects.map((redirect) => redirect.reason)).toEqual(["no_media"]);
    expect(bench.journal.turns.map((turn) => turn.text)).toEqual(["שלום", "שלום לך"]);
  });

  test("the socket breaks: the engine is closed at once; the provider's question gets message taking (F9)", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    bench.call.onLineClosed("error");
    expect(bench.engine.state).toBe("closed");
    expect(bench.switchboard.next(bench.callSid)).toEqual({ kind: "fallback" });
    expect(bench.journal.ends.map((end) => end.reason)).toEqual(["fallback"]);
    expect(bench.phone.redirects).toEqual([]);
    bench.clock.advance(5_000);
    expect(bench.clock.pending).toBe(0);
  });

  test("the socket breaks and nobody asks for 2 s: the provider is told", async () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    bench.call.onLineClosed("closed");
    bench.clock.advance(2_500);
    await bench.settled();
    expect(bench.phone.redirects.length).toBe(1);
    expect(bench.journal.ends.map((end) => end.reason)).toEqual(["fallback"]);
  });

  test("the socket breaks because the caller hung up: no fallback, and the end says so", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    bench.call.onLineClosed("closed");
    bench.call.onProviderEnded();
    bench.clock.advance(5_000);
    expect(bench.phone.redirects).toEqual([]);
    expect(bench.journal.ends.map((end) => end.reason)).toEqual(["caller_hung_up"]);
    expect(bench.switchboard.next(bench.callSid)).toEqual({ kind: "hangup" });
  });

  test("the provider cannot be reached: the stream is closed, so that its instructions lead to the fallback", async () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.phone.fails = true;
    bench.start().quiet(1_000);
    bench.engine.state = "lost";
    bench.engine.emit.lost("refused", "");
    await bench.settled();
    expect(bench.line.closed).toBe(true);
    expect(bench.switchboard.next(bench.callSid)).toEqual({ kind: "fallback" });
    expect(redirectLines(bench).length).toBe(1);
    expect(bench.phone.redirects.length).toBe(1);
    expect(bench.journal.ends.length).toBe(1);
  });

  test("the provider never answers the redirect: the call is over after 5 s, and its question is still answered", async () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.phone.redirectToFallback = () => new Promise(() => {});
    bench.start().quiet(1_000);
    bench.gap(6_500);
    expect(bench.journal.ends).toEqual([]);
    bench.clock.advance(5_500);
    expect(bench.journal.ends.map((end) => end.reason)).toEqual(["fallback"]);
    expect(bench.line.closed).toBe(true);
    expect(bench.switchboard.next(bench.callSid)).toEqual({ kind: "fallback" });
    expect(redirectLines(bench).length).toBe(1);
  });

  test("a model that refuses the key: fallback at once, while the greeting plays (F21)", async () => {
    const greeting = "שלום";
    const bench = new CallBench({
      clock: createVirtualClock(),
      settings: { greeting },
      phrases: { [greeting]: audioOf(0x20, 3_000) },
    });
    bench.start(false).quiet(500);
    bench.engine.state = "lost";
    bench.engine.emit.lost("refused", "invalid_api_key");
    await bench.settled();
    expect(bench.phone.redirects.map((redirect) => redirect.reason)).toEqual(["engine_lost"]);
    expect(bench.logLines.join("\n")).toContain("[REALTIME-ERROR] engine lost");
  });

  test("settings that cannot be read lead to the fallback", async () => {
    const bench = new CallBench({ clock: createVirtualClock(), settings: Promise.reject(new Error("database away")) });
    await bench.settled();
    expect(bench.phone.redirects.map((redirect) => redirect.reason)).toEqual(["no_settings"]);
  });

  test("three answers without a final mark are a dead peer", async () => {
    const bench = new CallBench({ clock: createVirtualClock(), line: { loseMark: () => true } });
    bench.start().quiet(500);
    for (let answer = 0; answer < 3; answer++) {
      bench.engine.answer(`a${answer}`, audioOf(0x30, 500), "כן");
      bench.quiet(4_000);
    }
    await bench.quiet(300).settled();
    expect(bench.phone.redirects.map((redirect) => redirect.reason)).toEqual(["marks_missing"]);
  });

  test("a peer that reads slowly for 2 s ends the stream, not the process", async () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(500);
    bench.line.buffered = 300_000;
    bench.quiet(1_500);
    bench.line.buffered = 0;
    bench.quiet(1_000);
    bench.line.buffered = 300_000;
    await bench.quiet(2_600).settled();
    expect(bench.phone.redirects.map((redirect) => redirect.reason)).toEqual(["line_backlog"]);
  });

  test("the process stands still for 7 s: no call is blamed for it (F54)", async () => {
    const clock = createVirtualClock();
    let frozen = 0;
    const stalled = { ...clock, nowMs: () => clock.nowMs() + frozen, advance: clock.advance, pending: 0 };
    const bench = new CallBench({ clock: stalled });
    bench.start().quiet(1_000);
    frozen = 7_000;
    bench.clock.advance(260);
    await bench.quiet(2_000).settled();
    expect(bench.phone.redirects).toEqual([]);
    expect(bench.switchboard.live).toBe(1);
  });

  test("a throw in one call ends that call in the fallback and leaves the other alone", async () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    const other = new CallBench({ clock: createVirtualClock(), number: 2 });
    bench.start().quiet(500);
    other.start().quiet(500);
    bench.engine.appendAudio = () => {
      throw new Error("boom");
    };
    bench.quiet(20);
    await bench.settled();
    other.quiet(500);
    expect(bench.phone.redirects.map((redirect) => redirect.reason)).toEqual(["bug"]);
    expect(bench.journal.ends.map((end) => end.reason)).toEqual(["bug"]);
    expect(bench.logLines.join("\n")).toContain("boom");
    expect(other.switchboard.live).toBe(1);
  });

  test("a throw in the engine's close does not keep a call from ending", async () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(500);
    bench.engine.close = () => {
      throw new Error("close failed");
    };
    bench.hangUp();
    await bench.settled();
    expect(bench.journal.ends.length).toBe(1);
    expect(bench.switchboard.live).toBe(0);
  });
});

describe("the end of a call", () => {
  test("the caller hangs up: engine closed, end written once, no timer left (F19)", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    bench.engine.answer("a1", audioOf(0x30, 3_000), "אחת שתיים שלוש");
    bench.quiet(1_000);
    bench.hangUp();
    bench.call.onLineClosed("closed");
    expect(bench.engine.state).toBe("closed");
    expect(bench.journal.ends.map((end) => end.reason)).toEqual(["caller_hung_up"]);
    expect(bench.switchboard.live).toBe(0);
    bench.clock.advance(5_000);
    expect(bench.clock.pending).toBe(0);
    expect(bench.journal.turns.at(-1)?.text).toBe("אחת");
  });

  test("the recording holds both sides at their times", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().sound(loudSound(1_000)).quiet(1_000);
    bench.engine.answer("a1", audioOf(0x30, 1_000), "כן");
    bench.quiet(2_000);
    bench.hangUp();
    const stereo = bench.journal.ends[0]!.recording!.held;
    const side = (offset: number): Uint8Array => stereo.filter((_, index) => index % 2 === offset);
    expect([...side(0).slice(0, 8_000)]).toEqual([...loudSound(1_000)]);
    const assistant = side(1);
    expect(assistant.filter((byte) => byte === 0x30).length).toBe(8_000);
    expect(Math.abs(assistant.indexOf(0x30) - 16_000)).toBeLessThanOrEqual(320);
    expect(stereo.length).toBe(2 * 4_000 * 8);
  });

  test("a business that keeps no recordings keeps none, also of the seconds before it was known", () => {
    const bench = new CallBench({ clock: createVirtualClock(), settings: { record: false } });
    bench.start().sound(loudSound(1_000)).quiet(9_000);
    bench.hangUp();
    expect(bench.journal.ends.map((end) => end.recording)).toEqual([null]);
  });

  test("a shelf that hangs keeps no call from its end", async () => {
    const never = (): Promise<void> => new Promise(() => {});
    const hanging: RecordingFile = { write: never, moveTo: never, drop: never };
    const bench = new CallBench({ clock: createVirtualClock(), shelf: { open: () => hanging } });
    await bench.start().quiet(20_000).settled();
    bench.hangUp();
    expect(bench.journal.ends.map((end) => end.recording?.bytes)).toEqual([20_000 * 16]);
    expect(bench.switchboard.live).toBe(0);
  });

  test("the length limit: the model is warned two minutes before, then a goodbye and the end", async () => {
    const bench = new CallBench({ clock: createVirtualClock(), settings: { maxCallMs: 150_000 } });
    bench.start();
    for (let second = 0; second < 149; second++) {
      if (second % 5 === 0) bench.engine.answer(`a${second}`, audioOf(0x30, 200), "כן");
      bench.quiet(1_000);
    }
    expect(bench.engine.did("addContext").filter((line) => line.role === "system").length).toBe(1);
    expect(bench.phone.hangUps).toEqual([]);
    await bench.quiet(3_000).settled();
    expect(bench.phone.hangUps.length).toBe(1);
    expect(bench.journal.ends.map((end) => end.reason)).toEqual(["time_limit"]);
    expect(bench.journal.turns.at(-1)?.text).toContain("להתראות");
  });

  test("draining: new calls are refused, live ones finish; the rest hear a goodbye before the deadline", async () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(500);
    const drained = bench.switchboard.drain(9_000 + limits.drainHurryMs);
    const { incoming } = bench.call;
    const callSid = `CA${"f".repeat(32)}` as typeof bench.callSid;
    expect(
      bench.switchboard.answer({ ...incoming, callSid }, Promise.reject(new Error("unused")).catch(() => {}) as never),
    ).toBe(null);
    bench.quiet(9_000);
    expect(bench.phone.hangUps).toEqual([]);
    await bench.quiet(2_500).settled();
    expect(bench.phone.hangUps.length).toBe(1);
    await drained;
    expect(bench.journal.ends.map((end) => end.reason)).toEqual(["shutdown"]);
  });

  test("a repeated CallSid returns the call that is there; after its end it gets none", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    const never = new Promise<never>(() => {});
    expect(bench.switchboard.answer(bench.call.incoming, never)).toBe(bench.call);
    bench.call.onProviderEnded();
    expect(bench.switchboard.answer(bench.call.incoming, never)).toBe(null);
    expect(bench.journal.ends.length).toBe(1);
  });

  test("a second stream for the same call is closed", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start();
    const second = new CallBench({ clock: createVirtualClock(), number: 3 }).line;
    second.onClosed = () => {};
    bench.call.attach(second);
    expect(second.closed).toBe(true);
    expect(bench.line.closed).toBe(false);
  });

  test("a session near its end is rotated when the caller has the floor", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(500);
    bench.engine.wantsRotation = true;
    bench.engine.answer("a1", audioOf(0x30, 1_000), "כן");
    bench.quiet(900);
    expect(bench.engine.did("rotate")).toEqual([]);
    bench.quiet(400);
    expect(bench.engine.did("rotate").length).toBe(1);
  });
});
