import { expect, test } from "bun:test";
import { readByteRange } from "./byte-range.ts";

test.each([
  ["bytes=0-", { from: 0, to: 100 }],
  ["bytes=0-0", { from: 0, to: 1 }],
  ["bytes=10-19", { from: 10, to: 20 }],
  ["bytes=90-500", { from: 90, to: 100 }],
  ["bytes=99-", { from: 99, to: 100 }],
  ["bytes=-1", { from: 99, to: 100 }],
  ["bytes=-500", { from: 0, to: 100 }],
  ["BYTES = 3 - 4", { from: 3, to: 5 }],
  ["bytes=100-", "unsatisfiable"],
  ["bytes=-0", "unsatisfiable"],
  [`bytes=${"9".repeat(30)}-`, "unsatisfiable"],
  ["bytes=5-4", "whole"],
  ["bytes=0-1,5-6", "whole"],
  ["bytes=a-b", "whole"],
  ["bytes=-", "whole"],
  ["seconds=0-1", "whole"],
  ["", "whole"],
  [undefined, "whole"],
] as const)("Range %p of 100 bytes is %p", (header, wanted) => {
  expect(readByteRange(header, 100)).toEqual(wanted);
});

test("nothing of an empty body can be had", () => {
  expect(readByteRange("bytes=0-", 0)).toBe("unsatisfiable");
  expect(readByteRange("bytes=-5", 0)).toBe("unsatisfiable");
});
