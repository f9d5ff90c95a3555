import type { OfferedSlot, Pending, PendingHeard } from "../calendar/pending-slot.ts";
import type { Understanding } from "../hebrew/types.ts";
import type { Anchor } from "./answer-anchor.ts";

/** What an understood line means for the pending slot. Pure. */
export function pendingInput(heard: Understanding, pending: Pending, anchor: Anchor): PendingHeard {
  const meant = heardAs(heard, pending, anchor);
  const isPointed = heard.kind !== "instant" || heard.missing?.includes("date") === true; // not the whole day and hour
  return meant.input === "choice" && anchor === "aside" && isPointed ? { input: "aside_confirm" } : meant;
}

function heardAs(heard: Understanding, pending: Pending, anchor: Anchor): PendingHeard {
  const slots = pending.kind === "offered" ? pending.slots : [];
  switch (heard.kind) {
    case "confirm": {
      const named = slots.find((slot) => slot.local === heard.slot);
      if (named !== undefined && slots.length > 1) return { input: "choice", slot: named };
      return { input: anchor === "offer" ? "confirm" : "aside_confirm" };
    }
    case "choose": {
      const chosen = slots.find((slot) => slot.local === heard.slot) ?? slots[heard.index];
      return chosen === undefined ? { input: "other" } : { input: "choice", slot: chosen };
    }
    case "reject":
      return { input: "reject" };
    case "cancel":
      return { input: "leave" };
    case "move":
      return { input: "other" };
    case "instant":
      if (heard.time !== undefined && heard.missing?.includes("date")) return hourInput(heard.time, slots);
      return timedInput(heard.start, heard.time, heard.window, slots);
    case "interval":
      return heard.start.slice(0, 10) === heard.end.slice(0, 10)
        ? { input: "day", date: heard.start.slice(0, 10) }
        : { input: "other" };
    case "timeOfDay":
      return hourInput(heard.time, slots);
    case "ask":
      return askInput(heard, pending);
    case "open":
    case "constraint":
    case "undecided":
    case "late":
    case "none":
      return { input: "other" };
  }
}

function timedInput(
  start: string,
  time: string | undefined,
  window: readonly [string, string] | undefined,
  slots: readonly OfferedSlot[],
): PendingHeard {
  const date = start.slice(0, 10);
  if (time === undefined) return window && window[0] !== window[1] ? { input: "other" } : { input: "day", date };
  const named = slots.find((slot) => slot.local === `${date}T${time}`);
  return named === undefined ? { input: "slot", date, time } : { input: "choice", slot: named };
}

function hourInput(time: string, slots: readonly OfferedSlot[]): PendingHeard {
  const [named, ...more] = slots.filter((slot) => slot.local.endsWith(time));
  return named !== undefined && more.length === 0 ? { input: "choice", slot: named } : { input: "hour", time };
}

/**
 * Asking is due. A yes that only repeats what is pending stays a yes: the table knows what to ask for. One offer that may
 * or may not be meant ("ברביעי אני עובדת") is read back, never booked. A day that lacks its hour, or an hour that lacks its
 * day, is half an appointment; anything else is unclear.
 */
function askInput(heard: Extract<Understanding, { kind: "ask" }>, pending: Pending): PendingHeard {
  const lacks = heard.missing.length === 1 ? heard.missing[0] : undefined;
  const date = heard.start?.slice(0, 10);
  if (lacks === "which" && pending.kind === "offered" && heard.candidates.length === pending.slots.length)
    return { input: pending.slots.length === 1 ? "aside_confirm" : "confirm" };
  if (lacks === "time" && date !== undefined)
    return pending.kind === "day" && pending.date === date ? { input: "confirm" } : { input: "day", date };
  if (lacks === "date" && heard.time !== undefined)
    return pending.kind === "hour" && pending.time === heard.time
      ? { input: "confirm" }
      : { input: "hour", time: heard.time };
  return { input: "unclear" };
}
