import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { describeError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { syncFolder } from "../base/sync-folder.ts";
import type { Shelter } from "./write-behind.ts";

export interface OutageFileDeps<W> {
  /** An own folder, absolute. */
  folder: string;
  /** More is not kept. */
  bytesMax: number;
  textOf(write: W): string;
  log: Log;
}

/** The folder of an installation's outage files; `replay-outages.ts` reads them. */
export const outageFolder = (storageDir: string): string => join(storageDir, "calls-waiting");

/**
 * The writes of one outage after the other, each in a file of its own, a line each, readable by the server's user only.
 * A line begins with its line break: what a full disk or a kill cut off spoils itself and nothing behind it.
 */
export class OutageFile<W> implements Shelter<W> {
  readonly #deps: OutageFileDeps<W>;
  #file: { path: string; bytes: number } | null = null;
  #complained = false;

  constructor(deps: OutageFileDeps<W>) {
    this.#deps = deps;
  }

  async append(writes: readonly W[]): Promise<number> {
    try {
      this.#file ??= await this.#newFile();
      const file = this.#file;
      const lines: Buffer[] = [];
      let { bytes } = file;
      for (const write of writes) {
        const line = Buffer.from(`\n${this.#deps.textOf(write)}`);
        if (bytes + line.length > this.#deps.bytesMax) break;
        bytes += line.length;
        lines.push(line);
      }
      if (lines.length < writes.length) this.#complain(`more than ${this.#deps.bytesMax} bytes`);
      await writeSynced(file.path, Buffer.concat(lines));
      file.bytes = bytes;
      return lines.length;
    } catch (error) {
      this.#complain(describeError(error));
      return 0;
    }
  }

  async clear(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    this.#complained = false;
    if (file === null) return;
    try {
      await rm(file.path, { force: true });
    } catch (error) {
      // The next start writes its rows again, which changes nothing, and removes it.
      this.#deps.log.warn("DB", "an outage file could not be removed", { error: describeError(error) });
    }
  }

  async #newFile() {
    const { folder } = this.#deps;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, `${newId()}.jsonl`);
    await writeSynced(path, Buffer.alloc(0));
    await syncFolder(folder);
    return { path, bytes: 0 };
  }

  /** Once per outage. */
  #complain(error: string): void {
    if (!this.#complained) this.#deps.log.error("DB", "rows that wait for the database are only in memory", { error });
    this.#complained = true;
  }
}

/** Behind what the file holds already. Resolves when it is on the disk. */
async function writeSynced(path: string, bytes: Buffer): Promise<void> {
  const handle = await open(path, "a", 0o600);
  try {
    await handle.appendFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
