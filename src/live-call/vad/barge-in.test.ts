import { describe, expect, test } from "bun:test";
import { BARGE_IN, BARGE_NOTICED, BargeIn } from "./barge-in.ts";
import { chain, frames, mix, noise, type Signal, silence, tones, voice } from "./testing/voice.ts";
import { Vad } from "./vad.ts";

/** Verdicts over a signal; the assistant is heard from `heardFromMs` on. */
function verdicts(signal: Signal, heardFromMs = 0, keypadAtMs = -1, lineRms = 25): { verdict: number; atMs: number }[] {
  const vad = new Vad();
  const barge = new BargeIn({ graceMs: 300 });
  const line = lineRms === 0 ? signal : mix(signal, noise(signal.length / 8_000, lineRms, 1));
  return frames(line).flatMap((frame, at) => {
    const atMs = (at + 1) * 20;
    vad.push(frame, 160, null);
    if (atMs === keypadAtMs) barge.keypad();
    const verdict = barge.push(vad, Math.max(0, atMs - heardFromMs));
    return verdict === 0 ? [] : [{ verdict, atMs }];
  });
}
const talk = (seconds: number, seed = 5) => chain(silence(2), voice(seconds, 1_600, seed), silence(1.5));

describe("barge-in", () => {
  test("a caller who goes on talking stops the assistant once, within 500 ms", () => {
    const found = verdicts(talk(2));
    expect(found.map(({ verdict }) => verdict)).toEqual([BARGE_IN]);
    expect(found[0]!.atMs).toBeWithin(2_200, 2_501);
  });

  test("on a line without any noise a caller stops the assistant as soon", () => {
    // Digital silence between the words, as phones send that suppress silence: a loud, high voice took 1.5 s.
    for (const rms of [6_000, 1_600, 400]) {
      for (const pitchHz of [95, 210]) {
        for (let seed = 1; seed <= 8; seed++) {
          const [first] = verdicts(chain(silence(2), voice(2, rms, seed, pitchHz)), 0, -1, 0);
          expect({ rms, pitchHz, seed, inTime: first?.verdict === BARGE_IN && first.atMs <= 2_500 }).toMatchObject({
            inTime: true,
          });
        }
      }
    }
  });

  test("a short word is noticed and stops nothing", () => {
    expect(verdicts(talk(0.2)).map(({ verdict }) => verdict)).toEqual([BARGE_NOTICED]);
  });

  test("somebody else in the room, 15 dB softer than the caller, stops nothing; the caller does, also 8 dB softer", () => {
    const after = (rms: number) =>
      verdicts(chain(silence(2), voice(2, 1_600, 5), silence(1), voice(2, rms, 6)), 5_000).map(
        ({ verdict }) => verdict,
      );
    expect(after(1_600 * 10 ** (-15 / 20))).toEqual([]);
    expect(after(1_600 * 10 ** (-8 / 20))).toEqual([BARGE_IN]);
  });

  test("nobody is interrupted while nothing is heard", () => {
    expect(verdicts(talk(2), 60_000)).toEqual([]);
  });

  test("it is armed 300 ms after the answer is heard", () => {
    const found = verdicts(talk(2.5), 2_400);
    expect(found[0]!.atMs).toBeWithin(2_700, 3_001);
  });

  test("tones that the provider reports as a key are not speech, and the caller is heard again afterwards", () => {
    expect(verdicts(talk(0.5), 0, 2_200).some(({ verdict }) => verdict === BARGE_IN)).toBe(false);
    expect(verdicts(talk(2), 0, 2_200).map(({ verdict }) => verdict)).toEqual([BARGE_IN]);
  });

  const sounds = {
    cough: chain(noise(0.03, 4_000, 3), noise(0.15, 1_500, 4), voice(0.09, 900, 6), noise(0.1, 300, 7)),
    breath: noise(1, 800, 8),
    click: noise(0.006, 9_000, 9),
    "keypad 5": tones(0.3, 2_500, [770, 1_336]),
    "a number dialled": chain(
      tones(0.1, 2_500, [697, 1_209]),
      silence(0.08),
      tones(0.1, 2_500, [941, 1_336]),
      silence(0.08),
      tones(0.1, 2_500, [852, 1_477]),
    ),
    "ring-back": tones(1.2, 1_500, [425]),
    "fax call": tones(0.5, 1_500, [1_100]),
  };
  for (const [label, sound] of Object.entries(sounds)) {
    test(`never for: ${label}`, () => {
      expect(verdicts(chain(silence(2), sound, silence(1))).some(({ verdict }) => verdict === BARGE_IN)).toBe(false);
    });
  }
});
