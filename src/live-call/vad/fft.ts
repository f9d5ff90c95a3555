import { assert } from "../../base/assert.ts";

/**
 * Fourier transform of real signals of one fixed length, through a complex transform of half that length
 * (Cooley-Tukey, radix 2, then the usual split into even and odd parts). Tables are made once; `power` allocates nothing.
 */
export class RealFft {
  readonly size: number;
  readonly #half: number;
  readonly #re: Float64Array;
  readonly #im: Float64Array;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #reversed: Uint16Array;

  /** @throws Error when `size` is no power of two from 8 up. */
  constructor(size: number) {
    assert(size >= 8 && (size & (size - 1)) === 0, "the transform length is a power of two");
    this.size = size;
    this.#half = size / 2;
    this.#re = new Float64Array(this.#half);
    this.#im = new Float64Array(this.#half);
    this.#cos = Float64Array.from({ length: this.#half }, (_, i) => Math.cos((2 * Math.PI * i) / size));
    this.#sin = Float64Array.from({ length: this.#half }, (_, i) => Math.sin((2 * Math.PI * i) / size));
    const bits = Math.log2(this.#half);
    this.#reversed = Uint16Array.from({ length: this.#half }, (_, i) => reverseBits(i, bits));
  }

  /** Writes |X(k)|² for k = `from` … `to` - 1 into `out[0…]`. `signal` holds `size` samples; 0 < from, to <= size / 2. */
  power(signal: Float64Array, out: Float64Array, from: number, to: number): void {
    this.#transform(signal);
    const re = this.#re;
    const im = this.#im;
    const half = this.#half;
    for (let k = from; k < to; k++) {
      const m = half - k;
      const evenRe = re[k]! + re[m]!;
      const evenIm = im[k]! - im[m]!;
      const oddRe = im[k]! + im[m]!;
      const oddIm = re[m]! - re[k]!;
      const c = this.#cos[k]!;
      const s = this.#sin[k]!;
      const x = evenRe + c * oddRe + s * oddIm;
      const y = evenIm + c * oddIm - s * oddRe;
      out[k - from] = 0.25 * (x * x + y * y);
    }
  }

  /** Writes Re X(k) for k = 0 … `to` - 1 (to <= size / 2): the autocorrelation when `signal` is a mirrored spectrum. */
  realPart(signal: Float64Array, out: Float64Array, to: number): void {
    this.#transform(signal);
    const re = this.#re;
    const im = this.#im;
    const half = this.#half;
    out[0] = re[0]! + im[0]!;
    for (let k = 1; k < to; k++) {
      const m = half - k;
      const oddRe = im[k]! + im[m]!;
      const oddIm = re[m]! - re[k]!;
      out[k] = 0.5 * (re[k]! + re[m]! + this.#cos[k]! * oddRe + this.#sin[k]! * oddIm);
    }
  }

  #transform(signal: Float64Array): void {
    const re = this.#re;
    const im = this.#im;
    const half = this.#half;
    const reversed = this.#reversed;
    for (let i = 0; i < half; i++) {
      const from = reversed[i]! << 1;
      re[i] = signal[from]!;
      im[i] = signal[from + 1]!;
    }
    butterflies(re, im, half, this.#cos, this.#sin);
  }
}

/** `cos` and `sin` are tables of one turn in 2 × `n` steps. */
function butterflies(re: Float64Array, im: Float64Array, n: number, cos: Float64Array, sin: Float64Array): void {
  // The first stage has only the factor 1.
  for (let i = 0; i < n; i += 2) {
    const a = re[i]!;
    const b = im[i]!;
    const c = re[i + 1]!;
    const d = im[i + 1]!;
    re[i] = a + c;
    im[i] = b + d;
    re[i + 1] = a - c;
    im[i + 1] = b - d;
  }
  for (let width = 4; width <= n; width <<= 1) {
    const half = width >> 1;
    const step = (n << 1) / width;
    for (let j = 0, turn = 0; j < half; j++, turn += step) {
      const wr = cos[turn]!;
      const wi = sin[turn]!;
      for (let top = j; top < n; top += width) {
        const low = top + half;
        const xr = re[low]! * wr + im[low]! * wi;
        const xi = im[low]! * wr - re[low]! * wi;
        re[low] = re[top]! - xr;
        im[low] = im[top]! - xi;
        re[top] = re[top]! + xr;
        im[top] = im[top]! + xi;
      }
    }
  }
}

function reverseBits(value: number, bits: number): number {
  let out = 0;
  for (let bit = 0; bit < bits; bit++) if (value & (1 << bit)) out |= 1 << (bits - 1 - bit);
  return out;
}
