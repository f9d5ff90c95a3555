import type { LineFaults, ModelFaults } from "../faults.ts";
import type { Rule } from "../openai/brain.ts";
import type { Step } from "../person.ts";

/** One call as it is meant to go: who calls, what the caller does, what the model answers, what breaks. */
export interface Scenario {
  name: string;
  /** One English sentence for listings. */
  title: string;
  from?: string;
  /** Called number; the world's usual one by default. */
  to?: string;
  steps: readonly Step[];
  /** Asked before the reception's usual rules. */
  rules?: readonly Rule[];
  /** Noise of the caller's surroundings in dBov. */
  noiseDbov?: number;
  faults?: LineFaults;
  /** Breaks the model for everybody, from the start of this call on. */
  breakModel?: (faults: ModelFaults) => void;
  /** How a person behaves who is dialled during the call. */
  dialled?: { status: "completed" | "no-answer" | "busy"; seconds: number };
  /** The caller hangs up at the latest after this long. */
  patienceMs?: number;
}
