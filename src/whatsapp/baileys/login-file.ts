/**
 * The login's file, for those who only ask whether it is there or put it aside: nothing here loads Baileys. The library is
 * 65 MB of resident memory in every thread that imports it, and the main thread carries calls.
 */
import { Database } from "bun:sqlite";
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { AuthenticationCreds } from "@whiskeysockets/baileys";
import { AppError } from "../../base/errors.ts";
import type { Address } from "../provider.ts";

const fileName = "auth.sqlite";
const keepDamagedMs = 7 * 24 * 60 * 60_000;

export const hasLoginFolder = (dir: string): boolean => existsSync(join(dir, "auth"));

/** Whether a linked login lies here; one in use, or one that cannot be read, lies here too. */
export function holdsLogin(dir: string): boolean {
  if (!hasLoginFolder(dir)) return false;
  try {
    const db = openLogin(dir);
    try {
      return readCreds(db).account !== undefined;
    } finally {
      db.close();
    }
  } catch {
    return true;
  }
}

/** Rows about these people, by number and by hidden id, also by the id that a number stands for and the other way round. */
export function keysOfPeople(db: Database, people: readonly Address[]): { t: string; id: string }[] {
  const users = new Set(people.map(({ value }) => value.replace(/^\+/, "")));
  const mapping = db.query<{ v: string }, [string, string]>(
    "select v from kv where t = 'lid-mapping' and id in (?, ?)",
  );
  for (const user of [...users])
    for (const { v } of mapping.all(user, `${user}_reverse`)) users.add(String(JSON.parse(v)));
  const rows = db.query<{ t: string; id: string }, []>(
    "select t, id from kv where t not in ('creds', 'inbox', 'pre-key')",
  );
  return rows.all().filter(({ id }) => users.has(/^\d+/.exec(id)?.[0] ?? "")); // "972….0", "1234_1.0", "1234_reverse"
}

/**
 * Clears a login that no session has open of these people; logins that were put aside go as a whole.
 * @throws AppError "unavailable" while somebody has it open, or it cannot be read.
 */
export function forgetPeople(dir: string, people: readonly Address[]): void {
  for (const name of existsSync(dir) ? readdirSync(dir) : [])
    if (asideName.test(name)) rmSync(join(dir, name), { recursive: true, force: true });
  if (!hasLoginFolder(dir)) return;
  try {
    const db = openLogin(dir);
    const remove = db.query<unknown, [string, string]>("delete from kv where t = ? and id = ?");
    db.transaction(() => {
      for (const { t, id } of keysOfPeople(db, people)) remove.run(t, id);
    })();
    db.close();
  } catch (cause) {
    throw new AppError("unavailable", "the login cannot be opened now", { cause });
  }
}

const asideName = /^auth\.(\d+)\.bad$/;

/** Puts the login aside, so that the next connection begins a new one. Older ones are deleted after a week. */
export function archiveLogin(dir: string, nowMs: number): void {
  for (const name of existsSync(dir) ? readdirSync(dir) : []) {
    const putAsideMs = Number(asideName.exec(name)?.[1] ?? Number.NaN);
    if (putAsideMs < nowMs - keepDamagedMs) rmSync(join(dir, name), { recursive: true, force: true });
  }
  if (hasLoginFolder(dir)) renameSync(join(dir, "auth"), join(dir, `auth.${nowMs}.bad`));
}

/** Makes a login with this identity (JSON). Whole or not at all: what is found under `auth` later was complete once, so an empty file there is damage. */
export function createLogin(dir: string, creds: string): void {
  const unfinished = join(dir, "auth.new");
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  chmodSync(dir, 0o700);
  const db = new Database(join(unfinished, fileName), { create: true });
  db.run("pragma journal_mode = wal");
  db.run("pragma synchronous = full");
  db.run("create table kv (t text, id text, v text not null, primary key (t, id)) without rowid");
  db.query("insert into kv (t, id, v) values ('creds', '', ?)").run(creds);
  db.close();
  chmodSync(join(unfinished, fileName), 0o600);
  renameSync(unfinished, join(dir, "auth"));
}

/** Opens and locks it. @throws the system's or the database's error; SQLITE_BUSY when another has it. */
export function openLogin(dir: string): Database {
  const db = new Database(join(dir, "auth", fileName), { create: false, readwrite: true });
  try {
    db.run("pragma busy_timeout = 0");
    db.run("pragma locking_mode = exclusive");
    db.run("pragma journal_mode = wal");
    db.run("pragma synchronous = full");
    db.run("begin immediate"); // takes the lock now rather than at the first message
    db.run("commit");
    const check = db.query<{ quick_check: string }, []>("pragma quick_check(1)").get();
    if (check?.quick_check !== "ok") throw new Error(`damaged: ${check?.quick_check}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** @throws when it is not there, or not whole. */
export function readCreds(db: Database): AuthenticationCreds {
  const row = db.query<{ v: string }, []>("select v from kv where t = 'creds' and id = ''").get();
  if (row === null) throw new Error("the identity is missing");
  const creds = JSON.parse(row.v, withBytes) as AuthenticationCreds;
  const whole = [creds.noiseKey?.private, creds.signedIdentityKey?.private, creds.signedPreKey?.keyPair?.private];
  if (whole.some((key) => !(key instanceof Uint8Array) || key.length !== 32))
    throw new Error("the identity is not whole");
  return creds;
}

/** Bytes as the library's `BufferJSON` writes them. */
const withBytes = (_key: string, value: { type?: unknown; data?: unknown } | null): unknown =>
  value?.type === "Buffer" && typeof value.data === "string" ? Buffer.from(value.data, "base64") : value;
