import { expect, test } from "bun:test";
import { createLineWriter } from "./line-writer.ts";

const sink = (write: (chunk: string) => number | Promise<number>) => ({ write, flush: () => 0 });

test("lines reach the sink in order and in batches", async () => {
  const chunks: string[] = [];
  const writer = createLineWriter(sink((chunk) => chunks.push(chunk)));
  for (let i = 0; i < 100; i++) writer.write(`line ${i}`);
  await writer.flush();
  expect(chunks.join("")).toBe(Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join(""));
  expect(chunks.length).toBeLessThan(5);
});

test("a stalled reader neither blocks the writer nor grows memory without bound", async () => {
  const stalled = Promise.withResolvers<number>();
  const writer = createLineWriter(sink(() => stalled.promise));
  for (let i = 0; i < 6_000; i++) writer.write("x".repeat(1_000));
  expect(writer.dropped).toBeGreaterThan(0);
  stalled.resolve(0);
  await writer.flush();
});

test("reader-that-stopped-reading: what it does not take keeps nobody waiting at the end", async () => {
  const writer = createLineWriter(sink(() => new Promise<number>(() => {})));
  writer.write("last words");
  await writer.flush(1);
});

test("a broken sink is survived", async () => {
  const writer = createLineWriter(sink(() => Promise.reject(new Error("closed pipe"))));
  writer.write("lost");
  await writer.flush();
  writer.write("also lost");
  await writer.flush();
});
