const lineRate = 8_000;
const [lowHz, highHz] = [250, 3_500];
// 2.9 ms at 22,050 Hz: enough that nothing above 4 kHz is folded into the speech.
const reach = 64;

/** What a telephone line lets through of a sound, at the line's 8 kHz. Digital silence stays silent. */
export function telephoneBand(sound: Int16Array, rate: number): Int16Array {
  const taps = bandPass(rate);
  const padded = new Float64Array(sound.length + 2 * reach + 1);
  padded.set(sound, reach);
  const filtered = (at: number): number => {
    let sum = 0;
    for (let tap = 0; tap < taps.length; tap++) sum += taps[tap]! * padded[at + tap]!;
    return sum;
  };
  return Int16Array.from({ length: Math.floor((sound.length * lineRate) / rate) }, (_, at) => {
    const exact = (at * rate) / lineRate;
    const before = Math.floor(exact);
    const value = filtered(before) * (1 - exact + before) + filtered(before + 1) * (exact - before);
    return Math.max(-32_767, Math.min(32_767, Math.round(value)));
  });
}

/** Windowed-sinc taps (Hann) of the band. */
function bandPass(rate: number): Float64Array {
  const lowPass = (hz: number, x: number) =>
    x === 0 ? (2 * hz) / rate : Math.sin((2 * Math.PI * hz * x) / rate) / (Math.PI * x);
  return Float64Array.from({ length: 2 * reach + 1 }, (_, index) => {
    const x = index - reach;
    return (lowPass(highHz, x) - lowPass(lowHz, x)) * (0.5 + 0.5 * Math.cos((Math.PI * x) / (reach + 1)));
  });
}
