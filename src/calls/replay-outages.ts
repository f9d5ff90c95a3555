import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError, describeError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Database } from "../db/client.ts";
import { mayPass } from "../db/errors.ts";
import { limits } from "../limits.ts";
import { type CallWrite, type CallWriterSettings, writeCalls } from "./call-writes.ts";
import { outageFolder } from "./outage-file.ts";
import { writeOf } from "./write-text.ts";

export interface ReplayDeps {
  db: Database;
  storageDir: string;
  settings: CallWriterSettings;
  log: Log;
}

/**
 * Writes down what an earlier process had to leave on the disk because the database was away. Before the calls that it left
 * open are closed as lost: their ends may be among it. Of rows that are there already nothing is written again.
 * @throws AppError "unavailable" when the database goes away again; the files stay.
 */
export async function replayOutages(deps: ReplayDeps): Promise<void> {
  const folder = outageFolder(deps.storageDir);
  const names = await readdir(folder).catch(() => []); // no outage so far
  for (const name of names.filter((each) => each.endsWith(".jsonl")).toSorted()) {
    const file = join(folder, name);
    const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
    const writes = lines.map(writeOf).filter((write) => write !== null);
    for (let from = 0; from < writes.length; from += limits.writeBehindBatchRows)
      await writeBatch(deps, writes.slice(from, from + limits.writeBehindBatchRows));
    await rm(file);
    const fields = { rows: writes.length, unreadable: lines.length - writes.length };
    deps.log.info("DB", "rows of calls that waited on the disk are written", fields);
  }
}

async function writeBatch(deps: ReplayDeps, writes: readonly CallWrite[]): Promise<void> {
  try {
    await writeCalls(deps.db, writes, deps.settings);
  } catch (error) {
    if (mayPass(error)) throw new AppError("unavailable", "rows of calls wait for the database", { cause: error });
    if (writes.length > 1) {
      for (const write of writes) await writeBatch(deps, [write]);
      return;
    }
    const [{ businessId, callSid, kind }] = writes as [CallWrite];
    const fields = { biz: businessId, call: callSid, row: kind, error: describeError(error) };
    deps.log.error("CALL", "row refused by the database", fields);
  }
}
