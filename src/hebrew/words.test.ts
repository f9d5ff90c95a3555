// The small parts under the grammar: spelling, digits, numbers in words, lengths of time, morning or evening.
import { describe, expect, test } from "bun:test";
import { readClock } from "./clocks.ts";
import corpus from "./conformance/duckling-hebrew-time.json" with { type: "json" };
import { readDigits } from "./digits.ts";
import { readDuration } from "./durations.ts";
import { normalise } from "./normalise.ts";
import { readNumber } from "./numbers.ts";
import { readingsOf } from "./readings.ts";
import type { Scan } from "./scan.ts";
import { tokenise } from "./tokens.ts";
import { correctTypo } from "./typos.ts";

const table = (rows: string): [string, string][] =>
  rows.split("\n").flatMap((row) => {
    const [left, right] = row.split("=").map((part) => part.trim());
    return left && right ? [[left, right]] : [];
  });

describe("spelling", () => {
  for (const [said, folded] of table(`
    שָׁלוֹם = שלומ
    ט״ו = ט"ו
    ד׳ = ד'
    אחה''צ = אחה"צ
    כןןןןן = כנ
    16–18 = 16-18
    OK = ok
  `)) {
    test(`${said} is read as ${folded}`, () => expect(normalise(said)).toBe(folded));
  }
});

describe("misspelled time words", () => {
  for (const [typed, meant] of table(`
    שלישע = שלישי
    רבעי = רביעי
    חמשי = חמישי
    צוהריימ = צהריימ
    מחרתימ = מחרתיימ
    נובמר = נובמבר
    ארבא = ארבע
    שמונא = שמונה
  `)) {
    test(`${typed} is ${meant}`, () => expect(tokenise(typed)[0]?.entry).toEqual(tokenise(meant)[0]!.entry));
  }
  for (const word of ["מחיר", "שכונה", "שלישית", "ראשונה", "אפרימ", "רביעיה", "עשרות"]) {
    test(`${word} is left alone`, () => expect(correctTypo(word)).toBeNull());
  }
});

describe("digits", () => {
  for (const [run, shape] of table(`
    16:30 = clock
    25:00 = clock
    12:61 = clock
    5/2 = date
    05/02/2027 = date
    2015-3-3 = date
    5.2 = dotted
    3.55 = dotted
    1,200,000 = int
    0.77 = dotted
    0521234567 = opaque
  `)) {
    test(`${run} is ${shape}`, () => expect(readDigits(run).shape).toBe(shape as "int"));
  }
});

describe("numbers in words", () => {
  for (const [said, value] of table(`
    שבע עשרה = 17
    שבעה עשר = 17
    שתים עשרה = 12
    שנים עשר = 12
    עשרים וחמש = 25
    שלושים ושלושה = 33
    חמש מאות = 500
    שני מיליון = 2000000
  `)) {
    test(`${said} is ${value}`, () => {
      const tokens = tokenise(normalise(said));
      expect(readNumber(tokens, 0)).toMatchObject({ value: Number(value), next: tokens.length });
    });
  }
  test("ארבע ועשרה is four and ten, not fourteen", () => {
    expect(readNumber(tokenise("ארבע ועשרה"), 0)).toMatchObject({ value: 4, next: 1 });
  });
  const whole = corpus.numerals.filter(
    ({ text, value }) => Number.isInteger(value) && /^[א-ת ]+$/.test(text) && !/מינוס|זוג|יחיד/.test(text),
  );
  test(`Duckling's ${whole.length} whole numerals in words`, () => {
    for (const { text, value } of whole) expect(readNumber(tokenise(normalise(text)), 0)?.value, text).toBe(value);
  });
});

describe("lengths of time", () => {
  for (const [said, expected] of table(`
    שעה וחצי = hour 1.5
    שעתיים = hour 2
    רבע שעה = hour 0.25
    שלושת רבעי שעה = hour 0.75
    שעה ועשר דקות = hour 1.17
    שבועיים = week 2
    שלושה ימים = day 3
    45 דק' = minute 45
    שלוש וחצי שעות = hour 3.5
    חודש וחצי = month 1.5
  `)) {
    test(`${said} is ${expected}`, () => {
      const { unit, count, fraction } = readDuration(tokenise(normalise(said)), 0)!;
      expect(`${unit} ${Math.round((count + fraction) * 100) / 100}`).toBe(expected);
    });
  }
});

describe("morning or evening", () => {
  const read = (said: string): string => {
    const tokens = tokenise(normalise(said));
    const scan = { tokens, now: {}, context: {}, moving: false } as unknown as Scan;
    const { minutes, contradiction } = readingsOf(readClock(scan, 0)!, null, false);
    const times = minutes
      .map((minute) => `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, "0")}`)
      .join(" or ");
    return contradiction ? `contradiction` : times;
  };
  for (const [said, times] of table(`
    באחת = 13:00
    בשש = 18:00
    בשבע = 7:00 or 19:00
    בשמונה וחצי = 8:30 or 20:30
    בתשע = 9:00
    באחת עשרה = 11:00
    בשתים עשרה = 12:00
    ברבע לשמונה = 7:45 or 19:45
    ברבע לשבע = 6:45 or 18:45
    ברבע לתשע = 8:45 or 20:45
    ברבע לאחת = 12:45
    בעשרים לחמש = 16:40
    בחמש פחות רבע = 16:45
    ב07:30 = 7:30
    ב-7:30 = 7:30 or 19:30
    ב13 = 13:00
    בשבע בבוקר = 7:00
    בשבע בערב = 19:00
    בשתים עשרה בלילה = 0:00
    בשלוש בצהריים = 15:00
    בשלוש וחצי בערב = contradiction
    בחמש לפנות בוקר = 5:00
    3pm = 15:00
    12am = 0:00
  `)) {
    test(`${said} is ${times}`, () => expect(read(said)).toBe(times));
  }
});
