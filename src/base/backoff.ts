import type { Random } from "./random.ts";

/** How long to wait before try number `attempt` (1 = first retry), and how much that may vary. */
export interface BackoffPolicy {
  /** Delays in ms by attempt; the last one repeats. */
  delaysMs: readonly number[];
  /** Share of the delay by which it may vary in both directions, 0..1. */
  jitter: number;
}

/** Delay in ms before retry `attempt` (1-based), jittered so that many peers do not come back in one instant. */
export function backoffMs(policy: BackoffPolicy, attempt: number, random: Random): number {
  const index = Math.min(Math.max(attempt, 1), policy.delaysMs.length) - 1;
  const delayMs = policy.delaysMs[index] ?? 0;
  return Math.round(delayMs * (1 + policy.jitter * (2 * random() - 1)));
}
