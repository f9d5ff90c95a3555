import type { Understanding } from "../types.ts";
import { understand } from "../understand.ts";
import corpus from "./duckling-hebrew-time.json" with { type: "json" };

interface Expected {
  kind: string;
  start?: string;
  end?: string;
  grain?: string;
}

interface Case {
  id: string;
  text: string;
  ref: string;
  expect: Expected;
  upstream: string;
  israel: { agrees: boolean; expected?: Expected };
  tags: string[];
}

/** How one case of the corpus came out: `exact` by the letter, `agrees` by value and the owner's policy. */
export interface Outcome {
  id: string;
  text: string;
  active: boolean;
  exact: boolean;
  agrees: boolean;
  expected: Expected;
  got: Understanding;
}

/**
 * Runs Duckling's Hebrew corpus by Israeli use. A case agrees when it is exact, or differs only where the owner's policy
 * decides: an hour without a day is a `timeOfDay` whose next occurrence is the expected moment, and a part of the day
 * has the policy's hours instead of Duckling's (evening 18-22, not 18-24) on the expected day.
 */
export function runConformance(): Outcome[] {
  return (corpus.cases as Case[]).map(({ id, text, ref, expect, upstream, israel, tags }) => {
    const expected = israel.agrees ? expect : (israel.expected ?? expect);
    const got = understand(text, { now: Temporal.Instant.from(ref), zone: ref.slice(-6) });
    const exact = isExact(expected, got);
    const agrees = exact || byValue(expected, got) || byPolicy(expected, got, tags);
    return { id, text, active: upstream === "active", exact, agrees, expected, got };
  });
}

const minuteOf = (local: string | undefined): string => (local ?? "").slice(0, 16);

/** Seconds count only where the corpus names them. */
const sameMoment = (expected: string | undefined, got: string | undefined): boolean => {
  if (expected === undefined || got === undefined) return expected === got;
  const named = !expected.endsWith(":00");
  return named ? expected === got : minuteOf(expected) === minuteOf(got);
};

const wholeGrains = new Set(["day", "week", "month", "year"]);

function sameGrain(expected: string | undefined, got: string | undefined): boolean {
  if (expected === undefined || got === undefined) return false;
  return wholeGrains.has(expected) || wholeGrains.has(got) ? expected === got : true;
}

function isExact(expected: Expected, got: Understanding): boolean {
  if (expected.kind === "ask") return got.kind === "ask";
  if (expected.kind !== got.kind || (got.kind !== "instant" && got.kind !== "interval")) return false;
  if (!sameGrain(expected.grain, got.grain) || !sameMoment(expected.start, got.start)) return false;
  return expected.kind !== "interval" || sameMoment(expected.end, got.end);
}

const byValue = (expected: Expected, got: Understanding): boolean =>
  expected.kind === "instant" && got.kind === "timeOfDay" && sameMoment(expected.start, got.start);

function byPolicy(expected: Expected, got: Understanding, tags: readonly string[]): boolean {
  if (expected.kind !== "interval" || got.kind !== "interval" || !tags.includes("part-of-day")) return false;
  const sameDay = expected.start?.slice(0, 10) === got.start.slice(0, 10);
  return sameDay && got.part !== undefined && got.start < (expected.end ?? "") && got.end > (expected.start ?? "");
}

/** The bars of the requirement: share of active and of switched-off cases that must agree. */
export const bars = { active: 0.98, disabled: 0.8 } as const;
