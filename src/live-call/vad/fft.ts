import { assert } from "../../base/assert.ts";

/**
 * Fourier transform of real signals of one fixed length, through a complex transform of half that length
 * (Cooley-Tukey, radix 4, then the usual split into even and odd parts). Tables are made once; nothing is allocated later.
 * The signal is written straight to where the transform begins: samples 2i and 2i + 1 to `re` and `im` at `place[i]`.
 */
export class RealFft {
  readonly size: number;
  readonly re: Float64Array;
  readonly im: Float64Array;
  readonly place: Uint16Array;
  readonly #half: number;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;

  /** @throws Error when `size` is no power of two from 8 up. */
  constructor(size: number) {
    assert(size >= 8 && (size & (size - 1)) === 0, "the transform length is a power of two");
    this.size = size;
    this.#half = size / 2;
    this.re = new Float64Array(this.#half);
    this.im = new Float64Array(this.#half);
    this.#cos = Float64Array.from({ length: this.#half }, (_, i) => Math.cos((2 * Math.PI * i) / size));
    this.#sin = Float64Array.from({ length: this.#half }, (_, i) => Math.sin((2 * Math.PI * i) / size));
    const bits = Math.log2(this.#half);
    this.place = Uint16Array.from({ length: this.#half }, (_, i) => reverseBits(i, bits));
  }

  /** Writes |X(k)|² for k = `from` … `to` - 1 into `out[0…]`; 0 < from, to <= size / 2. Uses the signal up. */
  power(out: Float64Array, from: number, to: number): void {
    this.#transform();
    const re = this.re;
    const im = this.im;
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

  /** Writes Re X(k) and Im X(k) for k = 0 … `to` - 1 (to <= size / 2). Uses the signal up. */
  parts(real: Float64Array, imaginary: Float64Array, to: number): void {
    this.#transform();
    const re = this.re;
    const im = this.im;
    const half = this.#half;
    real[0] = re[0]! + im[0]!;
    imaginary[0] = 0;
    for (let k = 1; k < to; k++) {
      const m = half - k;
      const oddRe = im[k]! + im[m]!;
      const oddIm = re[m]! - re[k]!;
      const c = this.#cos[k]!;
      const s = this.#sin[k]!;
      real[k] = 0.5 * (re[k]! + re[m]! + c * oddRe + s * oddIm);
      imaginary[k] = 0.5 * (im[k]! - im[m]! + c * oddIm - s * oddRe);
    }
  }

  #transform(): void {
    const half = this.#half;
    // Four at a time; an odd power of two begins with pairs.
    const odd = ((31 - Math.clz32(half)) & 1) === 1;
    if (odd) pairs(this.re, this.im, half);
    else firstFours(this.re, this.im, half);
    for (let width = odd ? 2 : 4; width < half; width <<= 2) fours(this.re, this.im, half, width, this.#cos, this.#sin);
  }
}

function pairs(re: Float64Array, im: Float64Array, n: number): void {
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
}

/** The first stage has only the factor 1. In bit-reversed order the second of four is the one of two turns. */
function firstFours(re: Float64Array, im: Float64Array, n: number): void {
  for (let i = 0; i < n; i += 4) {
    const evenRe = re[i]! + re[i + 1]!;
    const evenIm = im[i]! + im[i + 1]!;
    const lessRe = re[i]! - re[i + 1]!;
    const lessIm = im[i]! - im[i + 1]!;
    const oddRe = re[i + 2]! + re[i + 3]!;
    const oddIm = im[i + 2]! + im[i + 3]!;
    const turnedRe = im[i + 2]! - im[i + 3]!;
    const turnedIm = re[i + 3]! - re[i + 2]!;
    re[i] = evenRe + oddRe;
    im[i] = evenIm + oddIm;
    re[i + 1] = lessRe + turnedRe;
    im[i + 1] = lessIm + turnedIm;
    re[i + 2] = evenRe - oddRe;
    im[i + 2] = evenIm - oddIm;
    re[i + 3] = lessRe - turnedRe;
    im[i + 3] = lessIm - turnedIm;
  }
}

/** Joins four transforms of `width` into one; `cos` and `sin` are tables of one turn in 2 × `n` steps. */
function fours(
  re: Float64Array,
  im: Float64Array,
  n: number,
  width: number,
  cos: Float64Array,
  sin: Float64Array,
): void {
  const step = (n << 1) / (width << 2);
  for (let j = 0, turn = 0; j < width; j++, turn += step) {
    const c1 = cos[turn]!;
    const s1 = sin[turn]!;
    const c2 = cos[2 * turn]!;
    const s2 = sin[2 * turn]!;
    const c3 = c1 * c2 - s1 * s2;
    const s3 = s1 * c2 + c1 * s2;
    for (let a = j; a < n; a += width << 2) {
      const b = a + width;
      const c = b + width;
      const d = c + width;
      const bRe = re[b]! * c2 + im[b]! * s2;
      const bIm = im[b]! * c2 - re[b]! * s2;
      const cRe = re[c]! * c1 + im[c]! * s1;
      const cIm = im[c]! * c1 - re[c]! * s1;
      const dRe = re[d]! * c3 + im[d]! * s3;
      const dIm = im[d]! * c3 - re[d]! * s3;
      const evenRe = re[a]! + bRe;
      const evenIm = im[a]! + bIm;
      const lessRe = re[a]! - bRe;
      const lessIm = im[a]! - bIm;
      re[a] = evenRe + cRe + dRe;
      im[a] = evenIm + cIm + dIm;
      re[b] = lessRe + cIm - dIm;
      im[b] = lessIm + dRe - cRe;
      re[c] = evenRe - cRe - dRe;
      im[c] = evenIm - cIm - dIm;
      re[d] = lessRe - cIm + dIm;
      im[d] = lessIm - dRe + cRe;
    }
  }
}

function reverseBits(value: number, bits: number): number {
  let out = 0;
  for (let bit = 0; bit < bits; bit++) if (value & (1 << bit)) out |= 1 << (bits - 1 - bit);
  return out;
}
