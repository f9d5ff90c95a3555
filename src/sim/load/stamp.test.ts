import { expect, test } from "bun:test";
import fc from "fast-check";
import { lanesMax, readStamp, sequenceMask, stampBytes, stampText, writeStamp } from "./stamp.ts";

const numbers = { lane: fc.integer({ min: 0, max: lanesMax }), sequence: fc.integer({ min: 0, max: sequenceMask }) };

test("a stamp survives base64 and repacking at any offset, in quiet codes only", () => {
  fc.assert(
    fc.property(numbers.lane, numbers.sequence, fc.integer({ min: 0, max: 100 }), (lane, sequence, at) => {
      const bytes = new Uint8Array(160).fill(0x23);
      writeStamp(bytes, at, lane, sequence);
      const read = { lane: -1, sequence: -1 };
      expect(readStamp(bytes, at, read)).toBe(true);
      expect(read).toEqual({ lane, sequence });
      expect(stampText(lane, sequence)).toHaveLength(16);
      expect([...bytes.subarray(at, at + stampBytes)].every((byte) => byte >= 0xf0)).toBe(true);
    }),
  );
});

test("ordinary sound carries no stamp", () => {
  const read = { lane: 0, sequence: 0 };
  expect(readStamp(new Uint8Array(160).fill(0xff), 0, read)).toBe(false);
  expect(readStamp(new Uint8Array(8).fill(0xfa), 0, read)).toBe(false);
});
