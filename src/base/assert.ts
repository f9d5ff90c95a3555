/**
 * States what must hold. A broken assertion is a bug: it is thrown and ends the call, job or request it happened in.
 * @throws Error with the given message when `condition` is false.
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/**
 * Default branch of a closed union: the compiler proves that it cannot be reached.
 * @throws Error always.
 */
export function neverHere(value: never): never {
  throw new Error(`unreachable case: ${JSON.stringify(value)}`);
}
