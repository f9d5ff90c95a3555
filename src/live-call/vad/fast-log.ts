const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);
const MANTISSA = 0x7f_ffff;
const PER_MANTISSA = 2 ** -23;

/**
 * Logarithm to base 2 of a positive number, within 0.001: the exponent is read from the bits, a cubic does the rest.
 * A fifth of the price of `Math.log`, for patterns that are only compared with each other.
 */
export function fastLog2(value: number): number {
  float[0] = value;
  const whole = bits[0]!;
  const part = (whole & MANTISSA) * PER_MANTISSA;
  return (whole >> 23) - 127 + part * (1 + (1 - part) * (0.423 - 0.16 * part));
}
