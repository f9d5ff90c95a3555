import { Database as LockFile } from "bun:sqlite";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../base/errors.ts";

/** Who may hold a storage folder: the product itself, or a command of the operator while the product is not running. */
export type StorageRole = "server" | "command";

export interface StorageLock {
  release(): void;
}

/** Takes the folder for this process, or tells who has it. */
export type LockAttempt = { kind: "held"; lock: StorageLock } | { kind: "taken"; by: StorageRole; pid: number };

/**
 * One owner per storage folder. The lock is SQLite's on an empty file, that is the operating system's: it vanishes
 * with its process, however that ended, so there is no stale lock to clean up and none to be mistaken for a live one.
 */
export function tryStorageLock(storageDir: string, role: StorageRole): LockAttempt {
  mkdirSync(storageDir, { recursive: true });
  const file = new LockFile(join(storageDir, "owner.lock"));
  const note = join(storageDir, "owner");
  try {
    file.run("pragma busy_timeout = 0");
    file.run("begin exclusive");
  } catch (error) {
    file.close();
    if ((error as { code?: unknown }).code !== "SQLITE_BUSY") throw error;
    return { kind: "taken", ...readNote(note) };
  }
  writeFileSync(note, `${role} ${process.pid}\n`);
  return { kind: "held", lock: { release: () => file.close() } };
}

/** The line that a second process ends with. */
export function storageTaken(storageDir: string, by: StorageRole, pid: number): AppError {
  const who = by === "server" ? "AgentLocator is already running" : "a command is still working";
  return new AppError(
    "taken",
    `${who} on ${storageDir} (process ${pid}); stop it first, or set STORAGE_DIR to another folder`,
  );
}

/** Only for the message and for how long to wait: the lock itself decides. */
function readNote(path: string): { by: StorageRole; pid: number } {
  try {
    const [role, pid] = readFileSync(path, "utf8").trim().split(" ");
    return { by: role === "command" ? "command" : "server", pid: Number(pid) };
  } catch {
    return { by: "server", pid: 0 };
  }
}
