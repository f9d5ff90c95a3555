import { expect, test } from "bun:test";
import fc from "fast-check";
import { diffWords } from "./prompts-diff.ts";

const shown = (before: string, after: string): string =>
  diffWords(before, after)
    .map(({ kind, text }) => (kind === "same" ? text : kind === "added" ? `[+${text}]` : `[-${text}]`))
    .join("");

test("a changed word is shown as a changed word", () => {
  expect(shown("ענה בקצרה ובנימוס.", "ענה בקצרה ובחום.")).toBe("ענה בקצרה [-ובנימוס][+ובחום].");
  expect(shown("a b c", "a c")).toBe("a [-b ]c");
  expect(shown("", "חדש")).toBe("[+חדש]");
  expect(shown("אותו דבר", "אותו דבר")).toBe("אותו דבר");
});

test("the parts always give both texts back", () => {
  const text = fc
    .array(fc.constantFrom("א", "ב", "ג", " ", "\n", ".", "מילה"), { maxLength: 60 })
    .map((all) => all.join(""));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const parts = diffWords(before, after);
      const without = (kind: string): string =>
        parts
          .filter((part) => part.kind !== kind)
          .map((part) => part.text)
          .join("");
      expect(without("added")).toBe(before);
      expect(without("removed")).toBe(after);
    }),
  );
});

test("a rewrite of a long prompt is bounded work", () => {
  const many = (word: string): string => Array.from({ length: 4_000 }, (_, index) => `${word}${index}`).join(" ");
  const parts = diffWords(many("a"), many("b"));
  expect(parts.map((part) => part.kind)).toEqual(["removed", "added"]);
});
