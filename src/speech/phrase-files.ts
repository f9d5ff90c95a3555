import { mkdir, open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { MULAW_FRAME_BYTES } from "../audio/mulaw.ts";
import type { Clock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import { limits } from "../limits.ts";

// Listing the folder costs; between two listings it may grow by this many files.
const pruneEveryWrites = 100;

/** Rendered phrases on disk, one raw mu-law file each, named by the hash of what they say. */
export class PhraseFiles {
  readonly #folder: string;
  readonly #clock: Clock;
  #writes = 0;

  constructor(storageDir: string, clock: Clock) {
    this.#clock = clock;
    this.#folder = join(storageDir, "phrases");
  }

  /** Null when it is not there or not whole. Reading counts as use: the oldest unused files go first. */
  async read(key: string): Promise<Uint8Array | null> {
    const path = this.#path(key);
    try {
      const audio = await Bun.file(path).bytes();
      if (audio.length === 0 || audio.length % MULAW_FRAME_BYTES !== 0) return null;
      const now = this.#clock.instant().epochMilliseconds / 1000;
      await utimes(path, now, now);
      return audio;
    } catch {
      return null;
    }
  }

  /** Appears whole or not at all. @throws the file system's error. */
  async write(key: string, audio: Uint8Array): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const unfinished = join(this.#folder, `${newId()}.part`);
    try {
      const file = await open(unfinished, "wx", 0o600);
      try {
        await file.writeFile(audio);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(unfinished, this.#path(key));
    } catch (thrown) {
      await rm(unfinished, { force: true });
      throw thrown;
    }
    if (this.#writes++ % pruneEveryWrites === 0) await this.#prune();
  }

  /** Deletes what was not used for longest beyond the bound, and what an earlier process left unfinished. */
  async #prune(): Promise<void> {
    const names = await readdir(this.#folder);
    const files = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#folder, name);
        const usedMs = await stat(path).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        );
        return { path, usedMs };
      }),
    );
    files.sort((one, other) => other.usedMs - one.usedMs);
    for (const { path } of files.slice(limits.phraseFiles)) await rm(path, { force: true });
  }

  #path(key: string): string {
    return join(this.#folder, `${key}.ulaw`);
  }
}
