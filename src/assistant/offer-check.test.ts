import { describe, expect, test } from "bun:test";
import type { Understanding } from "../hebrew/types.ts";
import { checkClaim, type HeardLine, type TimeClaim } from "./offer-check.ts";
import { sentences } from "./sentences.he.ts";

const today = Temporal.PlainDate.from("2026-11-24");
const common = { evidence: [] };
const instant = (start: string, time?: string): Understanding => ({
  ...common,
  kind: "instant",
  start,
  grain: time ? "minute" : "day",
  offset: "+02:00",
  ...(time ? { time } : { missing: ["time"] }),
});
const hour = (time: string): Understanding => ({
  ...common,
  kind: "timeOfDay",
  time,
  grain: "minute",
  start: `2026-11-24T${time}`,
  offset: "+02:00",
});
const ask = (missing: ("date" | "time" | "ampm" | "which")[], ...candidates: string[]): Understanding => ({
  ...common,
  kind: "ask",
  missing,
  candidates,
});
const evening: Understanding = {
  ...common,
  kind: "interval",
  start: "2026-11-25T18:00",
  end: "2026-11-25T22:00",
  grain: "hour",
  offset: "+02:00",
};
const none: Understanding = { ...common, kind: "none" };
const yes = (slot?: string): Understanding => ({ ...common, kind: "confirm", ...(slot ? { slot } : {}) });

const heard = (...all: [text: string, Understanding][]): HeardLine[] =>
  all.map(([text, understood]) => ({ text, understood, at: Temporal.Instant.from("2026-11-24T08:15:00Z"), after: "" }));
const claim = (text: string): TimeClaim => ({ date: text.slice(0, 10), time: text.slice(11) || null });

describe("what the model claims against what was said", () => {
  const tomorrow = instant("2026-11-25T16:30", "16:30");
  const rows: [rule: string, HeardLine[], claimed: string, verdict: string][] = [
    ["the same time agrees", heard(["מחר בארבע וחצי", tomorrow]), "2026-11-25T16:30", "agrees"],
    ["another hour differs", heard(["מחר בארבע וחצי", tomorrow]), "2026-11-25T14:30", "differs"],
    ["another day differs", heard(["מחר בארבע וחצי", tomorrow]), "2026-11-26T16:30", "differs"],
    [
      "day and hour may come in two lines",
      heard(["מחר", instant("2026-11-25T00:00")], ["בארבע וחצי", hour("16:30")]),
      "2026-11-25T16:30",
      "agrees",
    ],
    [
      "a correction wins over what was said before",
      heard(["בארבע", hour("16:00")], ["בעצם בחמש", hour("17:00")]),
      "2026-11-25T16:00",
      "differs",
    ],
    [
      "a yes to an offered slot is that slot",
      heard(["בארבע", hour("16:00")], ["כן, אפשר", yes("2026-11-25T17:00")]),
      "2026-11-25T17:00",
      "agrees",
    ],
    [
      "a yes to an offered slot is no other slot",
      heard(["כן, אפשר", yes("2026-11-25T17:00")]),
      "2026-11-25T18:00",
      "differs",
    ],
    [
      "two meanings of seven have to be asked about",
      heard(["מחר בשבע", ask(["ampm"], "2026-11-25T07:00", "2026-11-25T19:00")]),
      "2026-11-25T19:00",
      "differs",
    ],
    [
      "until the answer says which",
      heard(["מחר בשבע", ask(["ampm"], "2026-11-25T07:00", "2026-11-25T19:00")], ["בערב", hour("19:00")]),
      "2026-11-25T19:00",
      "agrees",
    ],
    ["an hour inside the named part of the day agrees", heard(["מחר בערב", evening]), "2026-11-25T19:30", "agrees"],
    ["an hour outside of it differs", heard(["מחר בערב", evening]), "2026-11-25T11:00", "differs"],
    ["no time in the words supports nothing", heard(["אני רוצה לקבוע תור", none]), "2026-11-25T11:00", "unheard"],
    [
      "a day alone does not support an hour",
      heard(["מחר", instant("2026-11-25T00:00")]),
      "2026-11-25T11:00",
      "unheard",
    ],
    ["a day alone supports the day", heard(["מחר", instant("2026-11-25T00:00")]), "2026-11-25", "agrees"],
  ];
  for (const [rule, lines, claimed, verdict] of rows)
    test(rule, () => expect(checkClaim(claim(claimed), lines, today).kind as string).toBe(verdict));
});

test("the question is about what the customer said, not about what the model claimed", () => {
  const verdict = checkClaim(
    claim("2026-11-25T14:30"),
    heard(["מחר בארבע וחצי", instant("2026-11-25T16:30", "16:30")]),
    today,
  );
  expect(verdict).toMatchObject({ question: "רק כדי לוודא, הכוונה למחר, יום רביעי, 25 בנובמבר, בשעה 16:30?" });
});

test("too many meanings are asked openly", () => {
  const lines = heard(["בשבע או שמונה", ask(["which"], "07:00", "08:00", "19:00", "20:00")]);
  expect(checkClaim(claim("2026-11-25T19:00"), lines, today)).toMatchObject({ question: sentences.askAgain });
});
