import {
  type AuthenticationCreds,
  addTransactionCapability,
  Curve,
  DEFAULT_CONNECTION_CONFIG,
  generateSignalPubKey,
  initAuthCreds,
  type KeyPair,
  type SignalDataTypeMap,
} from "@whiskeysockets/baileys";
import { bigEndian, bytesIn, childOf, type Stanza, stanza } from "./nodes.ts";
import { silentLibraryLog } from "./silent-log.ts";

/** What others need to write to a device for the first time. */
export interface KeyBundle {
  registrationId: number;
  identity: Uint8Array;
  signed: { id: number; key: Uint8Array; signature: Uint8Array };
  once: { id: number; key: Uint8Array } | null;
}

export interface Sealed {
  type: "pkmsg" | "msg";
  body: Uint8Array;
}

let over: Promise<unknown> = Promise.resolve();

/**
 * Phones take turns: the library has one queue per address for the whole process, and of phones that write to one device
 * at once it forgets what the first of them has used up.
 */
function inTurn<T>(run: () => Promise<T>): Promise<T> {
  const mine = over.then(run);
  over = mine.catch(() => {});
  return mine;
}

/** The end-to-end keys and sessions of one phone (Signal protocol). */
export class SignalDevice {
  readonly #creds: AuthenticationCreds = initAuthCreds();
  readonly #rows = new Map<string, unknown>();
  readonly #repository;
  #lastPreKey = 0;

  constructor() {
    const rows = this.#rows;
    const store = addTransactionCapability(
      {
        get: <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) => {
          const found: { [id: string]: SignalDataTypeMap[T] } = {};
          for (const id of ids) {
            const value = rows.get(`${type}/${id}`);
            if (value !== undefined && value !== null) found[id] = structuredClone(value) as SignalDataTypeMap[T];
          }
          return found;
        },
        set: (data) => {
          for (const [type, values] of Object.entries(data))
            for (const [id, value] of Object.entries(values ?? {})) rows.set(`${type}/${id}`, value);
        },
      },
      silentLibraryLog,
      { maxCommitRetries: 1, delayBetweenTriesMs: 1 },
    );
    this.#repository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(
      { creds: this.#creds, keys: store },
      silentLibraryLog,
    );
  }

  get identity(): KeyPair {
    return this.#creds.signedIdentityKey;
  }

  /** A bundle with a key that is used once. */
  bundle(): KeyBundle {
    const id = ++this.#lastPreKey;
    const pair = Curve.generateKeyPair();
    this.#rows.set(`pre-key/${id}`, pair);
    const { keyId, keyPair, signature } = this.#creds.signedPreKey;
    return {
      registrationId: this.#creds.registrationId,
      identity: this.identity.public,
      signed: { id: keyId, key: keyPair.public, signature },
      once: { id, key: pair.public },
    };
  }

  /** Begins a session with a device, replacing the one there was. */
  async meet(address: string, bundle: KeyBundle): Promise<void> {
    const session = {
      registrationId: bundle.registrationId,
      identityKey: generateSignalPubKey(bundle.identity),
      signedPreKey: {
        keyId: bundle.signed.id,
        publicKey: generateSignalPubKey(bundle.signed.key),
        signature: bundle.signed.signature,
      },
      // A bundle may have run out of its one-time keys; the type does not know that.
      preKey: (bundle.once === null
        ? undefined
        : { keyId: bundle.once.id, publicKey: generateSignalPubKey(bundle.once.key) }) as never,
    };
    await inTurn(() => this.#repository.injectE2ESession({ jid: address, session }));
  }

  async knows(address: string): Promise<boolean> {
    return (await this.#repository.validateSession(address)).exists;
  }

  async seal(address: string, plain: Uint8Array): Promise<Sealed> {
    const { type, ciphertext } = await inTurn(() =>
      this.#repository.encryptMessage({ jid: address, data: padded(plain) }),
    );
    return { type, body: ciphertext };
  }

  /** @throws when the message cannot be read with what this device has. */
  async open(address: string, { type, body }: Sealed): Promise<Uint8Array> {
    return unpadded(await inTurn(() => this.#repository.decryptMessage({ jid: address, type, ciphertext: body })));
  }
}

/** The bundle as the server hands it out. */
export const bundleStanzas = (bundle: KeyBundle): Stanza[] => [
  stanza("registration", {}, bigEndian(bundle.registrationId, 4)),
  stanza("type", {}, Buffer.from([5])),
  stanza("identity", {}, bundle.identity),
  stanza("skey", {}, [
    stanza("id", {}, bigEndian(bundle.signed.id, 3)),
    stanza("value", {}, bundle.signed.key),
    stanza("signature", {}, bundle.signed.signature),
  ]),
  ...(bundle.once === null
    ? []
    : [stanza("key", {}, [stanza("id", {}, bigEndian(bundle.once.id, 3)), stanza("value", {}, bundle.once.key)])]),
];

/** A bundle as a client uploads it, or puts it into a request to send again. */
export function readBundle(parent: Stanza, registration: Buffer): KeyBundle {
  const signed = childOf(parent, "skey");
  const once = childOf(parent, "key");
  return {
    registrationId: registration.readUInt32BE(0),
    identity: bytesIn(parent, "identity"),
    signed: { id: numberIn(signed), key: bytesIn(signed, "value"), signature: bytesIn(signed, "signature") },
    once: once === undefined ? null : { id: numberIn(once), key: bytesIn(once, "value") },
  };
}

export const numberIn = (key: Stanza | undefined): number => bytesIn(key, "id").readUIntBE(0, 3);

/** WhatsApp pads with 1 to 16 bytes of that number. */
function padded(plain: Uint8Array): Uint8Array {
  const padding = 1 + (plain.length % 16);
  return Buffer.concat([plain, Buffer.alloc(padding, padding)]);
}

function unpadded(padded: Uint8Array): Uint8Array {
  return padded.subarray(0, padded.length - (padded.at(-1) ?? 0));
}
