import type { LineFaults } from "../faults.ts";
import type { Person } from "../person.ts";
import type { Ear } from "./ear.ts";

/** What leaves the caller's mouth; a person, or prepared frames in load runs. */
export interface Mouth {
  /** Fills the 20 ms frame that starts at line sample `line`; returns its base64 when it has it ready. */
  frame(into: Uint8Array, line: number): string | null;
  readonly hungUp: boolean;
}

/** A person's mouth and ears on a call. */
export function mouthOf(person: Person, ear: Ear, faults: LineFaults): Mouth {
  const echo = faults.echo;
  const gain = echo === undefined ? 0 : 10 ** (-echo.returnLossDb / 20);
  return {
    frame(into, line) {
      person.next(into, line, ear, (returned) => {
        if (echo !== undefined) ear.copy(returned, line - echo.delayMs * 8);
        return gain;
      });
      return null;
    },
    get hungUp() {
      return person.hungUp;
    },
  };
}
