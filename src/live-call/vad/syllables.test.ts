import { describe, expect, test } from "bun:test";
import { Syllables } from "./syllables.ts";

const POWER = 1e9;

/** One second of syllables of 200 ms: half of each a vowel this clear, `swing` times as loud. */
function speak(syllables: Syllables, clarity: number, swing: number): void {
  for (let frame = 0; frame < 50; frame++) {
    const vowel = frame % 10 < 5;
    syllables.push(vowel ? clarity : 0, vowel ? POWER * swing : POWER);
  }
}

describe("syllables", () => {
  test("faint vowels in a sound that moves add up to speech", () => {
    const syllables = new Syllables();
    speak(syllables, 0.58, 2);
    expect(syllables.score).toBeGreaterThan(2);
    expect(syllables.vowels).toBeGreaterThan(0.2);
  });

  test("neither a sound that only moves nor noise that is clear by chance is speech", () => {
    const traffic = new Syllables();
    speak(traffic, 0.45, 2);
    expect(traffic.score).toBeLessThan(1);
    const noise = new Syllables();
    for (let frame = 0; frame < 50; frame++) noise.push(frame % 25 === 0 ? 0.6 : 0.4, POWER);
    expect(noise.score).toBeLessThan(0);
  });

  test("a lorry that comes nearer is none, however much louder it gets and however clear it seems by chance", () => {
    const lorry = new Syllables();
    for (let frame = 0; frame < 60; frame++) {
      lorry.push(frame % 4 === 0 ? 0.52 : 0.4, POWER * 2 ** (frame / 15));
      expect(lorry.score).toBeLessThan(-5);
    }
  });

  test("after an utterance it begins anew, and frames that nobody analysed count as quiet", () => {
    const syllables = new Syllables();
    speak(syllables, 0.7, 4);
    syllables.restart();
    expect(syllables.vowels).toBe(0);
    expect(syllables.score).toBeLessThan(0);
    for (let frame = 0; frame < 60; frame++) syllables.repeat();
    expect(syllables.score).toBeLessThan(0);
    expect(syllables.vowels).toBe(0);
  });
});
