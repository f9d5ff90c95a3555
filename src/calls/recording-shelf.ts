import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { RecordingFile, RecordingShelf } from "../live-call/recording-shelf.ts";
import { wavHeaderBytes } from "./sound-store.ts";

/**
 * The older parts of running recordings as one file per call under `recordings/live`. What a killed process left there
 * belongs to no call any more and is removed before the first file is opened.
 */
export function createRecordingShelf(storageDir: string): RecordingShelf {
  const folder = join(storageDir, "recordings", "live");
  let ready: Promise<void> | null = null;
  const emptyFolder = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
  };
  return {
    open(callSid) {
      const path = join(folder, callSid);
      return new ShelfFile(path, async () => {
        ready ??= emptyFolder().catch((error: unknown) => {
          ready = null;
          throw error;
        });
        await ready;
        return open(path, "wx+", 0o600);
      });
    },
  };
}

/** Opened with the first write: the shortest calls need no file. There is room for a header before the recording. */
class ShelfFile implements RecordingFile {
  readonly #path: string;
  readonly #open: () => Promise<FileHandle>;
  #handle: Promise<FileHandle> | null = null;
  readonly #writes = new Set<Promise<void>>();
  #moved = false;

  constructor(path: string, openFile: () => Promise<FileHandle>) {
    this.#path = path;
    this.#open = openFile;
  }

  write(bytes: Uint8Array, offset: number): Promise<void> {
    const writing = this.#writeAt(bytes, wavHeaderBytes + offset);
    this.#writes.add(writing);
    const forget = (): boolean => this.#writes.delete(writing);
    writing.then(forget, forget);
    return writing;
  }

  async moveTo(path: string, head: Uint8Array): Promise<void> {
    if (this.#moved) return;
    await Promise.allSettled([...this.#writes]);
    await this.#writeAt(head, 0);
    const handle = await this.#handle!;
    await handle.sync();
    await rename(this.#path, path);
    this.#moved = true;
    await handle.close();
  }

  async drop(): Promise<void> {
    await Promise.allSettled([...this.#writes]);
    if (this.#handle === null || this.#moved) return;
    await (await this.#handle).close();
    await rm(this.#path, { force: true });
  }

  async #writeAt(bytes: Uint8Array, offset: number): Promise<void> {
    this.#handle ??= this.#open();
    const handle = await this.#handle.catch((error: unknown) => {
      this.#handle = null; // the next write tries again: the disk may be well by then
      throw error;
    });
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, offset + written);
      written += bytesWritten;
    }
  }
}
