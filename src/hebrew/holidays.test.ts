import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { cities, cityOf } from "./cities.ts";
import { civilOf, dayOf, isoDate } from "./civil.ts";
import { hebrewDateText, hebrewDay } from "./hebrew-calendar.ts";
import { nextFeast, restDay, restPeriod } from "./holidays.ts";

const date = (text: string) => Temporal.PlainDate.from(text);
const dayNumber = (text: string) => {
  const { year, month, day } = date(text);
  return dayOf(year, month, day);
};
const clockIn = (instant: Temporal.Instant | undefined, zone = "Asia/Jerusalem") =>
  instant?.toZonedDateTimeISO(zone).toPlainDateTime().toString({ smallestUnit: "minute" });

describe("days of rest", () => {
  test("thirty years hold 240 holidays of rest, eight a year", () => {
    let holidays = 0;
    for (let day = dayOf(2020, 1, 1); day < dayOf(2050, 1, 1); day++) {
      if (restDay(date(isoDate(day)))?.kind === "holiday") holidays++;
    }
    expect(holidays).toBe(240);
  });

  const rows: [string, string, string][] = [
    ["2026-09-11", "eve", "ערב ראש השנה"],
    ["2026-09-12", "holiday", "ראש השנה"],
    ["2026-09-13", "holiday", "ראש השנה"],
    ["2026-09-21", "holiday", "יום כיפור"],
    ["2026-10-03", "holiday", "שמחת תורה"],
    ["2027-04-22", "holiday", "פסח"],
    ["2027-04-28", "holiday", "שביעי של פסח"],
    ["2027-06-11", "holiday", "שבועות"],
    ["2026-11-27", "eve", "ערב שבת"],
    ["2026-11-28", "shabbat", "שבת"],
  ];
  for (const [day, kind, name] of rows) {
    test(`${day} is ${kind}: ${name}`, () => expect(restDay(date(day))).toEqual({ kind: kind as "eve", name }));
  }
  test("a Tuesday in November is a working day", () => expect(restDay(date("2026-11-24"))).toBeNull());
});

describe("periods of rest by city", () => {
  test("Shabbat begins at candle lighting and ends with the stars", () => {
    const period = restPeriod(date("2026-11-28"), "tel-aviv");
    expect([clockIn(period?.start), clockIn(period?.end)]).toEqual(["2026-11-27T16:19", "2026-11-28T17:17"]);
  });
  test("Jerusalem lights candles forty minutes before sunset", () => {
    expect(clockIn(restPeriod(date("2026-11-27"), "ירושלים")?.start)).toBe("2026-11-27T15:56");
  });
  test("Rosh Hashana after Shabbat eve is one period of two days", () => {
    const period = restPeriod(date("2026-09-13"), "tel-aviv");
    expect(period?.names).toEqual(["ראש השנה", "ראש השנה"]);
    expect(clockIn(period?.start)?.slice(0, 10)).toBe("2026-09-11");
    expect(clockIn(period?.end)?.slice(0, 10)).toBe("2026-09-13");
  });
  test("a working day belongs to no period", () => expect(restPeriod(date("2026-11-24"), "haifa")).toBeNull());
  test("every city's Shabbat lasts 24.5 to 26 hours, all year", () => {
    fc.assert(
      fc.property(fc.constantFrom(...cities), fc.integer({ min: 0, max: 520 }), (city, week) => {
        const saturday = date("2026-01-03").add({ weeks: week });
        const period = restPeriod(saturday, city.id)!;
        const hours = period.end.since(period.start).total("hours");
        expect(hours / period.names.length).toBeGreaterThan(24.2);
        expect(hours - 24 * period.names.length).toBeLessThan(2.2);
      }),
    );
  });
  test("an unknown city is served as Tel Aviv", () => expect(cityOf("אטלנטיס").id).toBe("tel-aviv"));
});

describe("feasts by name", () => {
  const rows: [id: string, from: string, first: string, last: string][] = [
    ["hanukkah", "2026-11-24", "2026-12-05", "2026-12-12"],
    ["purim", "2026-11-24", "2027-03-23", "2027-03-23"],
    ["purim", "2024-01-01", "2024-03-24", "2024-03-24"],
    ["pesach", "2027-04-25", "2027-04-22", "2027-04-28"],
    ["yom-haatzmaut", "2024-01-01", "2024-05-14", "2024-05-14"],
    ["yom-haatzmaut", "2025-01-01", "2025-05-01", "2025-05-01"],
    ["yom-hazikaron", "2025-01-01", "2025-04-30", "2025-04-30"],
    ["yom-hashoah", "2025-01-01", "2025-04-24", "2025-04-24"],
    ["tisha-beav", "2025-01-01", "2025-08-03", "2025-08-03"],
  ];
  for (const [id, from, first, last] of rows) {
    test(`${id} from ${from} is ${first}`, () => {
      const feast = nextFeast(id, dayNumber(from));
      expect([isoDate(feast!.first), isoDate(feast!.last)]).toEqual([first, last]);
    });
  }
  test("an unknown feast is null", () => expect(nextFeast("festivus", dayNumber("2026-01-01"))).toBeNull());
});

describe("Hebrew dates", () => {
  const rows: [string, string][] = [
    ["2026-11-24", "י״ד בכסלו תשפ״ז"],
    ["2027-01-23", "ט״ו בשבט תשפ״ז"],
    ["2024-03-24", "י״ד באדר ב׳ תשפ״ד"],
    ["2024-02-10", "א׳ באדר א׳ תשפ״ד"],
    ["2026-09-12", "א׳ בתשרי תשפ״ז"],
    ["2039-09-19", "א׳ בתשרי ת״ת"],
  ];
  for (const [iso, text] of rows) test(`${iso} is ${text}`, () => expect(hebrewDateText(date(iso))).toBe(text));
  test("a day that the year lacks is null", () => {
    expect(hebrewDay(5787, "M05L", 1)).not.toBeNull();
    expect(hebrewDay(5786, "M05L", 1)).toBeNull();
    expect(hebrewDay(5787, "M04", 30)).toBeNull();
  });
});

test("civil days round-trip and agree with Temporal", () => {
  fc.assert(
    fc.property(fc.integer({ min: -200_000, max: 200_000 }), (day) => {
      const { year, month, day: dayOfMonth } = civilOf(day);
      expect(dayOf(year, month, dayOfMonth)).toBe(day);
      expect(isoDate(day)).toBe(date("1970-01-01").add({ days: day }).toString());
    }),
  );
});
