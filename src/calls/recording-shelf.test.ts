import { expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CallSid } from "../base/ids.ts";
import { createRecordingShelf } from "./recording-shelf.ts";

const callSid = `CA${"1".repeat(32)}` as CallSid;

test("parts come back whole, whatever their order, and leave no file behind", async () => {
  const storage = mkdtempSync(join(tmpdir(), "shelf-"));
  const live = join(storage, "recordings", "live");
  try {
    const file = createRecordingShelf(storage).open(callSid);
    const part = (value: number): Uint8Array => new Uint8Array(64_000).fill(value);
    const writes = [file.write(part(2), 64_000), file.write(part(1), 0), file.write(part(3), 128_000)];
    const taken = await file.take();
    await Promise.all(writes);
    expect(taken.length).toBe(192_000);
    for (const [at, value] of [1, 2, 3].entries()) expect(taken[at * 64_000 + 63_999]).toBe(value);
    expect(readdirSync(live)).toEqual([]);
  } finally {
    rmSync(storage, { recursive: true });
  }
});

test("a call that never wrote has no file; what a killed process left is removed", async () => {
  const storage = mkdtempSync(join(tmpdir(), "shelf-"));
  const live = join(storage, "recordings", "live");
  try {
    mkdirSync(live, { recursive: true });
    writeFileSync(join(live, callSid), "left behind");
    const shelf = createRecordingShelf(storage);
    expect((await shelf.open(callSid).take()).length).toBe(0);
    const file = shelf.open(callSid);
    await file.write(new Uint8Array(10), 0);
    expect((await file.take()).length).toBe(10);
    expect(existsSync(join(live, callSid))).toBe(false);
  } finally {
    rmSync(storage, { recursive: true });
  }
});

test("a disk that cannot be written to rejects the write and does not hang the end", async () => {
  const storage = join(tmpdir(), `shelf-file-${process.pid}`);
  writeFileSync(storage, "not a folder");
  try {
    const file = createRecordingShelf(storage).open(callSid);
    await expect(file.write(new Uint8Array(10), 0)).rejects.toThrow();
    await expect(file.take()).rejects.toThrow();
  } finally {
    rmSync(storage, { force: true });
  }
});
