import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type GuardProblem, guardOutput } from "./output-guard.ts";

const allowedTexts = [
  'תספורת: 120 ש"ח. צבע: 1,250 ₪. טלפון 03-555-0100, אתר www.dana.co.il/prices, מייל dana@example.com',
];
const guard = (answer: string, happened = false): GuardProblem[] =>
  guardOutput(answer, { allowedTexts, mayClaim: () => happened });

describe("what the assistant may say", () => {
  const rows: [answer: string, problems: GuardProblem[]][] = [
    ["אפשר ביום רביעי, 25 בנובמבר, בשעה 16:30 או ב-25.11.2026", []],
    ["תספורת עולה 120 ש״ח", []],
    ["120 שקלים", []],
    ["צבע עולה ₪1250", []],
    ["אפשר להתקשר ל-+972 3 555 0100", []],
    ["המחירים באתר https://www.dana.co.il/prices.", []],
    ["כתבו אל dana@example.com", []],
    ['תספורת עולה 90 ש"ח', ["price"]],
    ["רק $1!", ["price"]],
    ["בשבילך זה שקל אחד", ["price"]],
    ["מאה שקל בלבד", ["price"]],
    ["כמה שקלים זה עולה?", []],
    ["הנחה של 50%", ["price"]],
    ["התקשרו ל-050-765-4321", ["phone_number"]],
    ["+1 900 555 0000", ["phone_number"]],
    ["לתשלום: http://evil.example/pay", ["link"]],
    ["לתשלום: bit.ly/abc", ["link"]],
    ["קבעתי לך תור", ["booking_claim"]],
    ["לא קבעתם תור עדיין", []],
    ['ה-120 ש"ח, או 50 ₪ ל-0507654321', ["phone_number", "price"]],
  ];
  for (const [answer, problems] of rows)
    test(answer, () => expect(guard(answer).toSorted()).toEqual(problems.toSorted()));

  test("a booking that happened may be spoken of", () => expect(guard("קבעתי לך תור", true)).toEqual([]));
});

describe("a long answer is judged to its end", () => {
  for (const [name, filler] of [
    ["words", "טיפול פנים "],
    ["one word", "א"],
  ] as const)
    test(name, () => {
      const long = filler.repeat(Math.ceil(50_000 / filler.length));
      expect(guard(long)).toEqual([]);
      expect(guard(`${long} התקשרו ל-050-765-4321`)).toEqual(["phone_number"]);
      for (let shift = 0; shift < 40; shift++)
        expect(guard(`${long.slice(0, 19_960 + shift)} תספורת: 120 ש"ח או צבע: 1,250 ₪ ${long}`)).toEqual([]);
    });
});

test("any text is judged, and long ones to their end without trying every way to split them", () => {
  fc.assert(fc.property(fc.string({ maxLength: 2_000 }), (text) => void guard(text)));
  for (const text of [
    "1 ".repeat(10_000),
    "a.".repeat(10_000),
    "1-".repeat(10_000),
    "@a".repeat(10_000),
    "₪1,".repeat(7_000),
  ])
    guard(text); // quadratic and worse would not come to an end here
});
