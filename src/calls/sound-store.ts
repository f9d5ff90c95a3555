import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MULAW_BYTES_PER_MS, MULAW_TO_LINEAR } from "../audio/mulaw.ts";
import type { BusinessId } from "../base/ids.ts";

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
  const save = async (businessId: BusinessId, id: string, parts: Uint8Array[]): Promise<string> => {
    const file = join("recordings", `business_${businessId}`, `${id}.wav`);
    await writeWhole(join(storageDir, file), parts);
    return file;
  };
  return {
    async saveCall(businessId, id, stereo) {
      const header = wavHeader(stereo.length);
      const peaks = await peaksOf(stereo);
      const file = await save(businessId, id, [header, stereo]);
      const durationMs = Math.round(stereo.length / 2 / MULAW_BYTES_PER_MS);
      return { file, bytes: header.length + stereo.length, durationMs, peaks };
    },
    async saveWav(businessId, id, wav) {
      return { file: await save(businessId, id, [wav]), bytes: wav.length };
    },
    read: (file) => Bun.file(join(storageDir, file)).bytes(),
    readPart: (file, from, to) => Bun.file(join(storageDir, file)).slice(from, to).bytes(),
    remove: (file) => rm(join(storageDir, file), { force: true }),
  };
}

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

/** RIFF header of G.711 mu-law, stereo, 8 kHz: format tag 7, with the `fact` chunk that compressed formats carry. */
function wavHeader(dataBytes: number): Uint8Array {
  const header = Buffer.alloc(58);
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

// A minute of stereo: a millisecond of work between two turns of the loop, so that no live call waits for a dead one's plot.
const windowsPerTurn = 60_000 / peakMs;
/** 0..255 by mu-law byte. */
const LOUDNESS = Uint8Array.from(MULAW_TO_LINEAR, (sample) => Math.min(255, Math.abs(sample) >> 7));

/** Two bytes per 100 ms: the loudest sample of the caller and of the assistant, 0..255. */
async function peaksOf(stereo: Uint8Array): Promise<Uint8Array> {
  const windowBytes = 2 * peakMs * MULAW_BYTES_PER_MS;
  const peaks = new Uint8Array(2 * Math.ceil(stereo.length / windowBytes));
  for (let from = 0, index = 0; from < stereo.length; from += windowBytes, index += 2) {
    let [caller, assistant] = [0, 0];
    for (let at = from; at < Math.min(from + windowBytes, stereo.length); at += 2) {
      caller = Math.max(caller, LOUDNESS[stereo[at]!]!);
      assistant = Math.max(assistant, LOUDNESS[stereo[at + 1]!]!);
    }
    peaks[index] = caller;
    peaks[index + 1] = assistant;
    if (index % (2 * windowsPerTurn) === 0) await Bun.sleep(0);
  }
  return peaks;
}
