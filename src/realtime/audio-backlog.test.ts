import { expect, test } from "bun:test";
import fc from "fast-check";
import { AudioBacklog, durationMs } from "./audio-backlog.ts";

test("length of base64 is the length of its audio, whatever the padding", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5_000 }), (bytes) => {
      expect(durationMs(Buffer.alloc(bytes).toString("base64"))).toBe(bytes / 8);
    }),
  );
});

test("keeps the newest frames within the bound, in order, and is empty after handing over", () => {
  const backlog = new AudioBacklog();
  const frames = Array.from({ length: 12 }, (_, n) => Buffer.alloc(160, n).toString("base64"));
  for (const frame of frames) backlog.push(frame, 100);
  expect(backlog.ms).toBe(100);
  const drained: string[] = [];
  backlog.drain((payload) => drained.push(payload));
  expect(drained).toEqual(frames.slice(-5));
  expect(backlog.ms).toBe(0);
});

test("one frame larger than the bound is not kept", () => {
  const backlog = new AudioBacklog();
  backlog.push(Buffer.alloc(16_000).toString("base64"), 1_000);
  expect(backlog.ms).toBe(0);
});
