import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { RealFft } from "./fft.ts";

function put(fft: RealFft, signal: Float64Array): void {
  fft.place.forEach((at, i) => {
    fft.re[at] = signal[2 * i]!;
    fft.im[at] = signal[2 * i + 1]!;
  });
}

describe("Fourier transform", () => {
  test("agrees with its definition", () => {
    const samples = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 64, maxLength: 64 });
    fc.assert(
      fc.property(samples, (values) => {
        const signal = Float64Array.from(values);
        const fft = new RealFft(64);
        const power = new Float64Array(31);
        const real = new Float64Array(32);
        const imaginary = new Float64Array(32);
        put(fft, signal);
        fft.power(power, 1, 32);
        put(fft, signal);
        fft.parts(real, imaginary, 32);
        for (let k = 1; k < 32; k++) {
          const turn = (2 * Math.PI * k) / 64;
          const re = values.reduce((sum, value, i) => sum + value * Math.cos(turn * i), 0);
          const im = values.reduce((sum, value, i) => sum - value * Math.sin(turn * i), 0);
          expect(real[k]).toBeCloseTo(re, 9);
          expect(imaginary[k]).toBeCloseTo(im, 9);
          expect(power[k - 1]).toBeCloseTo(re * re + im * im, 7);
        }
        expect(real[0]).toBeCloseTo(
          values.reduce((sum, value) => sum + value, 0),
          9,
        );
      }),
      { numRuns: 30 },
    );
  });

  test("takes powers of two only", () => {
    expect(() => new RealFft(100)).toThrow();
    expect(() => new RealFft(4)).toThrow();
  });
});
