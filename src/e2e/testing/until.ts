/**
 * Looks every 25 ms until there is something to see (neither null, undefined nor false), and returns it.
 * @throws Error naming `what` when time is up.
 */
export async function until<T>(
  what: string | (() => string),
  look: () => T | Promise<T>,
  withinMs = 25_000,
): Promise<Exclude<NonNullable<T>, false>> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== undefined && seen !== false) return seen as Exclude<NonNullable<T>, false>;
    if (performance.now() > deadline)
      throw new Error(`not within ${withinMs} ms: ${typeof what === "string" ? what : what()}`);
    await Bun.sleep(25);
  }
}
