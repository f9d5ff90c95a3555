import { expect, test } from "bun:test";
import { matches, searchKey } from "./search-key.ts";

const finds = (text: string, typed: string): boolean => matches(searchKey(text), searchKey(typed));

test.each([
  ["שָׁלוֹם כהן", "שלומ"],
  ["צ׳רלי לוי", "צרלי"],
  ["דנה לוי", "לוי דנה"],
  ["Alex Romanov", "alex r"],
  ["+972524310022", "052-431"],
  ["+972524310022", "0022"],
])("%s is found by %s", (text, typed) => {
  expect(finds(text, typed)).toBe(true);
});

test("what is not there is not found, and nothing typed finds everything", () => {
  expect(finds("דנה לוי", "כהן")).toBe(false);
  expect(finds("דנה לוי", "  ")).toBe(true);
});
