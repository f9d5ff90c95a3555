import { test } from "bun:test";

/**
 * Steps of one story: each builds on what the ones before have left, so they run in their order, whatever order the
 * tests of a file run in. One test; what fails is named by its step.
 */
export function story(name: string): (step: string, run: () => void | Promise<void>) => void {
  const steps: [step: string, run: () => void | Promise<void>][] = [];
  test(name, async () => {
    for (const [step, run] of steps)
      try {
        await run();
      } catch (error) {
        if (error instanceof Error) error.message = `step “${step}”: ${error.message}`;
        throw error;
      }
  });
  return (step, run) => void steps.push([step, run]);
}
