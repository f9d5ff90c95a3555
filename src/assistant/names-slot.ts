import { understand } from "../hebrew/understand.ts";

export type Naming =
  /** The line says one of the slots: its hour, and no other day than its own. */
  | "names"
  /** It says a time, and it is none of theirs. */
  | "names_other"
  /** It says no time. */
  | "silent";

/** Ends of sentences and turns of thought; "16:30" and "25.11" stay whole. */
const clauseEnd = /[.!?;\n]+(?=\s|$)/;
const charsRead = 2_000;

/** Whether a line of the assistant speaks of one of these slots (local wall time), read by the same rules as the customer's. */
export function namesSlot(line: string, slots: readonly string[], now: Temporal.ZonedDateTime): Naming {
  const read = line
    .slice(0, charsRead)
    .split(clauseEnd)
    .map((clause) => timesIn(clause, now));
  const days = read.flatMap(({ dates }) => dates);
  const isNamed = (slot: string): boolean =>
    read.some(({ times }) => times.includes(slot.slice(11))) && (days.length === 0 || days.includes(slot.slice(0, 10)));
  if (slots.some(isNamed)) return "names";
  return read.some(({ times }) => times.length > 0) ? "names_other" : "silent";
}

/** Days and hours in a clause. Digits count as they stand: a list of hours is more than one understanding. */
function timesIn(clause: string, now: Temporal.ZonedDateTime): { dates: string[]; times: string[] } {
  const written = clause.match(/(?<![\d:])(?:[01]\d|2[0-3]):[0-5]\d(?![\d:])/g) ?? [];
  const said = understand(clause, { now: now.toInstant(), zone: now.timeZoneId });
  switch (said.kind) {
    case "instant":
      return {
        dates: said.missing?.includes("date") ? [] : [said.start.slice(0, 10)],
        times: [...written, ...(said.time === undefined ? [] : [said.time])],
      };
    case "interval":
      return { dates: [said.start.slice(0, 10)], times: written };
    case "timeOfDay":
      return { dates: [], times: [...written, said.time] };
    case "ask": {
      const locals = said.candidates.filter((text) => text.length >= 16);
      return {
        dates: [...said.candidates.filter((text) => text.length === 10), ...locals.map((text) => text.slice(0, 10))],
        times: [
          ...written,
          ...said.candidates.filter((text) => text.length === 5),
          ...locals.map((text) => text.slice(11, 16)),
        ],
      };
    }
    default:
      return { dates: [], times: written };
  }
}
