import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MULAW_BYTES_PER_MS, MULAW_TO_LINEAR } from "../audio/mulaw.ts";
import type { BusinessId } from "../base/ids.ts";
import type { RecordingFile } from "../live-call/recording-shelf.ts";

/** A sound on disk, as its row describes it. */
export interface StoredSound {
  /** Relative to the storage folder. */
  file: string;
  bytes: number;
  durationMs: number;
  peaks: Uint8Array | null;
}

/** Files of recordings, one folder per business, readable by the server's user only. */
export interface SoundStore {
  /** Writes a call's stereo mu-law (caller left, interleaved) as WAV. The file appears whole or not at all. */
  saveCall(businessId: BusinessId, id: string, stereo: Uint8Array): Promise<StoredSound>;
  /** The same for a call whose file is complete already: it gets its header and moves here. May be repeated. */
  adoptCall(businessId: BusinessId, id: string, shelved: RecordingFile, bytes: number): Promise<StoredSound>;
  /** Writes a provider's WAV as it came. */
  saveWav(businessId: BusinessId, id: string, wav: Uint8Array): Promise<Pick<StoredSound, "file" | "bytes">>;
  /** @throws the system's error when the file is not there. */
  read(file: string): Promise<Uint8Array>;
  /** The bytes [from, to), fewer at the end of the file. @throws as `read`. */
  readPart(file: string, from: number, to: number): Promise<Uint8Array>;
  /** Deleting what is gone already is fine. */
  remove(file: string): Promise<void>;
}

const peakMs = 100;

export function createSoundStore(storageDir: string): SoundStore {
  const fileOf = (businessId: BusinessId, id: string): string =>
    join("recordings", `business_${businessId}`, `${id}.wav`);
  const save = async (businessId: BusinessId, id: string, parts: Uint8Array[]): Promise<string> => {
    const file = fileOf(businessId, id);
    await writeWhole(join(storageDir, file), parts);
    return file;
  };
  // Through one buffer, one call after the other: a hundred calls that end together would read 70 MB at once.
  const part = new Uint8Array(partBytes);
  let before: Promise<unknown> = Promise.resolve();
  const plot = (path: string, bytes: number): Promise<Uint8Array> => {
    const plotted = before.then(() => peaksOfFile(path, bytes, part));
    before = plotted.catch(() => {});
    return plotted;
  };
  return {
    async saveCall(businessId, id, stereo) {
      const header = wavHeader(stereo.length);
      const peaks = await peaksOf(stereo.length, async (from, to) => stereo.subarray(from, to));
      return described(await save(businessId, id, [header, stereo]), stereo.length, peaks);
    },
    async adoptCall(businessId, id, shelved, bytes) {
      const file = fileOf(businessId, id);
      const path = join(storageDir, file);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await shelved.moveTo(path, wavHeader(bytes));
      return described(file, bytes, await plot(path, bytes));
    },
    async saveWav(businessId, id, wav) {
      return { file: await save(businessId, id, [wav]), bytes: wav.length };
    },
    read: (file) => Bun.file(join(storageDir, file)).bytes(),
    readPart: (file, from, to) => Bun.file(join(storageDir, file)).slice(from, to).bytes(),
    remove: (file) => rm(join(storageDir, file), { force: true }),
  };
}

const described = (file: string, soundBytes: number, peaks: Uint8Array): StoredSound => ({
  file,
  bytes: wavHeaderBytes + soundBytes,
  durationMs: Math.round(soundBytes / 2 / MULAW_BYTES_PER_MS),
  peaks,
});

async function writeWhole(path: string, parts: Uint8Array[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const half = `${path}.tmp`;
  try {
    const handle = await open(half, "w", 0o600);
    try {
      await handle.writev(parts);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(half, path);
  } catch (error) {
    await rm(half, { force: true });
    throw error;
  }
}

export const wavHeaderBytes = 58;

/** RIFF header of G.711 mu-law, stereo, 8 kHz: format tag 7, with the `fact` chunk that compressed formats carry. */
function wavHeader(dataBytes: number): Uint8Array {
  const header = Buffer.alloc(wavHeaderBytes);
  const padded = dataBytes + (dataBytes % 2);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(50 + padded, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(18, 16);
  header.writeUInt16LE(7, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(8_000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(8, 34);
  header.writeUInt16LE(0, 36);
  header.write("fact", 38, "latin1");
  header.writeUInt32LE(4, 42);
  header.writeUInt32LE(dataBytes / 2, 46);
  header.write("data", 50, "latin1");
  header.writeUInt32LE(dataBytes, 54);
  return header;
}

const windowBytes = 2 * peakMs * MULAW_BYTES_PER_MS;
// Five seconds of stereo: a tenth of a millisecond of work between two turns of the loop.
const partBytes = 50 * windowBytes;
/** 0..255 by mu-law byte. */
const LOUDNESS = Uint8Array.from(MULAW_TO_LINEAR, (sample) => Math.min(255, Math.abs(sample) >> 7));

/** Two bytes per 100 ms: the loudest sample of the caller and of the assistant, 0..255. */
async function peaksOf(bytes: number, read: (from: number, to: number) => Promise<Uint8Array>): Promise<Uint8Array> {
  const peaks = new Uint8Array(2 * Math.ceil(bytes / windowBytes));
  for (let from = 0; from < bytes; from += partBytes) {
    const part = await read(from, Math.min(from + partBytes, bytes));
    for (let at = 0; at < part.length; at += windowBytes) {
      const index = (2 * (from + at)) / windowBytes;
      const end = Math.min(at + windowBytes, part.length);
      peaks[index] = loudest(part, at, end);
      peaks[index + 1] = loudest(part, at + 1, end);
    }
    await Bun.sleep(0);
  }
  return peaks;
}

/** The same of a file behind its header, read into `buffer` part by part. */
async function peaksOfFile(path: string, bytes: number, buffer: Uint8Array): Promise<Uint8Array> {
  const handle = await open(path, "r");
  try {
    return await peaksOf(bytes, async (from, to) => {
      const { bytesRead } = await handle.read(buffer, 0, to - from, wavHeaderBytes + from);
      return buffer.subarray(0, bytesRead);
    });
  } finally {
    await handle.close();
  }
}

/** Of one side of stereo: every second byte from `from` on. */
function loudest(stereo: Uint8Array, from: number, to: number): number {
  let loud = 0;
  for (let at = from; at < to; at += 2) loud = Math.max(loud, LOUDNESS[stereo[at]!]!);
  return loud;
}
