import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { RecordingFile, RecordingShelf } from "../live-call/recording-shelf.ts";

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
        ready ??= emptyFolder();
        await ready;
        return open(path, "wx+", 0o600);
      });
    },
  };
}

/** Opened with the first write: most calls are over before they need a file. */
class ShelfFile implements RecordingFile {
  readonly #path: string;
  readonly #open: () => Promise<FileHandle>;
  #handle: Promise<FileHandle> | null = null;
  readonly #writes = new Set<Promise<void>>();

  constructor(path: string, openFile: () => Promise<FileHandle>) {
    this.#path = path;
    this.#open = openFile;
  }

  write(bytes: Uint8Array, offset: number): Promise<void> {
    const writing = this.#write(bytes, offset);
    this.#writes.add(writing);
    const forget = (): boolean => this.#writes.delete(writing);
    writing.then(forget, forget);
    return writing;
  }

  async take(): Promise<Uint8Array> {
    await Promise.allSettled([...this.#writes]);
    if (this.#handle === null) return new Uint8Array(0);
    const handle = await this.#handle;
    try {
      return await Bun.file(this.#path).bytes();
    } finally {
      await handle.close();
      await rm(this.#path, { force: true });
    }
  }

  async #write(bytes: Uint8Array, offset: number): Promise<void> {
    this.#handle ??= this.#open();
    const handle = await this.#handle;
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, offset + written);
      written += bytesWritten;
    }
  }
}
