import { describe, expect, test } from "bun:test";
import { chain, frames, listen, mix, noise, silence, tones, voice } from "./testing/voice.ts";
import { VAD_SPEECH_ENDED, VAD_SPEECH_STARTED, Vad } from "./vad.ts";

const starts = (edges: { edge: number }[]) => edges.filter(({ edge }) => edge === VAD_SPEECH_STARTED).length;

describe("the caller is heard", () => {
  for (const [label, rms] of [
    ["loud", 4_000],
    ["normal", 1_600],
    ["quiet", 400],
  ] as const) {
    for (const pitchHz of [95, 130, 210]) {
      test(`a ${label} voice of ${pitchHz} Hz starts within 400 ms and ends after the hangover`, () => {
        const line = noise(5, rms / 30, 1);
        const edges = listen(new Vad(), mix(line, chain(silence(2), voice(1.5, rms, 7, pitchHz))));
        expect(edges.map(({ edge }) => edge)).toEqual([VAD_SPEECH_STARTED, VAD_SPEECH_ENDED]);
        expect(edges[0]!.atMs).toBeWithin(2_000, 2_401);
        expect(edges[1]!.atMs).toBeWithin(3_500, 4_001);
      });
    }
  }

  test("a caller who speaks from the very first frame is heard", () => {
    expect(starts(listen(new Vad(), mix(noise(2, 30, 2), voice(2, 1_600, 3))))).toBe(1);
  });

  test("a long sentence as loud as the noise is heard", () => {
    for (const seed of [1, 2, 3, 4]) {
      const line = mix(noise(6, 1_000, seed), chain(silence(3), voice(2.5, 1_000, seed + 10)));
      expect(starts(listen(new Vad(), line))).toBeGreaterThan(0);
    }
  });

  test("the length of an utterance counts from its first sound and leaves the hangover out", () => {
    const vad = new Vad();
    listen(vad, mix(noise(4, 20, 1), chain(silence(2), voice(1, 1_600, 5))));
    expect(vad.utteranceMs).toBeWithin(700, 1_101);
    expect(vad.voicedMs).toBeWithin(300, 1_001);
  });

  test("after very loud noise a normal voice is heard again within 3 s", () => {
    const vad = new Vad();
    listen(vad, noise(5, 9_000, 1));
    expect(starts(listen(vad, mix(noise(5, 20, 2), chain(silence(2.5), voice(2, 1_600, 4)))))).toBe(1);
  });
});

describe("a noise that grows", () => {
  for (const gain of [5, 10, 20]) {
    test(`to ${gain} times its level is no speech any more after 3 s, and the caller is heard over it`, () => {
      for (const seed of [1, 2, 3]) {
        const vad = new Vad();
        listen(vad, noise(5, 40, seed));
        listen(vad, noise(1.5, 40 * gain, seed + 10));
        expect(starts(listen(vad, noise(8, 40 * gain, seed + 20)))).toBe(0);
        expect(vad.speaking).toBe(false);
        expect(starts(listen(vad, mix(noise(3, 40 * gain, seed + 30), voice(3, 160 * gain, seed))))).toBe(1);
      }
    });
  }
});

describe("what is no voice does not start an utterance", () => {
  const cases = {
    "white noise": noise(20, 300, 1),
    "a step of 20 dB in the noise": chain(noise(5, 60, 2), noise(15, 600, 3)),
    "digital silence": silence(10),
    "silence with single clicks": chain(
      silence(2),
      noise(0.01, 8_000, 4),
      silence(1),
      noise(0.005, 8_000, 5),
      silence(1),
    ),
    "a long breath": mix(noise(4, 20, 1), chain(silence(2), noise(0.9, 900, 8))),
  };
  for (const [label, signal] of Object.entries(cases)) {
    test(label, () => expect(starts(listen(new Vad(), signal))).toBe(0));
  }

  test("key-learnt-as-noise: each key of a long number was learnt as noise in part, and the tenth was taken for a voice", () => {
    const digits = [1_209, 1_336, 1_477].flatMap((column) => [697, 770, 852, 941].map((row) => [row, column]));
    const dialled = digits.flatMap((hz) => [tones(0.35, 1_500, hz), silence(0.1)]);
    expect(starts(listen(new Vad(), mix(noise(8, 20, 1), chain(silence(2), ...dialled))))).toBe(0);
  });

  test("a held tone is not voiced for longer than its edge", () => {
    for (const hz of [[425], [440, 480], [697, 1_209], [1_100], [2_100]]) {
      const vad = new Vad();
      listen(vad, mix(noise(4, 20, 1), chain(silence(2), tones(1.5, 1_500, hz))));
      expect(vad.voicedMs).toBeLessThanOrEqual(120);
    }
  });
});

describe("threshold and floor", () => {
  test("the floor is the line's noise within 3 dB and the threshold lies above it", () => {
    const vad = new Vad();
    listen(vad, noise(4, 200, 1));
    // Two thirds of white noise lie in the telephone band.
    expect(vad.noiseFloorRms).toBeWithin(120, 290);
    expect(vad.speechThresholdRms).toBeGreaterThan(vad.noiseFloorRms);
  });

  /** Of the frames of `signal`, those after which the threshold is worth a line. */
  function movesIn(vad: Vad, signal: Float64Array): number {
    let moves = 0;
    for (const frame of frames(signal)) {
      vad.push(frame, frame.length, null);
      if (vad.thresholdMoved) moves++;
    }
    return moves;
  }

  test("it moves once at calibration, and once when it has stood 3 dB from there for three seconds", () => {
    const vad = new Vad();
    expect(movesIn(vad, noise(0.1, 100, 1))).toBe(0);
    expect(movesIn(vad, noise(3, 100, 1))).toBe(1);
    expect(movesIn(vad, noise(10, 110, 2))).toBe(0);
    expect(movesIn(vad, noise(2.9, 400, 3))).toBe(0);
    expect(movesIn(vad, noise(20, 400, 3))).toBe(1);
    expect(movesIn(vad, noise(20, 100, 4))).toBe(1);
  });

  test("line-for-each-word: what the caller says moves nothing while the noise stands still", () => {
    for (const seed of [1, 2, 3]) {
      const vad = new Vad();
      const words = Array.from({ length: 12 }, (_, at) => chain(silence(2), voice(1.5, 1_600, seed * 20 + at)));
      expect(movesIn(vad, mix(noise(44, 50, seed), chain(silence(1), ...words)))).toBe(1);
    }
  });

  test("hundred-lines-for-one-gap: two seconds that never came, or came as silence, move nothing", () => {
    for (const rms of [30, 100, 1_000]) {
      const vad = new Vad();
      expect(movesIn(vad, noise(5, rms, 1))).toBe(1);
      for (let gap = 0; gap < 5; gap++) expect(movesIn(vad, chain(silence(2), noise(6, rms, gap)))).toBe(0);
    }
    const vad = new Vad();
    for (const frame of frames(noise(5, 100, 1))) {
      vad.push(frame, frame.length, null);
      if (vad.thresholdMoved) break;
    }
    vad.miss(null);
    expect(vad.thresholdMoved).toBe(false);
  });
});
