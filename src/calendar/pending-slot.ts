/**
 * What stands between an offer and a meeting (A6). `one` and `many` are offered slots held in the calendar, `day` and
 * `hour` are half of an appointment, `stale` is anything that expired, lies in the past or cannot be read any more.
 */
export type PendingState = "empty" | "day" | "hour" | "one" | "many" | "stale";

/**
 * What the customer's words mean for the pending slot. `choice` names exactly one offered slot ("הראשון", "ארבע וחצי");
 * `aside_confirm` is a yes to another question than the offer; `slot`, `day`, `hour` are times that were not offered;
 * `unclear` is a time with more than one meaning; `leave` turns to cancelling; `other`
 * says nothing about time.
 */
export type PendingInput =
  | "confirm"
  | "aside_confirm"
  | "reject"
  | "choice"
  | "slot"
  | "day"
  | "hour"
  | "unclear"
  | "leave"
  | "other";

/** `check` = look the named time up; `offer_day` = offer times of the named day; the `ask_` ones are sentences. */
export type PendingAction =
  | "none"
  | "book"
  | "check"
  | "offer_day"
  | "offer_others"
  | "ask_hour"
  | "ask_day"
  | "ask_day_and_hour"
  | "ask_which"
  | "ask_confirm"
  | "ask_meaning";

type Step = readonly [next: PendingState, action: PendingAction];

/**
 * Every state by every input. A named time that was not offered drops the offer: a later bare "כן" must never book a
 * slot the talk has moved away from.
 */
export const pendingTable: Readonly<Record<PendingState, Readonly<Record<PendingInput, Step>>>> = {
  empty: {
    confirm: ["empty", "ask_hour"],
    aside_confirm: ["empty", "none"],
    reject: ["empty", "none"],
    choice: ["empty", "ask_day_and_hour"],
    slot: ["empty", "check"],
    day: ["day", "offer_day"],
    hour: ["hour", "ask_day"],
    unclear: ["empty", "ask_meaning"],
    leave: ["empty", "none"],
    other: ["empty", "none"],
  },
  day: {
    confirm: ["day", "ask_hour"],
    aside_confirm: ["day", "none"],
    reject: ["empty", "offer_others"],
    choice: ["day", "ask_hour"],
    slot: ["empty", "check"],
    day: ["day", "offer_day"],
    hour: ["day", "check"],
    unclear: ["day", "ask_meaning"],
    leave: ["empty", "none"],
    other: ["day", "none"],
  },
  hour: {
    confirm: ["hour", "ask_day"],
    aside_confirm: ["hour", "none"],
    reject: ["empty", "offer_others"],
    choice: ["hour", "ask_day"],
    slot: ["empty", "check"],
    day: ["day", "check"],
    hour: ["hour", "ask_day"],
    unclear: ["hour", "ask_meaning"],
    leave: ["empty", "none"],
    other: ["hour", "none"],
  },
  one: {
    confirm: ["empty", "book"],
    aside_confirm: ["one", "ask_confirm"],
    reject: ["empty", "offer_others"],
    choice: ["empty", "book"],
    slot: ["empty", "check"],
    day: ["day", "offer_day"],
    hour: ["day", "check"],
    unclear: ["one", "ask_meaning"],
    leave: ["empty", "none"],
    other: ["one", "none"],
  },
  many: {
    confirm: ["many", "ask_which"],
    aside_confirm: ["many", "ask_which"],
    reject: ["empty", "offer_others"],
    choice: ["empty", "book"],
    slot: ["empty", "check"],
    day: ["day", "offer_day"],
    hour: ["empty", "ask_day"],
    unclear: ["many", "ask_meaning"],
    leave: ["empty", "none"],
    other: ["many", "none"],
  },
  stale: {
    confirm: ["empty", "ask_day_and_hour"],
    aside_confirm: ["empty", "none"],
    reject: ["empty", "none"],
    choice: ["empty", "ask_day_and_hour"],
    slot: ["empty", "check"],
    day: ["day", "offer_day"],
    hour: ["hour", "ask_day"],
    unclear: ["empty", "ask_meaning"],
    leave: ["empty", "none"],
    other: ["empty", "none"],
  },
};

/**
 * One offered slot: `local` is the business's wall clock ("2026-11-25T16:30"), `holdId` the row that keeps it, `moves` the
 * meeting that goes there when it is agreed to (absent: a new meeting; equal to `holdId`: the slot overlaps where it is).
 */
export interface OfferedSlot {
  holdId: string;
  local: string;
  moves?: string | undefined;
}

/** The pending slot of one conversation. Dates and times are ISO, in the business's zone. */
export type Pending =
  | { kind: "empty" }
  | { kind: "day"; date: string }
  | { kind: "hour"; time: string }
  | { kind: "offered"; slots: readonly [OfferedSlot, ...OfferedSlot[]] }
  | { kind: "stale"; why: "expired" | "past" | "unreadable" };

/** What was heard, reduced to what the table needs; `date` and `time` are ISO and local. */
export type PendingHeard =
  | { input: "confirm" | "aside_confirm" | "reject" | "unclear" | "leave" | "other" }
  | { input: "choice"; slot: OfferedSlot }
  | { input: "slot"; date: string; time: string }
  | { input: "day"; date: string }
  | { input: "hour"; time: string };

export interface PendingStep {
  pending: Pending;
  action: PendingAction;
  /** With `book`: the offered slot agreed to. */
  slot?: OfferedSlot;
  /** With `check`: the date and time to look up. */
  wanted?: { date: string; time: string };
  /** `state+input>next:action`, for the log. */
  why: string;
}

export function pendingStateOf(pending: Pending): PendingState {
  if (pending.kind !== "offered") return pending.kind;
  return pending.slots.length === 1 ? "one" : "many";
}

/** One step of the table with its data. Pure; the caller books, asks or looks up. */
export function stepPending(pending: Pending, heard: PendingHeard): PendingStep {
  const state = pendingStateOf(pending);
  const [next, action] = pendingTable[state][heard.input];
  const slot = heard.input === "choice" ? heard.slot : pending.kind === "offered" ? pending.slots[0] : undefined;
  const wanted = wantedOf(pending, heard);
  return {
    pending:
      next === state && heard.input !== "day" && heard.input !== "hour" ? pending : pendingIn(next, pending, heard),
    action,
    ...(action === "book" && slot ? { slot } : {}),
    ...(action === "check" && wanted ? { wanted } : {}),
    why: `${state}+${heard.input}>${next}:${action}`,
  };
}

function pendingIn(next: PendingState, pending: Pending, heard: PendingHeard): Pending {
  if (next === "day") {
    const date = heard.input === "day" ? heard.date : dateOf(pending);
    return date === null ? { kind: "empty" } : { kind: "day", date };
  }
  if (next === "hour" && heard.input === "hour") return { kind: "hour", time: heard.time };
  return next === "empty" ? { kind: "empty" } : pending;
}

function wantedOf(pending: Pending, heard: PendingHeard): { date: string; time: string } | undefined {
  if (heard.input === "slot") return { date: heard.date, time: heard.time };
  const date = heard.input === "day" ? heard.date : dateOf(pending);
  const time = heard.input === "hour" ? heard.time : pending.kind === "hour" ? pending.time : null;
  return date !== null && time !== null ? { date, time } : undefined;
}

function dateOf(pending: Pending): string | null {
  if (pending.kind === "day") return pending.date;
  return pending.kind === "offered" ? pending.slots[0].local.slice(0, 10) : null;
}
