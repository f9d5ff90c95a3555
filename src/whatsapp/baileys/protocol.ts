import type { LogFields, LogPrefix } from "../../base/log.ts";
import type { Address, IncomingMessage, OutgoingContent, OutgoingMessage, Receipt, SendResult } from "../provider.ts";

/** Of the client that we say we are, e.g. [2, 3000, 1043857760]. */
export type Version = readonly [number, number, number];

/**
 * What the main thread and a worker say to each other: plain data only. `biz` names the session, `epoch` the connection
 * that a line belongs to: what an old connection still says is dropped. An `ask` is answered under the same number.
 */
export type ToWorker =
  | { type: "ping" }
  | { type: "open"; biz: string; epoch: number; dir: string; socketUrl: string; version: Version | null }
  | { type: "close"; biz: string; epoch: number }
  | { type: "unlink"; biz: string; epoch: number; ask: number }
  | { type: "code"; biz: string; epoch: number; ask: number; phone: string }
  | { type: "send"; biz: string; epoch: number; ask: number; message: OutgoingMessage }
  | { type: "download"; biz: string; epoch: number; ask: number; ref: string; file: string; bytesMax: number }
  /** Whatever the login holds of these people goes. */
  | { type: "forget"; biz: string; epoch: number; ask: number; people: readonly Address[] }
  | { type: "typing"; biz: string; epoch: number; to: Address; on: boolean }
  | { type: "read"; biz: string; epoch: number; from: Address; providerIds: readonly string[] }
  /** The message or receipt is durable: the journal may forget it. */
  | { type: "stored"; biz: string; key: string }
  /** Answer to `wants`. */
  | { type: "content"; biz: string; epoch: number; ask: number; content: OutgoingContent | null };

export type FromWorker =
  | { type: "ready" }
  | { type: "pong"; heapBytes: number; sessions: readonly SessionPulse[] }
  | {
      type: "log";
      biz: string | null;
      level: "info" | "warn" | "error";
      prefix: LogPrefix;
      event: string;
      fields: LogFields;
    }
  | { type: "qr"; biz: string; epoch: number; text: string; lifeMs: number }
  | { type: "scanned"; biz: string; epoch: number }
  | { type: "opened"; biz: string; epoch: number; me: Me }
  | { type: "closed"; biz: string; epoch: number; closing: Closing }
  | { type: "incoming"; biz: string; key: string; message: IncomingMessage }
  | { type: "receipt"; biz: string; key: string; receipt: Receipt }
  | { type: "same_person"; biz: string; identities: readonly [Address, Address] }
  | { type: "typed"; biz: string; from: Address; on: boolean }
  /** A phone could not read a message of ours: what was it? */
  | { type: "wants"; biz: string; epoch: number; ask: number; providerId: string }
  | { type: "answer"; biz: string; ask: number; answer: Answer };

export interface Me {
  phone: string | null;
  lid: string | null;
  name: string | null;
}

export interface SessionPulse {
  biz: string;
  epoch: number;
  /** Since anything was heard from the server; null = never on this connection. */
  heardMsAgo: number | null;
  /** Age of the oldest message that arrived and has not been journalled; 0 = none. */
  oldestUnreadMs: number;
  /** How long the open connection has brought no message; 0 = it is not open. */
  silentMs: number;
}

/** What the journal of a login holds: whatever came in and is not durable elsewhere yet. */
export type Journalled = { kind: "message"; message: IncomingMessage } | { kind: "receipt"; receipt: Receipt };

/** How a connection ended. */
export type Closing =
  | { kind: "code"; code: number; linked: boolean; detail: string; expiresInSeconds: number | null }
  /** The login on disk cannot be read: no connection was tried. */
  | { kind: "unreadable"; detail: string }
  /** Another process uses this login. */
  | { kind: "in_use" };

/** Answers to asks, by the kind of ask. */
export type Answer =
  | { kind: "sent"; result: SendResult }
  | { kind: "code"; code: string }
  | { kind: "downloaded"; bytes: number }
  | { kind: "done" }
  | { kind: "failed"; code: "unavailable" | "invalid" | "not_found" | "too_large" | "upstream"; detail: string };
