import type { ToolDefinition } from "./engine.ts";

/**
 * Port to what the assistant may do. The set is bound to one business and one caller before the call hears of it:
 * nothing the model says can choose another.
 */
export interface CallTools {
  readonly definitions: readonly ToolDefinition[];
  /**
   * Runs one tool and resolves to JSON text for the model. Never rejects: wrong names, wrong arguments and failures
   * come back as `{"error": …}`. `signal` aborts when the call gives the tool up.
   */
  run(name: string, argumentsJson: string, signal: AbortSignal): Promise<ToolOutcome>;
  /**
   * One finished line of the talk, as it was transcribed: what the assistant claims the caller said (a day, an hour, a
   * yes) is compared with it. Returns at once and never throws.
   */
  heard?(role: "caller" | "assistant", text: string): void;
  /** The caller has finished a turn; its words follow through `heard`, often after the tool calls it led to. */
  turnTaken?(): void;
}

export interface ToolOutcome {
  output: string;
  /** What the call itself has to do once the assistant has finished speaking. */
  afterwards?: { kind: "end" } | { kind: "transfer"; to: string; label: string };
}
