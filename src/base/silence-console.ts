/**
 * Makes `console` of this thread say nothing. libsignal prints session records, private keys among them, with
 * `console.info` and `console.warn`; our own lines never go through `console`.
 */
export function silenceConsole(): void {
  const silent = () => {};
  Object.assign(globalThis.console, { log: silent, info: silent, warn: silent, error: silent, debug: silent });
}
