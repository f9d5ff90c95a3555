import { expect, test } from "bun:test";
import { type Naming, namesSlot } from "./names-slot.ts";

const now = Temporal.ZonedDateTime.from("2026-11-24T10:15[Asia/Jerusalem]"); // Tuesday
const slots = ["2026-11-25T16:30", "2026-11-26T10:00"];

const rows: [line: string, naming: Naming][] = [
  ["פנוי מחר, יום רביעי, בשעה 16:30. מתאים?", "names"],
  ["יש לי מחר בארבע וחצי, לקבוע?", "names"],
  ["אפשר ב-16:30. מתאים?", "names"],
  ["יום רביעי תפוס. פנוי יום חמישי, 26 בנובמבר, בשעה 10:00. מתאים?", "names"],
  ["יש מחר 16:30 או 17:00, מה נוח?", "names"],
  ["Tomorrow at 16:30, does that work?", "names"],
  ["פנוי ביום חמישי בשעה 12:00, לקבוע?", "names_other"],
  ["פנוי ביום שישי, 27 בנובמבר, בשעה 16:30. מתאים?", "names_other"],
  ["לאיזה שם לרשום?", "silent"],
  ["", "silent"],
];
for (const [line, naming] of rows)
  test(`${naming}: ${line}`, () => {
    expect(namesSlot(line, slots, now)).toBe(naming);
  });

test("of a line without end only the beginning is read", () => {
  expect(namesSlot(`${"שלום. ".repeat(300)}מחר בארבע וחצי`, slots, now)).toBe("names");
  expect(namesSlot(`${"שלום. ".repeat(400)}מחר בארבע וחצי`, slots, now)).toBe("silent");
});
