import type { Database } from "bun:sqlite";
import {
  type AuthenticationCreds,
  BufferJSON,
  initAuthCreds,
  proto,
  type SignalDataSet,
  type SignalDataTypeMap,
} from "@whiskeysockets/baileys";
import { describeError } from "../../base/errors.ts";
import type { Address } from "../provider.ts";
import { createLogin, hasLoginFolder, keysOfPeople, openLogin, readCreds } from "./login-file.ts";
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
    if (!hasLoginFolder(dir)) createLogin(dir, encode(initAuthCreds()));
    try {
      const db = openLogin(dir);
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

  /** Sessions, keys and mappings of these people. */
  forgetPeople(people: readonly Address[]): void {
    this.#write(keysOfPeople(this.#db, people).map(({ t, id }): Row => [t, id, null]));
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
