import { describe, expect, test } from "bun:test";
import { ClearVoice } from "./clear-voice.ts";

/** "#" a vowel, "." nothing; each a frame of 20 ms. */
function heard(frames: string, echoShare = 0): ClearVoice {
  const clear = new ClearVoice();
  for (const each of frames)
    clear.push(each === "#" ? 0.9 : 0, 70, each === "." ? 0 : 2, 1_000, 1_000 * echoShare, 400, 0);
  return clear;
}

describe("the vowels of the last 400 ms", () => {
  const rows: [string, string, number, number][] = [
    // what, frames, recentMs, spanMs
    ["nothing", "....", 0, 0],
    ["one vowel", "..####..", 80, 80],
    ["two syllables", "##....##", 80, 160],
    ["a pause shorter than 200 ms joins", "##.........##", 80, 260],
    ["the voiced ends of two coughs do not add up", "##..........##", 40, 40],
    ["older than 400 ms is forgotten", `##${".".repeat(20)}`, 0, 0],
    ["the silence since the last vowel is no gap", "##............", 40, 40],
  ];
  for (const [label, frames, recentMs, spanMs] of rows) {
    test(label, () => {
      const clear = heard(frames);
      expect([clear.recentMs, clear.spanMs]).toEqual([recentMs, spanMs]);
    });
  }

  test("a voice that the echo spoils counts with less clarity and a period that jumps", () => {
    const spoiled = (echoShare: number) => {
      const clear = new ClearVoice();
      for (let frame = 0; frame < 5; frame++) clear.push(0.45, 70, 0, 1_000, 1_000 * echoShare, 400, 0);
      return clear.recentMs;
    };
    expect(spoiled(0)).toBe(0);
    expect(spoiled(0.5)).toBe(100);
  });

  test("a vowel is near when it is as loud as the caller without the echo in it", () => {
    const nearMs = (energy: number, limit: number) => {
      const clear = new ClearVoice();
      for (let frame = 0; frame < 3; frame++) clear.push(0.9, 70, 2, energy, limit, 400, 1_000);
      return clear.nearMs;
    };
    expect(nearMs(1_000, 0)).toBe(60);
    expect(nearMs(999, 0)).toBe(0);
    expect(nearMs(2_000, 1_000)).toBe(60);
    expect(nearMs(1_300, 1_000)).toBe(0);
  });

  test("certainty grows with clarity, faster with a steady period, and never falls under nothing", () => {
    const after = (clarity: number, steady: number) => {
      const clear = new ClearVoice();
      for (let frame = 0; frame < 5; frame++) clear.push(clarity, 70, steady, 1_000, 0, 400, 0);
      return clear.certainty;
    };
    expect(after(0, 2)).toBe(0);
    expect(after(0.45, 2)).toBe(0);
    expect(after(0.65, 0)).toBeGreaterThan(0);
    expect(after(0.65, 1)).toBeGreaterThan(2 * after(0.65, 0));
    expect(after(0.65, 2)).toBeGreaterThan(2 * after(0.65, 1));
    expect(after(0.7, 2)).toBeGreaterThan(after(0.65, 2));
  });

  test("what seems to have a period and is as unclear as a breath speaks against a voice", () => {
    const after = (clarity: number) => {
      const clear = heard("##");
      clear.push(clarity, 70, 0, 1_000, 0, 400, 0);
      return clear.certainty;
    };
    expect(after(0.45)).toBeLessThan(after(0));
    expect(after(0)).toBeLessThan(after(0.7));
  });

  test("a vowel is louder than the hiss before it; the voiced end of a cough is what is left of the burst", () => {
    const after = (hissEnergy: number) => {
      const clear = new ClearVoice();
      for (let frame = 0; frame < 3; frame++) clear.push(0, 70, 0, hissEnergy, 0, 100, 0);
      for (let frame = 0; frame < 2; frame++) clear.push(0.65, 70, 2, 10_000, 0, 100, 0);
      return clear.certainty;
    };
    expect(after(1_000)).toBeGreaterThan(after(10_000));
    expect(after(10_000)).toBeGreaterThan(1.5 * after(100_000));
    // Nothing before it but the line.
    expect(after(100)).toBe(after(10_000));
  });

  test("a tone's edge is forgotten", () => {
    const clear = heard("####");
    clear.forget();
    expect([clear.recentMs, clear.spanMs, clear.framesWithin(20)]).toEqual([0, 0, 0]);
  });
});
