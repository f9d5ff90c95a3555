import { describe, expect, test } from "bun:test";
import { createVirtualClock } from "../sim/clock.ts";
import { CallBench } from "./testing/call-bench.ts";
import { audioOf } from "./testing/scripted-engine.ts";
import { loudSound } from "./testing/scripted-vad.ts";
import { Uplink } from "./uplink.ts";
import { VERDICT_NONE, VERDICT_NOTICED, VerdictRing } from "./verdicts.ts";

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const silence = (ms: number): string => base64(audioOf(0xff, ms));
const isSilence = (payload: string): boolean => /^\/+(8=|w==)?$/.test(payload);
const bytesIn = (payloads: readonly string[]): number =>
  payloads.reduce((sum, payload) => sum + Buffer.from(payload, "base64").length, 0);

function listening(): CallBench {
  return new CallBench({ clock: createVirtualClock() }).start();
}

const recordedCaller = (bench: CallBench): number[] => {
  bench.hangUp();
  return [...bench.journal.ends[0]!.recording!.held.filter((_, index) => index % 2 === 0)];
};

describe("what comes in from the line", () => {
  for (const size of [1, 80, 159, 160, 161, 162, 320, 333, 1_600]) {
    test(`a payload of ${size} bytes goes on unchanged and is recorded whole`, () => {
      const bench = listening();
      const sound = Uint8Array.from({ length: size }, (_, at) => at % 251);
      bench.call.onMedia(base64(sound), 0);
      expect(bench.engine.appended).toEqual([base64(sound)]);
      expect(recordedCaller(bench)).toEqual([...sound]);
    });
  }

  test("nonsense instead of base64 hurts nobody", () => {
    const bench = listening();
    bench.call.onMedia("%%%", 0);
    bench.call.onMedia("", 20);
    bench.call.onMedia("A".repeat(50_001), 40);
    bench.quiet(100);
    expect(bench.switchboard.live).toBe(1);
  });

  test("missing timestamps become silence, 2 s at most; the recording keeps the time", () => {
    const bench = listening();
    bench.sound(loudSound(20)).gap(100).sound(loudSound(20));
    expect(bench.engine.appended.slice(1, -1)).toEqual([silence(100)]);
    bench.gap(5_000).sound(loudSound(20));
    expect(bytesIn(bench.engine.appended)).toBe((3 * 20 + 100 + 2_000) * 8);
    const caller = recordedCaller(bench);
    expect(caller.slice(120 * 8, 140 * 8)).toEqual([...loudSound(20)]);
    expect(caller.length).toBe(5_160 * 8);
  });

  test("timestamps that repeat, go back or are no numbers are taken as they come", () => {
    const bench = listening();
    for (const timestamp of [0, 20, 20, 0, Number.NaN, -5, 40]) bench.call.onMedia(base64(loudSound(20)), timestamp);
    expect(bytesIn(bench.engine.appended)).toBe(7 * 160);
    expect(bench.switchboard.live).toBe(1);
  });

  for (const [what, wrongMs] of [
    ["ahead by some words", 9_000],
    ["a day ahead", 86_400_000],
    ["of the beginning", 0],
  ] as const)
    test(`one-wrong-stamp: a frame stamped ${what} is heard in its turn, and neither silence nor a shift comes of it`, () => {
      const bench = new CallBench({ clock: createVirtualClock(), line: { delayMs: () => 20 } }).start();
      bench.quiet(5_000);
      bench.engine.answer("a1", audioOf(0x30, 1_000), "שלום");
      bench.quiet(500).stamped(wrongMs).quiet(1_480);
      expect(bytesIn(bench.engine.appended)).toBe(7_000 * 8);
      bench.sound(loudSound(20));
      bench.hangUp();
      const { held } = bench.journal.ends[0]!.recording!;
      expect(held.length).toBe(2 * 7_020 * 8);
      const assistant = held.filter((_, index) => index % 2 === 1);
      expect(assistant.indexOf(0x30) / 8).toBeWithin(4_900, 5_100);
      expect(assistant.lastIndexOf(0x30) / 8).toBeWithin(5_900, 6_100);
    });

  test("speech that is cut off by a stalled line is closed with silence, once", () => {
    const bench = listening();
    bench.sound(loudSound(500));
    const before = bench.engine.appended.length;
    bench.clock.advance(3_000);
    expect(bench.engine.appended.slice(before)).toEqual([silence(1_000)]);
  });
});

describe("the engine hears silence while the assistant is heard and the caller is not", () => {
  test("line noise is held back during an answer and for 300 ms after it, then goes through", () => {
    const bench = listening();
    bench.quiet(200);
    bench.engine.answer("a", audioOf(0x30, 1_000), "כן");
    const before = bench.engine.appended.length;
    bench.quiet(2_000);
    const after = bench.engine.appended.slice(before);
    const open = after.findIndex((payload) => !isSilence(payload));
    expect(bytesIn(after.slice(0, open)) / 8).toBeWithin(1_200, 1_401);
    expect(after.slice(open).some(isSilence)).toBe(false);
    expect(bytesIn(after)).toBe(2_000 * 8);
  });

  test("silence goes in messages of 200 ms: it is owed until then, and never left out", () => {
    const bench = listening();
    bench.engine.answer("a", audioOf(0x30, 1_000), "כן");
    bench.quiet(460);
    expect(bench.engine.appended).toEqual([silence(200), silence(200)]);
  });

  test("payloads of another size are replaced by as much silence", () => {
    const bench = listening();
    bench.engine.answer("a", audioOf(0x30, 2_000), "כן");
    for (let at = 0; at < 400; at += 40) bench.call.onMedia(base64(audioOf(0x7e, 40)), at);
    expect(bytesIn(bench.engine.appended)).toBeWithin(300 * 8, 400 * 8 + 1);
    expect(bench.engine.appended.every(isSilence)).toBe(true);
  });

  test("silent-after-answer: a caller who begins in the last words of an answer is heard from the first sound", () => {
    const bench = listening();
    bench.engine.answer("a", audioOf(0x30, 1_000), "כן");
    bench.quiet(900);
    const before = bench.engine.appended.length;
    bench.sound(loudSound(600));
    const heard = bench.engine.appended.slice(before).filter((payload) => !isSilence(payload));
    expect(bytesIn(heard)).toBeGreaterThanOrEqual(600 * 8);
  });

  test("silent-after-lost-mark: the last mark never comes back and the caller is heard all the same", () => {
    const bench = new CallBench({ clock: createVirtualClock(), line: { loseMark: () => true } }).start();
    bench.engine.answer("a", audioOf(0x30, 1_000), "כן");
    bench.quiet(1_500);
    const before = bench.engine.appended.length;
    bench.sound(loudSound(400));
    expect(bench.engine.appended.slice(before).some(isSilence)).toBe(false);
  });
});

describe("what was held back", () => {
  const rig = (): { uplink: Uplink; sent: string[] } => {
    const sent: string[] = [];
    return { uplink: new Uplink({ appendAudio: (payload) => sent.push(payload) }, 600), sent };
  };

  /** Frames that can be told apart. */
  const frame = (value: number, bytes = 160): string => base64(new Uint8Array(bytes).fill(value));
  const heard = (sent: readonly string[]): number[] => [
    ...Buffer.concat(sent.map((payload) => Buffer.from(payload, "base64"))),
  ];

  test("is replayed once, oldest first, without what had gone through before", () => {
    const { uplink, sent } = rig();
    uplink.push(frame(1), 160, false);
    uplink.push(frame(2), 160, true);
    uplink.push(frame(3), 160, true);
    uplink.replay();
    uplink.replay();
    uplink.push(frame(4), 160, false);
    expect(heard(sent)).toEqual(heard([frame(1), silence(40), frame(2), frame(3), frame(4)]));
  });

  test("is forgotten when the uplink has been open since", () => {
    const { uplink, sent } = rig();
    uplink.push(frame(1), 160, true);
    uplink.push(frame(2), 160, false);
    uplink.replay();
    expect(sent).toEqual([silence(20), frame(2)]);
  });

  test.each([80, 160, 161, 320, 8_000])("is the last 600 ms, in payloads of %i bytes", (bytes) => {
    const { uplink, sent } = rig();
    const payloads = Array.from({ length: 200 }, (_, at) => frame(at, bytes));
    for (const payload of payloads) uplink.push(payload, bytes, true);
    uplink.replay();
    expect(bytesIn(sent.filter(isSilence))).toBe(200 * bytes);
    expect(heard(sent.filter((payload) => !isSilence(payload)))).toEqual(heard(payloads).slice(-600 * 8));
  });
});

describe("the ring of verdicts", () => {
  test("gives back in order, refuses when full and counts it", () => {
    const ring = new VerdictRing();
    for (let post = 0; post < 300; post++) ring.post(1 + (post % VERDICT_NOTICED));
    expect(ring.dropped).toBe(44);
    for (let take = 0; take < 256; take++) expect(ring.take()).toBe(1 + (take % VERDICT_NOTICED));
    expect(ring.take()).toBe(VERDICT_NONE);
  });
});
