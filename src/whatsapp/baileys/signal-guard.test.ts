import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addTransactionCapability, generateSignalPubKey, proto, type SocketConfig } from "@whiskeysockets/baileys";
import { createVirtualClock } from "../../sim/clock.ts";
import { SignalDevice } from "../../sim/whatsapp/signal-device.ts";
import { AuthStore, type JournalRow } from "./auth-store.ts";
import { Envelopes } from "./envelopes.ts";
import { readIncoming } from "./incoming.ts";
import { libraryLog } from "./library-log.ts";
import { guardedRepository } from "./signal-guard.ts";

const dana = "123456@lid";
const padded = (text: string) =>
  Buffer.concat([proto.Message.encode({ conversation: text }).finish(), Buffer.from([1])]);
const self = { phone: "+97235550100", lid: null };

/** A login with the guarded encryption over it, and a phone that writes to it. */
async function open() {
  const dir = mkdtempSync(join(tmpdir(), "wa-guard-"));
  const store = AuthStore.open(dir);
  const clock = createVirtualClock(Temporal.Instant.from("2026-11-24T08:15:00Z"));
  const envelopes = new Envelopes(clock);
  const journalled: JournalRow[] = [];
  const log = libraryLog(() => {}) as NonNullable<SocketConfig["logger"]>;
  const keys = addTransactionCapability(store.keys, log, { maxCommitRetries: 1, delayBetweenTriesMs: 1 });
  const repository = guardedRepository({
    envelopeOf: (ciphertext) => envelopes.of(ciphertext),
    passed: (ciphertext) => envelopes.passed(ciphertext),
    read: async (envelope, message) => readIncoming(envelope, message, self, 0),
    nextKey: () => String(journalled.length),
    journalled: (row) => journalled.push(row),
  })({ creds: store.creds, keys }, log);
  const phone = new SignalDevice();
  const { registrationId, signedIdentityKey, signedPreKey } = store.creds;
  await phone.meet("97235550100:1@s.whatsapp.net", {
    registrationId,
    identity: signedIdentityKey.public,
    signed: { id: signedPreKey.keyId, key: signedPreKey.keyPair.public, signature: signedPreKey.signature },
    once: null,
  });
  const write = (text: string) =>
    phone.seal("97235550100:1@s.whatsapp.net", proto.Message.encode({ conversation: text }).finish());
  /** A stanza arrives, and the library decrypts it. */
  const arrives = async (id: string, type: "msg" | "pkmsg", body: Uint8Array) => {
    const ciphertext = Buffer.from(body); // each stanza has bytes of its own
    envelopes.arrived({
      tag: "message",
      attrs: { id, from: dana, t: "1700000000" },
      content: [{ tag: "enc", attrs: { v: "2", type }, content: ciphertext }],
    });
    return repository.decryptMessage({ jid: dana, type, ciphertext }).then(
      () => true,
      () => false,
    );
  };
  const close = () => {
    store.close();
    rmSync(dir, { recursive: true, force: true });
  };
  return { clock, envelopes, journalled, keys, repository, write, arrives, close };
}

test("a message that came twice had a good connection taken for a stuck one a minute later", async () => {
  const { clock, envelopes, journalled, write, arrives, close } = await open();
  const { type, body } = await write("שלום");
  expect(await arrives("3A01", type, body)).toBe(true);
  expect(await arrives("3A01", type, body)).toBe(false);
  clock.advance(70_000);
  expect(envelopes.oldestMs).toBe(0);
  expect(journalled).toHaveLength(1);
  close();
});

test("a message that cannot be decrypted is waited for by nobody", async () => {
  const { clock, envelopes, journalled, arrives, close } = await open();
  expect(await arrives("3A02", "msg", randomBytes(80))).toBe(false);
  clock.advance(70_000);
  expect(envelopes.oldestMs).toBe(0);
  expect(journalled).toEqual([]);
  close();
});

test("businesses that wrote to one customer at once: the next message of one could not be read, its ratchet had not been kept", async () => {
  const offices = await Promise.all(Array.from({ length: 6 }, open));
  const phones = offices.map(() => new SignalDevice());
  /** As the library sends: the encryption stands in a transaction of its own. */
  const send = ({ keys, repository }: (typeof offices)[number], text: string) =>
    keys.transaction(() => repository.encryptMessage({ jid: dana, data: padded(text) }), "me");
  const write = (text: string) => Promise.all(offices.map((office) => send(office, text)));
  const first = await Promise.all(
    offices.map(async (office, index) => {
      await office.repository.injectE2ESession({ jid: dana, session: sessionWith(phones[index]!) });
      return send(office, "שלום");
    }),
  );
  for (const round of [first, await write("תור מחר"), await write("בעשר")])
    for (const [index, { type, ciphertext }] of round.entries())
      expect(await phones[index]!.open("97235550100:1@s.whatsapp.net", { type, body: ciphertext })).toBeDefined();
  for (const { close } of offices) close();
});

/** What a business's device needs to write to this phone for the first time. */
function sessionWith(phone: SignalDevice) {
  const { registrationId, identity, signed, once } = phone.bundle();
  const key = (bytes: Uint8Array) => generateSignalPubKey(bytes);
  return {
    ...{ registrationId, identityKey: key(identity) },
    signedPreKey: { keyId: signed.id, publicKey: key(signed.key), signature: signed.signature },
    preKey: { keyId: once!.id, publicKey: key(once!.key) },
  };
}
