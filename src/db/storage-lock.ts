import { Database as LockFile } from "bun:sqlite";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
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
 * @throws AppError "unavailable" when the folder cannot be written.
 */
export function tryStorageLock(storageDir: string, role: StorageRole): LockAttempt {
  const note = join(storageDir, "owner");
  checkWritable(storageDir, note);
  const file = new LockFile(join(storageDir, "owner.lock"));
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

/** @throws AppError "unavailable" when the folder is not this user's, as after a copy by another one. */
function checkWritable(storageDir: string, note: string): void {
  try {
    mkdirSync(storageDir, { recursive: true });
    accessSync(storageDir, constants.W_OK | constants.X_OK);
    if (existsSync(note)) accessSync(note, constants.W_OK);
  } catch (cause) {
    throw new AppError(
      "unavailable",
      `${storageDir} cannot be written by the user who starts AgentLocator: give it to them (chown -R ${process.getuid?.()} ${storageDir})`,
      { cause },
    );
  }
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
