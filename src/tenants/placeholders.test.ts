import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { assertPlaceholders, fillPlaceholders, type PlaceholderValues, unknownPlaceholders } from "./placeholders.ts";

const values: PlaceholderValues = { business_name: "מספרת דנה", assistant_name: "נועה", customer_name: "" };

describe("filling", () => {
  const rows: [rule: string, text: string, expected: string][] = [
    ["known values are put in", "הגעת ל{{business_name}}.", "הגעת למספרת דנה."],
    ["spaces inside the braces do not matter", "כאן {{ assistant_name }}", "כאן נועה"],
    ["an empty value drops its clause", "שלום {{customer_name}}, הגעת ל{{business_name}}.", "הגעת למספרת דנה."],
    ["a dropped last clause leaves the sentence closed", "נשמח לעזור, {{customer_name}}.", "נשמח לעזור."],
    ["a question stays a question", "במה אפשר לעזור, {{customer_name}}?", "במה אפשר לעזור?"],
    [
      "other sentences stay",
      "כאן {{assistant_name}}. הכתובת: {{city}}. במה אפשר לעזור?",
      "כאן נועה. הכתובת. במה אפשר לעזור?",
    ],
    ["times and decimals are not clause ends", "פתוח 10:30 עד 3.5 שעות {{customer_name}}, בסדר?", "בסדר?"],
  ];
  for (const [rule, text, expected] of rows) test(rule, () => expect(fillPlaceholders(text, values)).toBe(expected));

  test("a value that looks like a placeholder is not filled again", () => {
    expect(fillPlaceholders("שלום {{customer_name}}", { ...values, customer_name: "{{business_name}}" })).toBe(
      "שלום {{business_name}}",
    );
  });
});

test("an unknown name is an error when the text is saved, and named", () => {
  expect(unknownPlaceholders("{{price}} {{business_name}} {{price}} {{constructor}}")).toEqual([
    "price",
    "constructor",
  ]);
  expect(() => assertPlaceholders("{{busines_name}}")).toThrow("unknown placeholder");
  expect(() => assertPlaceholders("{{business_name}}")).not.toThrow();
});

test("no text leaves braces of a known name behind, and none throws", () => {
  const piece = fc.constantFrom(
    "{{business_name}}",
    "{{customer_name}}",
    "{{",
    "}}",
    ", ",
    ". ",
    "שלום",
    "\n",
    "?",
    " ",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      expect(fillPlaceholders(pieces.join(""), values)).not.toMatch(/\{\{(business_name|customer_name)\}\}/);
    }),
  );
});
