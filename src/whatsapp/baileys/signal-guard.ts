import {
  DEFAULT_CONNECTION_CONFIG,
  proto,
  type SignalKeyStoreWithTransaction,
  type SocketConfig,
  unpadRandomMax16,
} from "@whiskeysockets/baileys";
import type { IncomingMessage } from "../provider.ts";
import { AuthStore, type JournalRow } from "./auth-store.ts";
import type { Envelope } from "./incoming.ts";

type MakeRepository = SocketConfig["makeSignalRepository"];

export interface GuardDeps {
  /** The stanza that carried this ciphertext (the very object). */
  envelopeOf(ciphertext: Uint8Array): Envelope | undefined;
  /** It was decrypted and journalled, or could not be. */
  passed(ciphertext: Uint8Array): void;
  /** Null = nothing of it has to be kept. */
  read(envelope: Envelope, message: proto.IMessage): Promise<IncomingMessage | null>;
  nextKey(): string;
  /** The row is durable. The delivery receipt has not gone out yet. */
  journalled(row: JournalRow): void;
}

/**
 * The library's encryption with three guarantees that it does not give:
 * - All transactions of a session run one after the other. Its own locks differ for sending and receiving, so a send could
 *   write an old ratchet over one that a message had just moved on (8 to 14 of 300 messages lost with a slow store).
 * - What was decrypted is written in the transaction that moves the ratchet. The library tells the sender "delivered"
 *   before it tells us of the message: a process that dies in between would have lost it (2 to 3 per 12 kills).
 * - Sessions of one thread take turns at a customer's address. The library knows an open transaction by its asynchronous
 *   context, but has one queue per address for all sessions and runs it in the context of whoever began it: what one
 *   business wrote while another one wrote to the same customer went into a transaction that was over. The ratchet was not
 *   kept, and the customer's phone could not read the next message.
 */
export const guardedRepository =
  (deps: GuardDeps): MakeRepository =>
  (auth, logger, pnToLid) => {
    const keys = auth.keys as SignalKeyStoreWithTransaction;
    const { transaction } = keys;
    // Not a name of a kind of key, which the library locks under the same names.
    keys.transaction = (work) => transaction(work, "one-at-a-time");
    const inner = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(auth, logger, pnToLid);
    // The session's own turn comes first: who has a turn at an address waits for nothing else.
    const at = <T>(jid: string, run: () => Promise<T>): Promise<T> =>
      keys.transaction(() => inTurn(inner.jidToSignalProtocolAddress(jid), run), jid);
    return {
      ...inner,
      encryptMessage: (plain) => at(plain.jid, () => inner.encryptMessage(plain)),
      injectE2ESession: (met) => at(met.jid, () => inner.injectE2ESession(met)),
      async decryptMessage(sealed) {
        let row: JournalRow | null = null;
        const work = keys.transaction(async () => {
          const padded = await at(sealed.jid, () => inner.decryptMessage(sealed));
          const envelope = deps.envelopeOf(sealed.ciphertext);
          const message = envelope === undefined ? null : await deps.read(envelope, decode(padded));
          if (message !== null) {
            row = { key: deps.nextKey(), value: { kind: "message", message } };
            await keys.set(AuthStore.journalEntry(row));
          }
          return padded;
        }, sealed.jid);
        const plain = await work.finally(() => deps.passed(sealed.ciphertext));
        if (row !== null) deps.journalled(row);
        return plain;
      },
    };
  };

const last = new Map<string, Promise<unknown>>();

/** Runs it when everything before it at this address is over, in whichever session of the thread. */
function inTurn<T>(address: string, run: () => Promise<T>): Promise<T> {
  const mine = (last.get(address) ?? Promise.resolve()).then(run);
  const over = mine
    .catch(() => {})
    .then(() => {
      if (last.get(address) === over) last.delete(address);
    });
  last.set(address, over);
  return mine;
}

/** A copy that our own handset sent to a customer comes wrapped. */
function decode(padded: Uint8Array): proto.IMessage {
  const message = proto.Message.decode(unpadRandomMax16(padded));
  return message.deviceSentMessage?.message ?? message;
}
