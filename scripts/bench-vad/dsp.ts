/** Signal processing that only the bench needs. Signals are Float32Array at 8 kHz unless the name says otherwise. */
export const RATE = 8_000;
export const FRAME = 160;

/** Full scale of 16-bit audio: 0 dBov is a square wave of this amplitude (ITU-T G.100.1). */
const FULL_SCALE = 32_768;

export const dbov = (level: number): number => FULL_SCALE * 10 ** (level / 20);

export function rms(signal: Float32Array): number {
  let sum = 0;
  for (const sample of signal) sum += sample * sample;
  return Math.sqrt(sum / Math.max(1, signal.length));
}

export function scale(signal: Float32Array, gain: number): Float32Array {
  return signal.map((sample) => sample * gain);
}

export function addAt(target: Float32Array, source: Float32Array, at: number, gain = 1): void {
  const end = Math.min(source.length, target.length - at);
  for (let i = Math.max(0, -at); i < end; i++) target[at + i]! += gain * source[i]!;
}

/** Windowed-sinc low-pass taps (Blackman), unity gain at 0 Hz. */
function lowPass(cutoffHz: number, rate: number, taps: number): Float64Array {
  const middle = (taps - 1) / 2;
  const out = Float64Array.from({ length: taps }, (_, i) => {
    const x = i - middle;
    const ratio = (2 * cutoffHz) / rate;
    const sinc = x === 0 ? ratio : Math.sin(Math.PI * ratio * x) / (Math.PI * x);
    const turn = (2 * Math.PI * i) / (taps - 1);
    return sinc * (0.42 - 0.5 * Math.cos(turn) + 0.08 * Math.cos(2 * turn));
  });
  const sum = out.reduce((total, tap) => total + tap, 0);
  return out.map((tap) => tap / sum);
}

function convolve(signal: Float32Array, taps: Float64Array): Float32Array {
  const out = new Float32Array(signal.length);
  const middle = (taps.length - 1) / 2;
  for (let i = 0; i < signal.length; i++) {
    const first = Math.max(0, i + middle - signal.length + 1);
    const last = Math.min(taps.length - 1, i + middle);
    let sum = 0;
    for (let k = first; k <= last; k++) sum += taps[k]! * signal[i + middle - k]!;
    out[i] = sum;
  }
  return out;
}

const TAPS = 161;
const below3500 = lowPass(3_500, RATE, TAPS);
const below250 = lowPass(250, RATE, TAPS);
const telephone = below3500.map((tap, i) => tap - below250[i]!);

/** What a telephone line lets through: 250-3,500 Hz. */
export const telephoneBand = (signal: Float32Array): Float32Array => convolve(signal, telephone);

/** Band-limited copy between two edges in Hz. */
export function band(signal: Float32Array, fromHz: number, toHz: number): Float32Array {
  const high = lowPass(toHz, RATE, TAPS);
  const low = lowPass(fromHz, RATE, TAPS);
  return convolve(
    signal,
    high.map((tap, i) => tap - low[i]!),
  );
}

/** Resamples to 8 kHz; `speed` above 1 also shortens and raises the pitch, like a tape. `wow` bends speed over time. */
export function resample(signal: Float32Array, rate: number, wow: (seconds: number) => number = () => 1): Float32Array {
  const clean = convolve(signal, lowPass(Math.min(3_800, rate * 0.45), rate, TAPS));
  const out: number[] = [];
  for (let at = 0; at < clean.length - 1; at += (rate / RATE) * wow(out.length / RATE)) {
    const left = Math.floor(at);
    const part = at - left;
    out.push(clean[left]! * (1 - part) + clean[left + 1]! * part);
  }
  return Float32Array.from(out);
}

/** Energies (mean square) of consecutive 20 ms frames. */
export function frameEnergies(signal: Float32Array): Float64Array {
  const out = new Float64Array(Math.floor(signal.length / FRAME));
  for (let frame = 0; frame < out.length; frame++) {
    let sum = 0;
    for (let i = frame * FRAME; i < (frame + 1) * FRAME; i++) sum += signal[i]! ** 2;
    out[frame] = sum / FRAME;
  }
  return out;
}

/**
 * Active speech level as rms, after ITU-T P.56 method B in spirit: pauses (frames 16 dB under the active level) do
 * not count. Solved by iteration over frame energies instead of the standard's envelope.
 */
export function activeLevel(signal: Float32Array): number {
  const energies = frameEnergies(signal);
  let level = rms(signal) ** 2;
  for (let round = 0; round < 8; round++) {
    const active = energies.filter((energy) => energy > level * 10 ** -1.59);
    if (active.length === 0) break;
    level = active.reduce((sum, energy) => sum + energy, 0) / active.length;
  }
  return Math.sqrt(level);
}

/** Mono 16-bit WAV to samples in ±1. @throws Error on anything else. */
export function readWav(bytes: Uint8Array): { samples: Float32Array; rate: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rate = view.getUint32(24, true);
  if (view.getUint16(22, true) !== 1 || view.getUint16(34, true) !== 16) throw new Error("expected mono 16-bit WAV");
  let at = 12;
  while (at + 8 <= bytes.length && String.fromCharCode(...bytes.subarray(at, at + 4)) !== "data") {
    at += 8 + view.getUint32(at + 4, true);
  }
  const start = at + 8;
  const count = Math.floor((bytes.length - start) / 2);
  const samples = Float32Array.from({ length: count }, (_, i) => view.getInt16(start + 2 * i, true) / FULL_SCALE);
  return { samples, rate };
}
