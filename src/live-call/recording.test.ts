import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { AudioFifo } from "./audio-fifo.ts";
import { Recording } from "./recording.ts";
import type { FinishedRecording, RecordingFile } from "./recording-shelf.ts";
import { audioOf } from "./testing/scripted-engine.ts";

const sides = (stereo: Uint8Array): { caller: Uint8Array; assistant: Uint8Array } => ({
  caller: stereo.filter((_, index) => index % 2 === 0),
  assistant: stereo.filter((_, index) => index % 2 === 1),
});

/** What a disk does, in memory; `fails` by offset. */
class MemoryFile implements RecordingFile {
  bytes = new Uint8Array(0);
  writes = 0;
  constructor(readonly fails: (offset: number) => boolean = () => false) {}
  write(bytes: Uint8Array, offset: number): Promise<void> {
    this.writes++;
    if (this.fails(offset)) return Promise.reject(new Error("disk full"));
    const grown = new Uint8Array(Math.max(this.bytes.length, offset + bytes.length));
    grown.set(this.bytes);
    grown.set(bytes, offset);
    this.bytes = grown;
    return Promise.resolve();
  }
  async moveTo(): Promise<void> {}
  async drop(): Promise<void> {
    this.bytes = new Uint8Array(0);
  }
}

/** All of a recording, wherever it is. */
async function whole(recording: Recording, file: MemoryFile | null = null): Promise<Uint8Array> {
  return wholeOf(recording.finish()!, file);
}

async function wholeOf(finished: FinishedRecording, file: MemoryFile | null): Promise<Uint8Array> {
  await finished.complete();
  const bytes = finished.file === null ? finished.held : file!.bytes;
  expect(bytes.length).toBe(finished.bytes);
  return bytes;
}

/** A minute of both sides, every second with its own byte value. */
async function minute(recording: Recording): Promise<void> {
  const fifo = new AudioFifo();
  for (let ms = 0; ms < 60_000; ms += 20) {
    recording.caller(audioOf(Math.floor(ms / 1_000), 20), 160, ms);
    fifo.appendBytes(audioOf(100 + Math.floor(ms / 1_000), 20));
    recording.assistant(fifo, ms * 8, 160, 0);
    if (ms % 1_000 === 0) await Promise.resolve();
  }
}

describe("a recording whose older parts are on the shelf", () => {
  test("is byte for byte the one that stayed in memory", async () => {
    const file = new MemoryFile();
    const [shelved, held] = [new Recording(600_000, file), new Recording(600_000)];
    await Promise.all([minute(shelved), minute(held)]);
    expect(file.writes).toBeGreaterThanOrEqual(12);
    expect(Buffer.compare(await whole(shelved, file), await whole(held))).toBe(0);
  });

  test("a part that the disk refused is silence, never noise", async () => {
    let full = true;
    const file = new MemoryFile((offset) => full && offset === 12_000);
    const recording = new Recording(600_000, file);
    await minute(recording);
    const finished = recording.finish()!;
    await expect(finished.complete()).rejects.toThrow("disk full");
    full = false;
    const { caller, assistant } = sides(await wholeOf(finished, file));
    expect(recording.lostChunks).toBe(1);
    for (const side of [caller, assistant]) {
      expect(side.slice(6_000, 12_000).every((byte) => byte === 0xff)).toBe(true);
      expect(side.filter((byte) => byte === 0xff).length).toBe(6_000);
    }
  });

  test("a disk that is stuck costs parts of the recording, not memory", async () => {
    let asked = 0;
    const never = (): Promise<void> => new Promise(() => {});
    const write = (): Promise<void> => {
      asked++;
      return never();
    };
    const stuck: RecordingFile = { write, moveTo: never, drop: never };
    await minute(new Recording(600_000, stuck));
    expect(asked).toBe(16);
  });
});

describe("the recording of both sides", () => {
  test("nothing recorded is no recording", () => {
    expect(new Recording(1_000).finish()).toBe(null);
  });

  test("the caller lies at the stream's timestamps, also across the borders of chunks, silence between", () => {
    const recording = new Recording(60_000);
    const at = [0, 7_990, 15_995, 40_000];
    for (const ms of at) recording.caller(audioOf(0x10, 20), 160, ms);
    const { caller } = sides(recording.finish()!.held);
    expect(caller.length).toBe(40_020 * 8);
    expect(caller.filter((byte) => byte === 0x10).length).toBe(4 * 160);
    for (const ms of at) expect([caller[ms * 8], caller[ms * 8 + 159]]).toEqual([0x10, 0x10]);
  });

  test("nothing is kept beyond the bound, and odd times do no harm", () => {
    const recording = new Recording(1_000);
    for (const ms of [0, 980, 990, 5_000, 1e15, -20]) recording.caller(audioOf(0x10, 20), 160, ms);
    const fifo = new AudioFifo();
    fifo.appendBytes(audioOf(0x20, 500));
    recording.assistant(fifo, 0, 4_000, 0);
    expect(recording.finish()!.held.length).toBe(2 * 8_000);
  });

  test("the assistant's audio is seamless although it is heard in uneven steps", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 100 }), (steps) => {
        const recording = new Recording(600_000);
        const fifo = new AudioFifo();
        const total = steps.reduce((sum, step) => sum + step, 0);
        fifo.appendBytes(Uint8Array.from({ length: total }, (_, at) => at % 200));
        let heard = 0;
        for (const step of steps) {
          recording.caller(audioOf(0x7f, 20), 160, 1_000 + Math.floor(heard / 8));
          recording.assistant(fifo, heard, step, 0);
          heard += step;
        }
        const { assistant } = sides(recording.finish()!.held);
        const from = assistant.findIndex((byte) => byte !== 0xff);
        expect([...assistant.slice(from, from + total)]).toEqual(Array.from({ length: total }, (_, at) => at % 200));
      }),
      { numRuns: 50 },
    );
  });

  test("a pause between two answers stays a pause", () => {
    const recording = new Recording(60_000);
    const fifo = new AudioFifo();
    fifo.appendBytes(audioOf(0x20, 200));
    recording.caller(audioOf(0x7f, 20), 160, 980);
    recording.assistant(fifo, 0, 800, 0);
    recording.caller(audioOf(0x7f, 20), 160, 4_980);
    recording.assistant(fifo, 800, 800, 0);
    const { assistant } = sides(recording.finish()!.held);
    const spoken = [...assistant.keys()].filter((at) => assistant[at] === 0x20);
    expect([spoken[0], spoken[799], spoken[800], spoken.at(-1)]).toEqual([7_200, 7_999, 39_200, 39_999]);
  });
});

// "Are you still there?" was played back seconds before the log has it: no frame moved the recording's time meanwhile.
test("an answer that begins while the caller's sound is lost lies where it was heard", () => {
  const recording = new Recording(60_000);
  const fifo = new AudioFifo();
  fifo.appendBytes(audioOf(0x20, 500));
  recording.caller(audioOf(0x7f, 20), 160, 980);
  recording.assistant(fifo, 0, 2_000, 4_250);
  recording.caller(audioOf(0x7f, 20), 160, 4_480);
  recording.assistant(fifo, 2_000, 2_000, 4_510);
  const { assistant } = sides(recording.finish()!.held);
  const spoken = [...assistant.keys()].filter((at) => assistant[at] === 0x20);
  expect([spoken[0], spoken.length, spoken.at(-1)]).toEqual([32_000, 4_000, 35_999]);
});

describe("the queue of the assistant's bytes", () => {
  test("gives back what went in, at its offset, however it is filled and emptied", () => {
    const step = fc.record({ add: fc.integer({ min: 0, max: 9_000 }), release: fc.integer({ min: 0, max: 9_000 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const fifo = new AudioFifo();
        const valueAt = (offset: number): number => (offset * 7) % 251;
        for (const { add, release } of steps) {
          const bytes = Uint8Array.from({ length: add }, (_, at) => valueAt(fifo.end + at));
          if (add % 2 === 0) fifo.append(Buffer.from(bytes).toString("base64"));
          else fifo.appendBytes(bytes);
          fifo.release(Math.min(fifo.end, fifo.start + release));
          const held = fifo.copy(fifo.start, fifo.end);
          for (let at = 0; at < held.length; at += 37) expect(held[at]).toBe(valueAt(fifo.start + at));
          expect(fifo.base64(fifo.start, fifo.end)).toBe(Buffer.from(held).toString("base64"));
        }
      }),
      { numRuns: 50 },
    );
  });
});
