import { expect, test } from "bun:test";
import type { Pending } from "../calendar/pending-slot.ts";
import type { Context } from "../hebrew/types.ts";
import { understand } from "../hebrew/understand.ts";
import type { Anchor } from "./answer-anchor.ts";
import { pendingInput } from "./pending-input.ts";

const zone = "Asia/Jerusalem";
const now = Temporal.ZonedDateTime.from("2026-11-24T10:15[Asia/Jerusalem]"); // a Tuesday
const one: Pending = { kind: "offered", slots: [{ holdId: "a", local: "2026-11-25T16:30" }] };
const two: Pending = { kind: "offered", slots: [...one.slots, { holdId: "b", local: "2026-11-26T10:00" }] };
const day: Pending = { kind: "day", date: "2026-11-25" };
const hour: Pending = { kind: "hour", time: "16:30" };

const contextOf = (pending: Pending): Context => {
  if (pending.kind === "offered") return { offered: pending.slots.map((slot) => slot.local) };
  if (pending.kind === "day") return { pending: { date: pending.date } };
  return pending.kind === "hour" ? { pending: { time: pending.time } } : {};
};

const rows: [pending: Pending, said: string, input: string][] = [
  [one, "כן, אפשר", "confirm"],
  [one, "כן", "confirm"],
  [one, "מצוין, תודה", "confirm"],
  [one, "לא מתאים לי", "reject"],
  [one, "אולי בחמש?", "slot"],
  [one, "עדיף ביום ראשון", "day"],
  [one, "ביום ראשון בעשר בבוקר", "slot"],
  [one, "מה הכתובת שלכם?", "other"],
  [one, "ברביעי אני עובדת", "aside_confirm"],
  [one, "בארבע וחצי אני עוד בעבודה", "aside_confirm"],
  [two, "כן", "confirm"],
  [two, "הראשון", "choice"],
  [two, "השני בבקשה", "choice"],
  [two, "ארבע וחצי", "choice"],
  [two, "חמישי", "choice"],
  [day, "כן, אפשר", "confirm"],
  [day, "בארבע וחצי", "slot"],
  [day, "בשבע", "unclear"],
  [hour, "כן", "confirm"],
  [hour, "ביום ראשון", "slot"],
];

for (const [pending, said, input] of rows)
  test(`"${said}" after ${pending.kind === "offered" ? `${pending.slots.length} offers` : pending.kind} is ${input}`, () => {
    const heard = understand(said, { now, zone, context: contextOf(pending) });
    expect(pendingInput(heard, pending, "offer").input as string).toBe(input);
  });

test("a yes to another question is not a yes to the offer", () => {
  const heard = understand("כן", { now, zone, context: contextOf(one) });
  expect(pendingInput(heard, one, "which")).toEqual({ input: "aside_confirm" });
});

test("a number or a place in the list that answers another question picks no slot; a whole day and hour do", () => {
  const meant = (said: string, anchor: Anchor) =>
    pendingInput(understand(said, { now, zone, context: contextOf(two) }), two, anchor).input as string;
  expect(meant("עשר", "which")).toBe("choice");
  expect(meant("עשר", "aside")).toBe("aside_confirm");
  expect(meant("הראשון", "aside")).toBe("aside_confirm");
  expect(meant("חמישי בעשר בבוקר", "aside")).toBe("choice");
});
