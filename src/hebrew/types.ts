/** Precision of what was said; `second` and `year` occur only when somebody names them. */
export type Grain = "second" | "minute" | "hour" | "day" | "week" | "month" | "year";

/** Part of the day, with the hours of the policy: 06-12, 12-15, 14-18, 16-19, 18-22, 20-24. */
export type Part = "morning" | "noon" | "afternoon" | "late-afternoon" | "evening" | "night";

/** What still has to be asked: the day, the hour, morning or evening, or which of several. */
export type Missing = "date" | "time" | "ampm" | "which";

export type Flag = "shabbat" | "holiday";

/** What the conversation already holds. All times are local wall time of the business, `YYYY-MM-DDTHH:MM`. */
export interface Context {
  /** Slots the assistant offered last, in the order they were said. */
  offered?: readonly string[];
  /** The half-finished slot: `date` as `YYYY-MM-DD`, `time` as `HH:MM`. */
  pending?: { date?: string; time?: string };
  /** What the assistant has just asked for. */
  asked?: "time" | "date";
  /** Start of the customer's existing meeting. */
  appointment?: string;
}

interface Common {
  /** Why: one line per thing that was recognised, `said = meaning`. */
  evidence: string[];
  /** Set when the time (or part of it) falls into Shabbat or a holiday of rest in the city. Understood, not refused. */
  flags?: Flag[];
  /** What a booking would still need. Empty or absent: nothing. */
  missing?: Missing[];
}

/** Start and end are local wall time (`YYYY-MM-DDTHH:MM`), `end` is exclusive; `offset` is the UTC offset at `start`. */
interface Timed extends Common {
  start: string;
  grain: Grain;
  offset: string;
  /** `HH:MM`, when an hour is known. */
  time?: string;
  /** First and last day meant, both inclusive, when more than one day is meant. */
  window?: [string, string];
  part?: Part;
}

/** One moment (grain minute or hour), or one day, week, month or year named as a whole. */
export type Instant = Timed & { kind: "instant"; end?: string };
/** A stretch with both ends: part of a day, "from ten to twelve", a weekend. */
export type Interval = Timed & { kind: "interval"; end: string };
/** An hour without a day. `start` is the next such moment, for display only. */
export type TimeOfDay = Common & { kind: "timeOfDay"; time: string; grain: Grain; start: string; offset: string };
/** Something was understood but asking is due; `candidates` are times, days or hours in order of likelihood. */
export type Ask = Common & {
  kind: "ask";
  missing: Missing[];
  candidates: string[];
  start?: string;
  end?: string;
  grain?: Grain;
  time?: string;
  part?: Part;
};
/** A wish wider than a slot: "the end of the month", "after the holidays", "whenever suits". */
export type Open = Common & { kind: "open"; window?: [string, string]; part?: Part };
/** A bound: `from`/`to` are `HH:MM` for hours and `YYYY-MM-DD` for days; weekdays count from Sunday = 0. */
export type Constraint = Common & {
  kind: "constraint";
  from?: string;
  to?: string;
  notWeekday?: number;
  part?: Part;
  /** The day the bound speaks of, local midnight. */
  start?: string;
  window?: [string, string];
};
export type Confirm = Common & { kind: "confirm"; slot?: string };
export type Reject = Common & { kind: "reject"; start?: string };
export type Undecided = Common & { kind: "undecided"; start?: string };
/** `index` counts from 0 into `context.offered`. */
export type Choose = Common & { kind: "choose"; index: number; slot?: string };
/** A wish to move the meeting: `from` old start, `to` and `start` new start when both day and hour are known. */
export type Move = Common & {
  kind: "move";
  start?: string;
  end?: string;
  grain?: Grain;
  offset?: string;
  time?: string;
  from?: string;
  to?: string;
  /** Signed shift in minutes, for "an hour later". */
  minutes?: number;
  part?: Part;
  candidates?: string[];
  window?: [string, string];
};
export type Cancel = Common & { kind: "cancel"; slot?: string };
export type Late = Common & { kind: "late"; minutes?: number; time?: string };
export type None = Common & { kind: "none" };

export type Understanding =
  | Instant
  | Interval
  | TimeOfDay
  | Ask
  | Open
  | Constraint
  | Confirm
  | Reject
  | Undecided
  | Choose
  | Move
  | Cancel
  | Late
  | None;
