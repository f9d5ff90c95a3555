import { Database } from "bun:sqlite";
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  type AuthenticationCreds,
  BufferJSON,
  initAuthCreds,
  proto,
  type SignalDataSet,
  type SignalDataTypeMap,
} from "@whiskeysockets/baileys";
import { describeError } from "../../base/errors.ts";
import type { Journalled } from "./protocol.ts";

/** The login on disk is damaged. Never answered by a new login: that would be a silent outage (F31). */
export class LoginUnreadable extends Error {
  override readonly name = "LoginUnreadable";
}

/** Another process uses this login now. */
export class LoginInUse extends Error {
  override readonly name = "LoginInUse";
}

/** A row of the journal. Keys sort by time. */
export interface JournalRow {
  key: string;
  value: Journalled;
}

const fileName = "auth.sqlite";
const keepDamagedMs = 7 * 24 * 60 * 60_000;
const journalType = "inbox";

/**
 * The login of one business: identity, keys and ratchets, and the journal of what came in, in one SQLite file. Everything
 * is synchronous (an asynchronous store corrupts ratchets: facts/whatsapp.md 7) and one `set` is one transaction, so a
 * message and the ratchet that decrypted it become durable together. The file is locked for as long as it is open; the
 * operating system ends the lock with the thread or process, however that ended.
 */
export class AuthStore {
  readonly creds: AuthenticationCreds;
  readonly #db: Database;
  readonly #put;
  readonly #get;
  readonly #remove;
  /** Rows that the disk did not take: the session goes on from memory until it takes them. */
  readonly #unwritten = new Map<string, string | null>();
  readonly #onTrouble: (error: unknown) => void;
  #closed = false;

  private constructor(db: Database, creds: AuthenticationCreds, onTrouble: (error: unknown) => void) {
    this.#db = db;
    this.creds = creds;
    this.#onTrouble = onTrouble;
    this.#put = db.query<unknown, [string, string, string]>("insert or replace into kv (t, id, v) values (?, ?, ?)");
    this.#get = db.query<{ v: string }, [string, string]>("select v from kv where t = ? and id = ?");
    this.#remove = db.query<unknown, [string, string]>("delete from kv where t = ? and id = ?");
  }

  /**
   * Opens the login in this folder, or makes a new one when there is none. `onTrouble` hears of a disk that does not take
   * what is written. @throws LoginUnreadable, LoginInUse.
   */
  static open(dir: string, onTrouble: (error: unknown) => void = () => {}): AuthStore {
    if (!existsSync(join(dir, "auth"))) createLogin(dir);
    try {
      const db = openDatabase(join(dir, "auth", fileName));
      try {
        return new AuthStore(db, linkedOrNew(readCreds(db)), onTrouble);
      } catch (error) {
        db.close();
        throw error;
      }
    } catch (error) {
      if ((error as { code?: unknown }).code === "SQLITE_BUSY") throw new LoginInUse("the login is in use");
      throw new LoginUnreadable(describeError(error));
    }
  }

  /** A device is linked only when the phone has confirmed it: a pairing code writes `me` before that. */
  get linked(): boolean {
    return this.creds.account !== undefined && this.creds.me !== undefined;
  }

  saveCreds(): void {
    this.#write([["creds", "", encode(this.creds)]]);
  }

  readonly keys = {
    get: <T extends keyof SignalDataTypeMap>(type: T, ids: string[]): { [id: string]: SignalDataTypeMap[T] } => {
      const found: { [id: string]: SignalDataTypeMap[T] } = {};
      for (const id of ids) {
        const text = this.#read(type, id);
        if (text !== null) found[id] = revive(type, JSON.parse(text, BufferJSON.reviver)) as SignalDataTypeMap[T];
      }
      return found;
    },
    set: (data: SignalDataSet): void => {
      const rows: Row[] = [];
      for (const [type, values] of Object.entries(data))
        for (const [id, value] of Object.entries(values ?? {}))
          rows.push([type, id, value === null || value === undefined ? null : encode(value)]);
      this.#write(rows);
    },
  };

  /** For `keys.set` inside the transaction that decrypts a message. */
  static journalEntry(row: JournalRow): SignalDataSet {
    return { [journalType]: { [row.key]: row.value } } as SignalDataSet;
  }

  journal(row: JournalRow): void {
    this.#write([[journalType, row.key, encode(row.value)]]);
  }

  /** What was journalled and not forgotten, oldest first. */
  journalled(): JournalRow[] {
    const rows = this.#db
      .query<{ id: string; v: string }, [string]>("select id, v from kv where t = ?")
      .all(journalType);
    return rows.map(({ id, v }) => ({ key: id, value: JSON.parse(v, BufferJSON.reviver) as Journalled }));
  }

  forget(key: string): void {
    this.#write([[journalType, key, null]]);
  }

  /** What the library still asks or writes after this finds nothing and is dropped: its connection is over. */
  close(): void {
    this.#closed = true;
    this.#db.close();
  }

  #read(type: string, id: string): string | null {
    if (this.#closed) return null;
    const waiting = this.#unwritten.get(`${type}/${id}`);
    return waiting === undefined ? (this.#get.get(type, id)?.v ?? null) : waiting;
  }

  #write(rows: readonly Row[]): void {
    if (this.#closed) return;
    const all = [...this.#unwritten].map(([key, value]): Row => [...splitKey(key), value]);
    try {
      this.#db.transaction(() => {
        for (const [type, id, value] of [...all, ...rows])
          if (value === null) this.#remove.run(type, id);
          else this.#put.run(type, id, value);
      })();
      this.#unwritten.clear();
    } catch (error) {
      for (const [type, id, value] of rows) this.#unwritten.set(`${type}/${id}`, value);
      this.#onTrouble(error);
    }
  }
}

type Row = readonly [type: string, id: string, value: string | null];

/** Whether a linked login lies here; one in use, or one that cannot be read, lies here too. */
export function holdsLogin(dir: string): boolean {
  const path = join(dir, "auth", fileName);
  if (!existsSync(join(dir, "auth"))) return false;
  try {
    const db = openDatabase(path);
    try {
      return readCreds(db).account !== undefined;
    } finally {
      db.close();
    }
  } catch {
    return true;
  }
}

/** Puts the login aside, so that the next connection begins a new one. Older ones are deleted after a week. */
export function archiveLogin(dir: string, nowMs: number): void {
  for (const name of existsSync(dir) ? readdirSync(dir) : []) {
    const putAsideMs = Number(/^auth\.(\d+)\.bad$/.exec(name)?.[1] ?? Number.NaN);
    if (putAsideMs < nowMs - keepDamagedMs) rmSync(join(dir, name), { recursive: true, force: true });
  }
  if (existsSync(join(dir, "auth"))) renameSync(join(dir, "auth"), join(dir, `auth.${nowMs}.bad`));
}

/** Whole or not at all: what is found under `auth` later was complete once, so an empty file there is damage. */
function createLogin(dir: string): void {
  const unfinished = join(dir, "auth.new");
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  chmodSync(dir, 0o700);
  const db = new Database(join(unfinished, fileName), { create: true });
  db.run("pragma journal_mode = wal");
  db.run("pragma synchronous = full");
  db.run("create table kv (t text, id text, v text not null, primary key (t, id)) without rowid");
  db.query("insert into kv (t, id, v) values ('creds', '', ?)").run(encode(initAuthCreds()));
  db.close();
  chmodSync(join(unfinished, fileName), 0o600);
  renameSync(unfinished, join(dir, "auth"));
}

function openDatabase(path: string): Database {
  const db = new Database(path, { create: false, readwrite: true });
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

function readCreds(db: Database): AuthenticationCreds {
  const row = db.query<{ v: string }, []>("select v from kv where t = 'creds' and id = ''").get();
  if (row === null) throw new Error("the identity is missing");
  const creds = JSON.parse(row.v, BufferJSON.reviver) as AuthenticationCreds;
  const whole = [creds.noiseKey?.private, creds.signedIdentityKey?.private, creds.signedPreKey?.keyPair?.private];
  if (whole.some((key) => !(key instanceof Uint8Array) || key.length !== 32))
    throw new Error("the identity is not whole");
  return creds;
}

/** A pairing code that was never confirmed leaves a half login behind, which WhatsApp would refuse. */
function linkedOrNew(creds: AuthenticationCreds): AuthenticationCreds {
  if (creds.account === undefined) {
    delete creds.me;
    creds.pairingCode = undefined;
  }
  return creds;
}

const encode = (value: unknown): string => JSON.stringify(value, BufferJSON.replacer);

/** Types that the library expects as objects of its own. */
const revive = (type: string, value: unknown): unknown =>
  type === "app-state-sync-key"
    ? proto.Message.AppStateSyncKeyData.fromObject(value as { [key: string]: unknown })
    : value;

function splitKey(key: string): [string, string] {
  const cut = key.indexOf("/");
  return [key.slice(0, cut), key.slice(cut + 1)];
}
