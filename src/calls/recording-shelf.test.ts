import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CallSid } from "../base/ids.ts";
import { createRecordingShelf } from "./recording-shelf.ts";
import { wavHeaderBytes } from "./sound-store.ts";

const callSid = `CA${"1".repeat(32)}` as CallSid;

const head = Buffer.alloc(wavHeaderBytes, "head");

/** Runs with a storage folder of its own. */
async function inStorage(work: (storage: string, live: string) => Promise<void>): Promise<void> {
  const storage = mkdtempSync(join(tmpdir(), "shelf-"));
  await work(storage, join(storage, "recordings", "live")).finally(() => rmSync(storage, { recursive: true }));
}

test("parts become one file behind their header, whatever their order, and nothing is left on the shelf", () =>
  inStorage(async (storage, live) => {
    const file = createRecordingShelf(storage).open(callSid);
    const part = (value: number): Uint8Array => new Uint8Array(64_000).fill(value);
    const writes = [file.write(part(2), 64_000), file.write(part(1), 0), file.write(part(3), 128_000)];
    const path = join(storage, "kept.wav");
    await file.moveTo(path, head);
    await file.moveTo(path, head);
    await file.drop();
    await Promise.all(writes);
    const kept = readFileSync(path);
    expect(kept.length).toBe(wavHeaderBytes + 192_000);
    expect(kept.subarray(0, wavHeaderBytes)).toEqual(head);
    for (const [at, value] of [1, 2, 3].entries()) expect(kept[wavHeaderBytes + at * 64_000 + 63_999]).toBe(value);
    expect(readdirSync(live)).toEqual([]);
  }));

test("a call that never wrote has no file; what a killed process left is removed", () =>
  inStorage(async (storage, live) => {
    mkdirSync(live, { recursive: true });
    writeFileSync(join(live, callSid), "left behind");
    const shelf = createRecordingShelf(storage);
    await shelf.open(callSid).drop();
    const file = shelf.open(callSid);
    await file.write(new Uint8Array(10), 0);
    expect(statSync(join(live, callSid)).size).toBe(wavHeaderBytes + 10);
    await file.drop();
    expect(readdirSync(live)).toEqual([]);
  }));

test("a disk that cannot be written to rejects the write, and takes it when it is well again", async () => {
  const storage = join(tmpdir(), `shelf-file-${process.pid}`);
  writeFileSync(storage, "not a folder");
  try {
    const file = createRecordingShelf(storage).open(callSid);
    await expect(file.write(new Uint8Array(10), 0)).rejects.toThrow();
    await expect(file.moveTo(`${storage}.wav`, head)).rejects.toThrow();
    rmSync(storage);
    mkdirSync(storage);
    await file.write(new Uint8Array(10), 0);
    await file.moveTo(join(storage, "kept.wav"), head);
    expect(statSync(join(storage, "kept.wav")).size).toBe(wavHeaderBytes + 10);
  } finally {
    rmSync(storage, { recursive: true, force: true });
  }
});
