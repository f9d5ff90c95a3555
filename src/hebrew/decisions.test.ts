// The decision table: every kind with every field it carries. All is said on Tuesday 24 November 2026 at 10:15.
import { describe, expect, test } from "bun:test";
import type { Context, Understanding } from "./types.ts";
import { understand } from "./understand.ts";

type Row = [said: string, understood: Record<string, unknown> & { kind: Understanding["kind"] }, context?: Context];

const one: Context = { offered: ["2026-11-25T16:00"] };
const two: Context = { offered: ["2026-11-25T16:00", "2026-11-26T19:00"] };
const meeting: Context = { appointment: "2026-11-25T16:00" };
const il = { offset: "+02:00" };

const tables: Record<string, Row[]> = {
  "a day and an hour is an instant": [
    ["מחר בארבע וחצי", { kind: "instant", start: "2026-11-25T16:30", grain: "minute", time: "16:30", ...il }],
    ["מחר בארבע", { kind: "instant", start: "2026-11-25T16:00", grain: "hour", time: "16:00", ...il }],
    [
      "שישי בחמש",
      { kind: "instant", start: "2026-11-27T17:00", grain: "hour", time: "17:00", flags: ["shabbat"], ...il },
    ],
    ["עוד שעה", { kind: "instant", start: "2026-11-24T11:15", grain: "minute", time: "11:15", ...il }],
  ],
  "a day, week or month alone is an instant of that grain, and says what is missing": [
    ["ביום רביעי", { kind: "instant", start: "2026-11-25T00:00", grain: "day", missing: ["time"], ...il }],
    [
      "בשבוע הבא",
      {
        kind: "instant",
        start: "2026-11-29T00:00",
        grain: "week",
        window: ["2026-11-29", "2026-12-05"],
        missing: ["date", "time"],
        ...il,
      },
    ],
    [
      "בדצמבר",
      {
        kind: "instant",
        start: "2026-12-01T00:00",
        grain: "month",
        window: ["2026-12-01", "2026-12-31"],
        missing: ["date", "time"],
        ...il,
      },
    ],
  ],
  "a part of a day, a stretch of hours and a weekend are intervals, end exclusive": [
    [
      "מחר בערב",
      {
        kind: "interval",
        start: "2026-11-25T18:00",
        end: "2026-11-25T22:00",
        grain: "hour",
        part: "evening",
        missing: ["time"],
        ...il,
      },
    ],
    [
      "מחר בין עשר לשתים עשרה",
      { kind: "interval", start: "2026-11-25T10:00", end: "2026-11-25T12:00", grain: "hour", missing: ["time"], ...il },
    ],
    [
      "בסופ״ש",
      {
        ...{ kind: "interval", start: "2026-11-27T00:00", end: "2026-11-29T00:00", grain: "day", ...il },
        ...{ window: ["2026-11-27", "2026-11-28"], missing: ["date", "time"] },
      },
    ],
  ],
  "an hour without a day is a time of day, unless the conversation knows the day": [
    ["בארבע", { kind: "timeOfDay", time: "16:00", grain: "hour", start: "2026-11-24T16:00", missing: ["date"], ...il }],
    ["בתשע", { kind: "timeOfDay", time: "09:00", grain: "hour", start: "2026-11-25T09:00", missing: ["date"], ...il }],
    [
      "בארבע",
      { kind: "instant", start: "2026-11-25T16:00", grain: "hour", time: "16:00", ...il },
      { pending: { date: "2026-11-25" }, asked: "time" },
    ],
    [
      "מחר",
      { kind: "instant", start: "2026-11-25T16:00", grain: "minute", time: "16:00", ...il },
      { pending: { time: "16:00" }, asked: "date" },
    ],
    ["15:30", { kind: "instant", start: "2026-11-24T15:30", grain: "minute", time: "15:30", missing: ["date"], ...il }],
  ],
  "what is open is asked about, with candidates": [
    [
      "מחר בשבע",
      {
        kind: "ask",
        missing: ["ampm"],
        candidates: ["2026-11-25T07:00", "2026-11-25T19:00"],
        start: "2026-11-25T00:00",
        grain: "day",
      },
    ],
    ["בשבע", { kind: "ask", missing: ["ampm", "date"], candidates: ["07:00", "19:00"] }],
    [
      "היום בתשע",
      {
        kind: "ask",
        missing: ["time"],
        candidates: ["2026-11-24T21:00", "2026-11-25T09:00"],
        start: "2026-11-24T00:00",
        grain: "day",
      },
    ],
    ["ב-31 בפברואר", { kind: "ask", missing: ["date"], candidates: [] }],
    ["ב-2/15", { kind: "ask", missing: ["date"], candidates: [] }],
    ["ביום שלישי ה-25 בנובמבר", { kind: "ask", missing: ["which", "date"], candidates: ["2026-11-25", "2026-12-01"] }],
    [
      "מחר בארבע או בחמש",
      {
        kind: "ask",
        missing: ["which", "time"],
        candidates: ["2026-11-25T16:00", "2026-11-25T17:00"],
        start: "2026-11-25T00:00",
        grain: "day",
      },
    ],
    [
      "מחר באחת בלילה",
      { kind: "ask", missing: ["date"], candidates: ["2026-11-26T01:00", "2026-11-25T01:00"], time: "01:00" },
    ],
    ["כן", { kind: "ask", missing: ["which"], candidates: ["2026-11-25T16:00", "2026-11-26T19:00"] }, two],
    [
      "כן",
      { kind: "ask", missing: ["time"], candidates: [], start: "2026-11-25T00:00", grain: "day" },
      { pending: { date: "2026-11-25" } },
    ],
  ],
  "wide wishes are open, bounds are constraints": [
    ["סוף החודש", { kind: "open", window: ["2026-11-24", "2026-11-30"], missing: ["date", "time"] }],
    ["מתישהו בשבוע הבא", { kind: "open", window: ["2026-11-29", "2026-12-05"], missing: ["date", "time"] }],
    ["מתי שנוח לך", { kind: "open" }],
    ["אחרי ארבע", { kind: "constraint", from: "16:00", missing: ["date", "time"] }],
    ["בין עשר לשתים עשרה", { kind: "constraint", from: "10:00", to: "12:00", missing: ["date", "time"] }],
    ["לא ביום שלישי", { kind: "constraint", notWeekday: 2 }],
    ["לא ביום ראשון", { kind: "constraint", notWeekday: 0 }],
    ["בערב", { kind: "constraint", part: "evening", from: "18:00", to: "22:00", missing: ["date", "time"] }],
    [
      "מחר אחרי שלוש",
      {
        kind: "constraint",
        from: "15:00",
        start: "2026-11-25T00:00",
        window: ["2026-11-25", "2026-11-25"],
        missing: ["time"],
      },
    ],
    [
      "עד יום חמישי",
      { kind: "constraint", to: "2026-11-26", window: ["2026-11-24", "2026-11-26"], missing: ["date", "time"] },
    ],
  ],
  "answers to an offer": [
    ["כן, אפשר", { kind: "confirm", slot: "2026-11-25T16:00" }, one],
    ["לא בעיה", { kind: "confirm", slot: "2026-11-25T16:00" }, one],
    ["כן", { kind: "confirm", slot: "2026-11-25T16:00" }, { pending: { date: "2026-11-25", time: "16:00" } }],
    ["כן", { kind: "confirm" }],
    ["לא יכול", { kind: "reject" }, one],
    ["מחר לא", { kind: "reject", start: "2026-11-25T00:00" }, one],
    ["אולי", { kind: "undecided" }, one],
    ["הראשון", { kind: "choose", index: 0, slot: "2026-11-25T16:00" }, two],
    ["השני", { kind: "choose", index: 1, slot: "2026-11-26T19:00" }, two],
    ["בשבע", { kind: "choose", index: 1, slot: "2026-11-26T19:00" }, two],
    ["ביום שני", { kind: "instant", start: "2026-11-30T00:00", grain: "day", missing: ["time"], ...il }, two],
    [
      "לא, אולי ביום רביעי בשש",
      { kind: "instant", start: "2026-11-25T18:00", grain: "hour", time: "18:00", ...il },
      one,
    ],
  ],
  deeds: [
    ["תבטלו", { kind: "cancel", slot: "2026-11-25T16:00" }, meeting],
    ["תבטלו", { kind: "cancel" }],
    [
      "אפשר להזיז לשעה חמש",
      {
        kind: "move",
        from: "2026-11-25T16:00",
        to: "2026-11-25T17:00",
        start: "2026-11-25T17:00",
        grain: "hour",
        time: "17:00",
        ...il,
      },
      meeting,
    ],
    ["אפשר להזיז לשעה חמש", { kind: "move", time: "17:00", grain: "hour", missing: ["date"] }],
    [
      "לדחות בשעה",
      {
        kind: "move",
        minutes: 60,
        from: "2026-11-25T16:00",
        to: "2026-11-25T17:00",
        start: "2026-11-25T17:00",
        time: "17:00",
      },
      meeting,
    ],
    [
      "להזיז ליום חמישי",
      { kind: "move", from: "2026-11-25T16:00", start: "2026-11-26T00:00", grain: "day", missing: ["time"], ...il },
      meeting,
    ],
    ["אני מאחר ברבע שעה", { kind: "late", minutes: 15 }],
    ["אני אאחר קצת", { kind: "late" }],
    ["אני גר בראשון לציון", { kind: "none" }],
  ],
};

for (const [rule, rows] of Object.entries(tables)) {
  describe(rule, () => {
    for (const [said, expected, context] of rows) {
      test(`${said}${context ? ` (${JSON.stringify(context)})` : ""}`, () => {
        const moment = { now: Temporal.Instant.from("2026-11-24T10:15:00+02:00"), zone: "Asia/Jerusalem", context };
        const { evidence, ...fields } = understand(said, moment);
        expect(fields as object).toEqual(expected);
        expect(Array.isArray(evidence)).toBe(true);
      });
    }
  });
}
