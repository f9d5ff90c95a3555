import { expect, test } from "bun:test";
import fc from "fast-check";
import { fastLog2 } from "./fast-log.ts";

test("the fast logarithm is within 0.001 of the true one", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-30, max: 1e30, noNaN: true }), (value) => {
      expect(Math.abs(fastLog2(value) - Math.log2(value))).toBeLessThan(0.001_1);
    }),
  );
});
