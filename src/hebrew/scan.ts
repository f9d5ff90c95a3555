import type { Day } from "./civil.ts";
import type { Clock } from "./clocks.ts";
import type { Token } from "./tokens.ts";
import type { Context, Grain, Part } from "./types.ts";

/** The moment of speaking on the business's wall clock. */
export interface Now {
  day: Day;
  /** Minutes since local midnight. */
  minute: number;
  weekday: number;
  /** Wall clock after so many elapsed minutes; differs from adding on the days the clock changes. */
  later(elapsedMinutes: number): { day: Day; minute: number };
  /** 00:00-03:59: "tomorrow" and today's weekday name can mean the day that people still call today. */
  small: boolean;
}

/** What the matchers see: the tokens, the moment, and the conversation so far. */
export interface Scan {
  tokens: readonly Token[];
  now: Now;
  context: Context;
  /** A meeting is being moved: "מיום רביעי לחמישי" is from the old day to the new one, not a stretch. */
  moving: boolean;
  /** Times left out because they are only told; their length ("הגעתי לפני חצי שעה") moves no slot either. */
  told: readonly Fact[];
}

export type Relation = "after" | "before" | "until" | "from" | null;

/** Why a date cannot stand as it was said. */
export type Problem = "impossible" | "mismatch" | "passed" | "midnight" | "ambiguous";

/** Something that names a day or a stretch of days. */
export interface DateFact {
  kind: "date";
  at: number;
  next: number;
  /** Days that may be meant, likeliest first. Empty for an impossible date. */
  days: Day[];
  /** A stretch instead of one day. `open`: a vague one ("the end of the month"); `weekend`: has both ends. */
  span: { first: Day; last: Day; grain: Grain; shape: "whole" | "open" | "interval" } | null;
  /** A moment of its own ("in half an hour", the end of Shabbat). */
  moment: { day: Day; minute: number; second: number; grain: Grain; until: number | null } | null;
  part: Part | null;
  /** Named weekday, Sunday = 0. */
  weekday: number | null;
  /** The weekday was said without its week or date, so after an offer it may be the offered one. */
  anyWeek: boolean;
  problem: Problem | null;
  /** "הלילה": hours after midnight belong to it. */
  night: boolean;
  /** A feast or memorial day: what comes after it is a season, not a bound. */
  feast: boolean;
  prefix: string;
}

/** A part of the day said apart from an hour. */
export interface PartFact {
  kind: "part";
  at: number;
  next: number;
  part: Part;
  dawn: boolean;
  prefix: string;
}

/** "Between ten and twelve", "9-17", "from four until six". */
export interface ClockRange {
  kind: "range";
  at: number;
  next: number;
  from: Clock;
  to: Clock;
  prefix: string;
}

export type Fact = (Clock | DateFact | PartFact | ClockRange) & { relation?: Relation; negated?: boolean };

export const dateFact = (at: number, next: number, rest: Partial<DateFact>): DateFact => ({
  kind: "date",
  at,
  next,
  days: [],
  span: null,
  moment: null,
  part: null,
  weekday: null,
  anyWeek: false,
  problem: null,
  night: false,
  feast: false,
  prefix: "",
  ...rest,
});

/** Index after commas and filler marks, at most two of them. */
export function skipMarks(tokens: readonly Token[], at: number): number {
  let i = at;
  while (i < at + 2 && (tokens[i]?.mark === "," || tokens[i]?.mark === " ")) i++;
  return i;
}
