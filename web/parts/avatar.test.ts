import { expect, test } from "bun:test";
import { hueOf, initials } from "./avatar.tsx";

test.each([
  ["דנה לוי", "דל"],
  ["רונית בן דוד", "רד"],
  ["Alex Romanov", "AR"],
  ["madonna", "M"],
  ["Dana (052-431-0022) 😀", "D"],
  ["😀 123", "•"],
  ["", "•"],
])("the initials of %j are %s", (name, expected) => {
  expect(initials(name)).toBe(expected);
});

test("a name has one hue, whatever it holds", () => {
  for (const name of ["", "דנה", "😀".repeat(300)]) {
    expect(hueOf(name)).toBe(hueOf(name));
    expect(hueOf(name)).toBeWithin(0, 360);
  }
});
