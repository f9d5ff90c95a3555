import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { AppError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { ServerUser } from "./postgres-binaries.ts";

/**
 * Makes the server's folder, owned by its user, and returns its real path. When that user cannot get there (started
 * by root in a home folder of mode 0700), the folder is made under /var/lib and linked to, and the log says so.
 * @throws AppError "unavailable" when neither place can be used.
 */
export function prepareRoot(wanted: string, runAs: ServerUser, log: Log): string {
  const root = resolve(wanted);
  refuseLostLink(root);
  mkdirSync(root, { recursive: true });
  const real = realpathSync(root);
  own(real, runAs);
  const data = join(real, "data");
  if (existsSync(data)) ownAll(data, runAs);
  if (canEnter(real, runAs)) return real;
  letThrough(dirname(real));
  if (canEnter(real, runAs)) return real;
  const elsewhere = join("/var/lib/agentlocator", newId());
  try {
    rmdirSync(root);
    mkdirSync(dirname(elsewhere), { recursive: true, mode: 0o711 });
    mkdirSync(elsewhere, { mode: 0o700 });
    own(elsewhere, runAs);
    symlinkSync(elsewhere, root);
  } catch (cause) {
    throw new AppError("unavailable", `PostgreSQL's user cannot enter ${root}: set STORAGE_DIR to a folder it can`, {
      cause,
    });
  }
  log.warn("DB", "database folder is elsewhere: the server's user cannot enter the storage folder", {
    folder: elsewhere,
  });
  return elsewhere;
}

/**
 * Folder of the server's socket: the root itself, or a short one when its path would not fit into a socket address
 * (107 bytes on Linux, 103 on macOS).
 * @throws AppError "forbidden" when somebody else has taken that name in the temporary folder.
 */
export function socketFolder(root: string, runAs: ServerUser): string {
  if (Buffer.byteLength(`${root}/.s.PGSQL.5432.lock`) <= 103) return root;
  const name = `agentlocator-${createHash("sha256").update(root).digest("hex").slice(0, 16)}`;
  const short = [join(tmpdir(), name), join("/tmp", name)].find((path) => Buffer.byteLength(path) < 80) ?? root;
  mkdirSync(short, { recursive: true, mode: 0o700 });
  const owner = statSync(short).uid;
  const ours = [process.getuid?.() ?? 0, "uid" in runAs ? runAs.uid : -1];
  if (!ours.includes(owner)) throw new AppError("forbidden", `${short} belongs to another user (uid ${owner})`);
  own(short, runAs);
  return short;
}

/** A copy of a storage folder that left out the place its database lies in (see `prepareRoot`). */
function refuseLostLink(root: string): void {
  if (existsSync(root) || !lstatSync(root, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  const target = readlinkSync(root);
  throw new AppError(
    "unavailable",
    `${root} is a link to ${target}, which is not here: copy that folder as well, to ${root}`,
  );
}

/**
 * Removes locks that name a living process which is not the server of `data`: PostgreSQL takes any process of its user
 * for it, and after a copy to another machine or a restart the number is soon somebody's. What names a dead one stays
 * for PostgreSQL to judge. Where there is no /proc nothing is removed.
 */
export function dropForeignLocks(data: string, socketDir: string): void {
  for (const lock of [join(data, "postmaster.pid"), join(socketDir, ".s.PGSQL.5432.lock")]) {
    try {
      const pid = Number.parseInt(readFileSync(lock, "utf8"), 10);
      if (readlinkSync(`/proc/${pid}/cwd`) !== data) rmSync(lock);
    } catch {
      // no lock, nobody of that number, or not ours to look at
    }
  }
}

/** Makes a rename in `folder` survive a power cut. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
}

function own(folder: string, runAs: ServerUser): void {
  try {
    if ("uid" in runAs) chownSync(folder, runAs.uid, runAs.gid);
    chmodSync(folder, 0o700);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EPERM") throw cause;
    const { uid } = statSync(folder);
    const whose = `${folder} belongs to another user (uid ${uid}): give it to the one who starts AgentLocator`;
    throw new AppError("unavailable", `${whose} (chown -R ${process.getuid?.()} ${folder})`, { cause });
  }
}

/** A cluster as PostgreSQL wants it, which a copy need not have kept: all of it its user's, and closed to others. */
function ownAll(data: string, runAs: ServerUser): void {
  const files = statSync(join(data, "PG_VERSION"), { throwIfNoEntry: false });
  if ("uid" in runAs && files?.uid !== runAs.uid) spawnSync("chown", ["-R", `${runAs.uid}:${runAs.gid}`, data]);
  own(data, runAs);
}

/** The storage folder is ours: passing through it may be allowed, reading it not. */
function letThrough(storageDir: string): void {
  const { uid, mode } = statSync(storageDir);
  if (uid === process.getuid?.()) chmodSync(storageDir, (mode & 0o777) | 0o011);
}

function canEnter(folder: string, runAs: ServerUser): boolean {
  if (!("uid" in runAs)) return true;
  return (
    spawnSync("/bin/sh", ["-c", 'test -w "$1/."', "sh", folder], { ...runAs, cwd: "/", stdio: "ignore" }).status === 0
  );
}
