import type { Understanding } from "./types.ts";

const listed = (name: string, value: string | number | undefined): string =>
  value === undefined ? "" : ` ${name} ${value}`;

/**
 * An understanding in one short line, for logs and tables: `at 2026-11-25T16:30`, `day 2026-11-25`, `hour 16:00`,
 * `ask ampm`, `choose 1 2026-11-25T16:00`. Flags follow in brackets; evidence and offsets are left out.
 */
export function brief(understood: Understanding): string {
  const flags = understood.flags?.length ? ` [${understood.flags.join()}]` : "";
  return body(understood) + flags;
}

function body(u: Understanding): string {
  switch (u.kind) {
    case "instant":
      return u.time !== undefined || u.grain === "hour" ? `at ${u.start}` : `${u.grain} ${u.start.slice(0, 10)}`;
    case "interval":
      return u.grain === "day"
        ? `days ${u.start.slice(0, 10)}..${u.end.slice(0, 10)}`
        : `from ${u.start} to ${u.end.slice(11)}`;
    case "timeOfDay":
      return `hour ${u.time}`;
    case "ask":
      return `ask ${u.missing.join()}`;
    case "open":
      return `open${u.window ? ` ${u.window.join("..")}` : ""}`;
    case "constraint":
      return `constraint${listed("day", u.start?.slice(0, 10))}${listed("from", u.from)}${listed("to", u.to)}${listed("not", u.notWeekday)}${listed("part", u.part)}`;
    case "confirm":
    case "cancel":
      return `${u.kind}${u.slot ? ` ${u.slot}` : ""}`;
    case "choose":
      return `choose ${u.index}${u.slot ? ` ${u.slot}` : ""}`;
    case "move":
      return `move${u.minutes === undefined ? "" : ` by ${u.minutes}`}${moveGoal(u)}`;
    case "late":
      return `late${u.minutes === undefined ? "" : ` ${u.minutes}`}${listed("at", u.time)}`;
    case "reject":
    case "undecided":
    case "none":
      return u.kind;
  }
}

function moveGoal(u: Extract<Understanding, { kind: "move" }>): string {
  if (u.to !== undefined) return ` to ${u.to}`;
  if (u.start !== undefined) return ` to ${u.grain ?? ""} ${u.start}`;
  if (u.time !== undefined) return ` hour ${u.time}`;
  return u.candidates?.length ? ` ask ${u.missing?.join()}` : "";
}
