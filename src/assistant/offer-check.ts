import type { Understanding } from "../hebrew/types.ts";
import { saySlot } from "./say.he.ts";
import { sentences } from "./sentences.he.ts";

/** One line of the customer with what was deterministically understood from it at the time it was said. */
export interface HeardLine {
  text: string;
  understood: Understanding;
  /** When it was said. */
  at: Temporal.Instant;
  /** The assistant's words that it answers; empty when there are none. */
  after: string;
}

/** A time the model passes to a tool; ISO, local to the business. */
export interface TimeClaim {
  date: string;
  time: string | null;
}

export type ClaimVerdict =
  /** The words support the claim; `exact`: they name this hour, not only a part of the day that holds it. */
  | { kind: "agrees"; exact: boolean; why: string }
  /** The words say something else, or more than one thing: `question` goes to the customer, about the `heard` slots. */
  | { kind: "differs"; why: string; question: string; heard: string[] }
  /** No line names a time that could support or refute it. */
  | { kind: "unheard"; why: string };

/** What the newest lines say about day and hour: the newest line that names one wins over older ones. */
interface Said {
  dates: string[] | null;
  window: readonly [string, string] | null;
  times: string[] | null;
  hours: readonly [string, string] | null;
  ambiguous: boolean;
}

/** Lines older than this many no longer speak about the time at hand. */
const linesConsidered = 6;

/** Compares a claimed time with the customer's own words, newest line last. Pure. */
export function checkClaim(claim: TimeClaim, lines: readonly HeardLine[], today: Temporal.PlainDate): ClaimVerdict {
  const said = collect(lines.slice(-linesConsidered));
  const problem = dateProblem(claim, said) ?? timeProblem(claim, said);
  if (problem !== null) {
    const heard = slotsOf(said, claim);
    return { kind: "differs", why: problem, question: questionFor(heard, today), heard };
  }
  if (said.dates === null && said.window === null && said.times === null && said.hours === null)
    return { kind: "unheard", why: "no time in the last lines" };
  if (claim.time !== null && said.times === null && said.hours === null)
    return { kind: "unheard", why: `date ${claim.date} heard, hour not` };
  const exact = said.times !== null && said.dates !== null;
  return { kind: "agrees", exact, why: describe(said) };
}

/** Whether the words name an hour. */
export const namesHour = ({ understood }: HeardLine): boolean => factsOf(understood).times !== null;

function collect(lines: readonly HeardLine[]): Said {
  const said: Said = { dates: null, window: null, times: null, hours: null, ambiguous: false };
  for (const { understood } of lines.toReversed()) {
    const facts = factsOf(understood);
    if (said.dates === null && said.window === null) {
      said.dates = facts.dates;
      said.window = facts.window;
    }
    if (said.times === null && said.hours === null) {
      said.times = facts.times;
      said.hours = facts.hours;
      said.ambiguous = facts.times !== null && facts.ambiguous;
    }
  }
  return said;
}

const nothing: Said = { dates: null, window: null, times: null, hours: null, ambiguous: false };
const dateOf = (local: string): string => local.slice(0, 10);
const timeOf = (local: string): string => local.slice(11, 16);
const moment = (local: string | undefined): Said =>
  local === undefined ? nothing : { ...nothing, dates: [dateOf(local)], times: [timeOf(local)] };

function factsOf(heard: Understanding): Said {
  switch (heard.kind) {
    case "instant": {
      const coarse = heard.window !== undefined && heard.window[0] !== heard.window[1];
      return {
        ...nothing,
        dates: coarse || heard.missing?.includes("date") ? null : [dateOf(heard.start)],
        window: coarse ? (heard.window ?? null) : null,
        times: heard.time === undefined ? null : [heard.time],
      };
    }
    case "interval": {
      const oneDay = dateOf(heard.start) === dateOf(heard.end) || timeOf(heard.end) === "00:00";
      if (!oneDay) return { ...nothing, window: heard.window ?? [dateOf(heard.start), dateOf(heard.end)] };
      const end = timeOf(heard.end) === "00:00" ? "24:00" : timeOf(heard.end);
      return { ...nothing, dates: [dateOf(heard.start)], hours: [timeOf(heard.start), end] };
    }
    case "timeOfDay":
      return { ...nothing, times: [heard.time] };
    case "ask":
      return askFacts(heard);
    case "open":
      return { ...nothing, window: heard.window ?? null };
    case "constraint":
      return constraintFacts(heard);
    case "confirm":
    case "choose":
      return moment(heard.slot);
    case "move":
      if (heard.to !== undefined && heard.to.length >= 16) return moment(heard.to);
      return {
        ...nothing,
        dates: heard.start === undefined ? null : [dateOf(heard.start)],
        times: heard.time === undefined ? null : [heard.time],
      };
    case "reject":
    case "undecided":
    case "cancel":
    case "late":
    case "none":
      return nothing;
  }
}

function askFacts(heard: Extract<Understanding, { kind: "ask" }>): Said {
  const locals = heard.candidates.filter((text) => text.length >= 16);
  const times = [...heard.candidates.filter((text) => /^\d\d:\d\d$/.test(text)), ...locals.map(timeOf)];
  const dates = [...heard.candidates.filter((text) => /^\d{4}-\d\d-\d\d$/.test(text)), ...locals.map(dateOf)];
  const start = heard.start === undefined ? [] : [dateOf(heard.start)];
  const said = {
    dates: dates.length > 0 ? dates : start,
    times: times.length > 0 ? times : heard.time ? [heard.time] : [],
  };
  return {
    ...nothing,
    dates: said.dates.length > 0 ? [...new Set(said.dates)] : null,
    times: said.times.length > 0 ? [...new Set(said.times)] : null,
    ambiguous: heard.missing.includes("ampm") || heard.missing.includes("which"),
  };
}

function constraintFacts(heard: Extract<Understanding, { kind: "constraint" }>): Said {
  const isHour = (text: string | undefined): boolean => text !== undefined && /^\d\d:\d\d$/.test(text);
  const hours = isHour(heard.from) || isHour(heard.to);
  return {
    ...nothing,
    dates: heard.start === undefined ? null : [dateOf(heard.start)],
    window: heard.window ?? null,
    hours: hours
      ? [isHour(heard.from) ? (heard.from as string) : "00:00", isHour(heard.to) ? (heard.to as string) : "24:00"]
      : null,
  };
}

function dateProblem(claim: TimeClaim, said: Said): string | null {
  if (said.dates !== null && !said.dates.includes(claim.date))
    return `claimed ${claim.date}, heard ${said.dates.join("/")}`;
  if (said.window !== null && (claim.date < said.window[0] || claim.date > said.window[1]))
    return `claimed ${claim.date}, heard ${said.window.join("..")}`;
  return null;
}

function timeProblem(claim: TimeClaim, said: Said): string | null {
  if (claim.time === null) return null;
  if (said.ambiguous) return `claimed ${claim.time}, heard ${said.times?.join(" or ")}`;
  if (said.times !== null && !said.times.includes(claim.time))
    return `claimed ${claim.time}, heard ${said.times.join("/")}`;
  // The end is included: "until five" leaves a meeting at five to the calendar and to the read-back.
  if (said.hours !== null && (claim.time < said.hours[0] || claim.time > said.hours[1]))
    return `claimed ${claim.time}, heard ${said.hours.join("..")}`;
  return null;
}

/** Every slot that the words may mean; a day that was not named is the claimed one. */
function slotsOf(said: Said, claim: TimeClaim): string[] {
  const dates = said.dates ?? (said.window === null ? [claim.date] : []);
  return dates.flatMap((date) => (said.times ?? []).map((time) => `${date}T${time}`));
}

/** Asks about what the customer said, not about what the model made of it. */
function questionFor(heard: readonly string[], today: Temporal.PlainDate): string {
  if (heard.length === 0 || heard.length > 3) return sentences.askAgain;
  return sentences.askMeaning(heard.map((local) => saySlot(local, today)).join(" או ל"));
}

function describe(said: Said): string {
  const day = said.dates?.join("/") ?? said.window?.join("..") ?? "any day";
  return `heard ${day} ${said.times?.join("/") ?? said.hours?.join("..") ?? "any hour"}`;
}
