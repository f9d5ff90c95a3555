import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linearToMulaw, MULAW_SILENCE } from "../audio/mulaw.ts";
import { type BusinessId, newId } from "../base/ids.ts";
import { createSoundStore } from "./sound-store.ts";

let folder: string;
const business = newId<BusinessId>();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "agentlocator-sounds-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** `ms` of stereo: the caller loud for the first half, the assistant for the second. */
function stereo(ms: number): Uint8Array {
  const loud = linearToMulaw(16_000);
  return Uint8Array.from({ length: ms * 16 }, (_, at) => {
    const firstHalf = at < ms * 8;
    const caller = at % 2 === 0;
    return caller === firstHalf ? loud : MULAW_SILENCE;
  });
}

test("a call's sound is a WAV of mu-law, stereo, 8 kHz, with the bytes as they came", async () => {
  const sound = stereo(400);
  const stored = await createSoundStore(folder).saveCall(business, "call", sound);
  expect(stored).toMatchObject({
    file: `recordings/business_${business}/call.wav`,
    bytes: 58 + sound.length,
    durationMs: 400,
  });
  const wav = Buffer.from(await createSoundStore(folder).read(stored.file));
  expect(wav.toString("latin1", 0, 4) + wav.toString("latin1", 8, 16)).toBe("RIFFWAVEfmt ");
  expect(wav.readUInt32LE(4)).toBe(wav.length - 8);
  const [format, channels, rate, byteRate, align, bits] = [20, 22, 24, 28, 32, 34].map((at) =>
    at === 24 || at === 28 ? wav.readUInt32LE(at) : wav.readUInt16LE(at),
  );
  expect([format, channels, rate, byteRate, align, bits]).toEqual([7, 2, 8_000, 16_000, 2, 8]);
  expect(wav.readUInt32LE(46)).toBe(sound.length / 2);
  expect(wav.subarray(58).equals(sound)).toBe(true);
});

test("the plot has the loudest sample of each side per 100 ms", async () => {
  const { peaks } = await createSoundStore(folder).saveCall(business, "call", stereo(400));
  const loud = 16_000 >> 7;
  const sides = Array.from(peaks ?? [], (peak) => (Math.abs(peak - loud) <= 3 ? "loud" : peak));
  expect<unknown[]>(sides).toEqual(["loud", 0, "loud", 0, 0, "loud", 0, "loud"]);
});

test("recordings can be read by the server's user only", async () => {
  const { file } = await createSoundStore(folder).saveCall(business, "call", stereo(20));
  expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, "recordings", `business_${business}`)).mode & 0o777).toBe(0o700);
});

test("a sound that cannot be written whole leaves nothing behind", async () => {
  writeFileSync(join(folder, "recordings"), "a file where the folder should be");
  const failed = await createSoundStore(folder)
    .saveCall(business, "call", stereo(20))
    .then(
      () => "saved",
      () => "failed",
    );
  expect(failed).toBe("failed");
  expect(readdirSync(folder)).toEqual(["recordings"]);
});

test("deleting twice is fine", async () => {
  const store = createSoundStore(folder);
  const { file } = await store.saveWav(business, "message", new Uint8Array([1, 2, 3]));
  await store.remove(file);
  await store.remove(file);
  expect(readdirSync(join(folder, "recordings", `business_${business}`))).toEqual([]);
});

test("a long call's plot leaves room for live calls: the loop turns at least once per minute of sound", async () => {
  const minutes = 10;
  let turns = 0;
  let saving = true;
  const count = (): void => {
    turns++;
    if (saving) setTimeout(count, 0);
  };
  setTimeout(count, 0);
  const sound = new Uint8Array(minutes * 60_000 * 16).fill(MULAW_SILENCE);
  await createSoundStore(folder).saveCall(business, "call", sound);
  saving = false;
  expect(turns).toBeGreaterThanOrEqual(minutes);
});
