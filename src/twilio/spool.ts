import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, Timer } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { syncFolder } from "../base/sync-folder.ts";
import { mayPass } from "../db/errors.ts";

export interface SpoolDeps<T> {
  /** An own folder, absolute. */
  folder: string;
  /** Takes an entry for good. Taking it twice must change nothing. @throws when it has to be offered again. */
  take(entry: T): Promise<void>;
  /** Entries of one lane are taken one after the other, whatever becomes of others'. */
  laneOf(entry: T): string;
  clock: Clock;
  log: Log;
}

const againMs = 1_000;
// An entry that is refused for so long is kept aside for a person. Waiting for a database that is away is no refusal.
const refusedMs = 60 * 60_000;
// One that only this entry waits for (a lock) may look like a database that is away; so many say that it is.
const awayMax = 3;

/**
 * Entries that were acknowledged before their taker could take them, one file each, so that neither a slow database nor the
 * end of the process loses one. A file appears whole or not at all; entries of a lane are taken in the order of their coming.
 */
export class Spool<T> {
  readonly #deps: SpoolDeps<T>;
  /** When each file was first refused; null for those that only had to wait. */
  readonly #refusedAtMs = new Map<string, number | null>();
  /** Of files that were read before: what waits in a held lane is not read again and again. */
  readonly #lanes = new Map<string, string>();
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
    const held = new Set<string>();
    let away = 0;
    for (const name of names) {
      if (this.#stopped || away === awayMax) return true;
      const file = join(this.#deps.folder, name);
      let lane = this.#lanes.get(file) ?? file;
      if (held.has(lane)) continue;
      try {
        const entry = JSON.parse(await readFile(file, "utf8")) as T;
        lane = this.#deps.laneOf(entry);
        this.#lanes.set(file, lane);
        if (held.has(lane)) continue;
        await this.#deps.take(entry);
        await rm(file, { force: true });
        this.#forget(file);
      } catch (error) {
        if (mayPass(error)) away++;
        if (!(await this.#isPutAside(file, error))) held.add(lane);
      }
    }
    return held.size > 0;
  }

  /** An entry was not taken. False when it will be offered again: those behind it in its lane wait, so that their order stays. */
  async #isPutAside(file: string, error: unknown): Promise<boolean> {
    const { clock, log } = this.#deps;
    const fields = { file, error: describeError(error) };
    if (!this.#refusedAtMs.has(file)) log.warn("WA-ERROR", "a kept webhook waits", fields);
    const firstMs = this.#refusedAtMs.get(file) ?? (mayPass(error) ? null : clock.nowMs());
    this.#refusedAtMs.set(file, firstMs);
    if (mayPass(error) || firstMs === null || clock.nowMs() - firstMs < refusedMs) return false;
    log.error("WA-ERROR", "a kept webhook is put aside", fields);
    await rename(file, `${file}.refused`);
    this.#forget(file);
    return true;
  }

  #forget(file: string): void {
    this.#refusedAtMs.delete(file);
    this.#lanes.delete(file);
  }
}
