import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { frameEnergy } from "./energy.ts";
import { decodeMulaw, encodeMulaw, linearToMulaw, MULAW_SILENCE, MULAW_TO_LINEAR, SQUARE_OF_MULAW } from "./mulaw.ts";

describe("mu-law tables", () => {
  test("known points of G.711: extremes, smallest steps and both zeros", () => {
    expect(MULAW_TO_LINEAR[0x00]).toBe(-32_124);
    expect(MULAW_TO_LINEAR[0x80]).toBe(32_124);
    expect(MULAW_TO_LINEAR[0xff]).toBe(0);
    expect(MULAW_TO_LINEAR[0x7f]).toBe(0);
    expect(MULAW_TO_LINEAR[0xfe]).toBe(8);
    expect(MULAW_TO_LINEAR[0x7e]).toBe(-8);
  });

  test("the halves mirror each other and each half is monotonic", () => {
    for (let byte = 0; byte < 128; byte++) {
      expect(MULAW_TO_LINEAR[byte]! + MULAW_TO_LINEAR[byte + 128]!).toBe(0);
      if (byte > 0) expect(MULAW_TO_LINEAR[byte]!).toBeGreaterThan(MULAW_TO_LINEAR[byte - 1]!);
    }
  });

  test("every byte survives decode and encode, the negative zero as the positive one", () => {
    for (let byte = 0; byte < 256; byte++) {
      expect(linearToMulaw(MULAW_TO_LINEAR[byte]!)).toBe(byte === 0x7f ? MULAW_SILENCE : byte);
    }
  });

  test("any sample comes back within its step: 1/16 of its magnitude, plus the smallest step", () => {
    fc.assert(
      fc.property(fc.integer({ min: -32_124, max: 32_124 }), (sample) => {
        const back = MULAW_TO_LINEAR[linearToMulaw(sample)]!;
        return Math.abs(back - sample) <= Math.abs(sample) / 16 + 8;
      }),
    );
  });

  test("samples beyond 16 bits are clipped, arrays convert like single samples", () => {
    expect(linearToMulaw(1e9)).toBe(0x80);
    expect(linearToMulaw(-1e9)).toBe(0x00);
    const samples = Int16Array.of(0, 100, -100, 32_767, -32_768);
    expect([...encodeMulaw(samples)]).toEqual([...samples].map(linearToMulaw));
    expect([...decodeMulaw(Uint8Array.of(0xff, 0x00))]).toEqual([0, -32_124]);
  });
});

describe("energy", () => {
  test("is the mean square, of the asked part only", () => {
    const frame = Uint8Array.of(0xff, 0x80, 0x00, 0xff);
    expect(frameEnergy(frame, 4)).toBe((2 * 32_124 ** 2) / 4);
    expect(frameEnergy(frame, 1)).toBe(0);
    expect(frameEnergy(frame, 2, 1)).toBe(SQUARE_OF_MULAW[0x80]!);
    expect(frameEnergy(frame, 0)).toBe(0);
  });
});
