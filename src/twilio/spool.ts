import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, Timer } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { syncFolder } from "../base/sync-folder.ts";

export interface SpoolDeps<T> {
  /** An own folder, absolute. */
  folder: string;
  /** Takes an entry for good. Taking it twice must change nothing. @throws when it has to be offered again. */
  take(entry: T): Promise<void>;
  clock: Clock;
  log: Log;
}

const againMs = 1_000;
// An entry that is refused this often, a second apart, is not waiting for the database: it is kept aside for a person.
const triesMax = 3_600;

/**
 * Entries that were acknowledged before their taker could take them, one file each, so that neither a slow database nor the
 * end of the process loses one. A file appears whole or not at all; entries are taken in the order of their coming.
 */
export class Spool<T> {
  readonly #deps: SpoolDeps<T>;
  readonly #tries = new Map<string, number>();
  #ready: Promise<unknown> | null = null;
  #draining: Promise<void> | null = null;
  #again = false;
  #timer: Timer | null = null;
  #stopped = false;

  constructor(deps: SpoolDeps<T>) {
    this.#deps = deps;
  }

  /** Takes up what an earlier process left. */
  start(): void {
    this.#drainSoon(0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#draining;
  }

  /** Resolves when the entry is on the disk. @throws when it could not be written. */
  async put(entry: T): Promise<void> {
    await this.#folder();
    const file = join(this.#deps.folder, `${newId()}.json`);
    const half = `${file}.half`;
    try {
      const handle = await open(half, "w", 0o600);
      try {
        await handle.writeFile(JSON.stringify(entry));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(half, file);
      await syncFolder(this.#deps.folder);
    } catch (error) {
      await rm(half, { force: true });
      throw error;
    }
    this.#drainSoon(againMs);
  }

  #folder(): Promise<unknown> {
    this.#ready ??= mkdir(this.#deps.folder, { recursive: true, mode: 0o700 });
    return this.#ready;
  }

  #drainSoon(inMs: number): void {
    if (this.#stopped || this.#timer !== null) return;
    this.#timer = this.#deps.clock.after(inMs, () => {
      this.#timer = null;
      if (this.#draining !== null) {
        this.#again = true; // what came meanwhile is not in the list that is worked at
        return;
      }
      this.#draining = this.#drain()
        .catch((error: unknown) => {
          this.#deps.log.error("WA-ERROR", "kept webhooks cannot be read", { error: describeError(error) });
          return true;
        })
        .then((left) => {
          this.#draining = null;
          if (left || this.#again) this.#drainSoon(left ? againMs : 0);
          this.#again = false;
        });
    });
  }

  /** True when entries are left. */
  async #drain(): Promise<boolean> {
    await this.#folder();
    const names = (await readdir(this.#deps.folder)).filter((name) => name.endsWith(".json")).toSorted();
    for (const name of names) {
      if (this.#stopped) return true;
      if (!(await this.#offer(join(this.#deps.folder, name)))) return true;
    }
    return false;
  }

  /** False when it was not taken: those behind it wait, so that the order stays. */
  async #offer(file: string): Promise<boolean> {
    try {
      await this.#deps.take(JSON.parse(await readFile(file, "utf8")) as T);
    } catch (error) {
      const tries = (this.#tries.get(file) ?? 0) + 1;
      this.#tries.set(file, tries);
      const fields = { file, tries, error: describeError(error) };
      if (tries === 1) this.#deps.log.warn("WA-ERROR", "a kept webhook waits", fields);
      if (tries < triesMax) return false;
      this.#deps.log.error("WA-ERROR", "a kept webhook is put aside", fields);
      await rename(file, `${file}.refused`);
      return true;
    }
    this.#tries.delete(file);
    await rm(file, { force: true });
    return true;
  }
}
