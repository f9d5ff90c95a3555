import { createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { aesDecryptCTR, aesDecryptGCM, aesEncryptCTR, Curve, hkdf, proto } from "@whiskeysockets/baileys";
import type { Account } from "./account.ts";
import type { Link } from "./link.ts";
import { LinkedDevice } from "./linked-device.ts";
import { bytesIn, jid, phoneServer, type Stanza, stanza } from "./nodes.ts";
import type { KeyBundle } from "./signal-device.ts";

/** A client that wants to be linked: what it said of itself, and the references that it shows as QR codes. */
export interface Candidate {
  link: Link;
  noiseKey: Uint8Array;
  keys: Omit<KeyBundle, "once">;
  refs: string[];
  /** Linking by code, once the client has asked for it. */
  code: { number: string; wrappedKey: Buffer } | null;
  /** Being linked to this account; becomes a device when the client has signed. */
  accepted: { account: Account; device: LinkedDevice } | null;
}

const emptyKey = Buffer.alloc(0);

export function candidateOf(link: Link, noiseKey: Uint8Array, registration: Registration): Candidate {
  const bytes = (field: Uint8Array | null | undefined) => Buffer.from(field ?? emptyKey);
  return {
    link,
    noiseKey,
    keys: {
      registrationId: bytes(registration.eRegid).readUInt32BE(0),
      identity: bytes(registration.eIdent),
      signed: {
        id: bytes(registration.eSkeyId).readUIntBE(0, 3),
        key: bytes(registration.eSkeyVal),
        signature: bytes(registration.eSkeySig),
      },
    },
    refs: Array.from({ length: 6 }, () => `2@${randomBytes(24).toString("base64url")}`),
    code: null,
    accepted: null,
  };
}

type Registration = proto.ClientPayload.IDevicePairingRegistrationData;

/** The references, each of which the client shows as a QR code for a while. */
export const offerRefs = (candidate: Candidate, id: string): void =>
  candidate.link.send(
    stanza("iq", { from: phoneServer, type: "set", id, xmlns: "md" }, [
      stanza(
        "pair-device",
        {},
        candidate.refs.map((ref) => stanza("ref", {}, Buffer.from(ref))),
      ),
    ]),
  );

/** What stands in a QR code. */
export function readQr(qr: string): { ref: string; advSecret: Buffer } {
  const [ref = "", , , advSecret = ""] = (qr.split("#")[1] ?? qr).split(",");
  return { ref, advSecret: Buffer.from(advSecret, "base64") };
}

/** The handset has accepted: tells the client which device it is, signed by the handset's identity. */
export function acceptCandidate(candidate: Candidate, account: Account, advSecret: Buffer, t: number): void {
  const device = new LinkedDevice(account.number, account.nextDeviceId(), candidate.noiseKey, candidate.keys);
  candidate.accepted = { account, device };
  const details = Buffer.from(proto.ADVDeviceIdentity.encode({ rawId: 1, timestamp: t, keyIndex: device.id }).finish());
  const { public: accountKey, private: accountPrivate } = account.handset.identity;
  const signed = Buffer.concat([Buffer.from([6, 0]), details, candidate.keys.identity]);
  const identity = proto.ADVSignedDeviceIdentity.encode({
    details,
    accountSignatureKey: accountKey,
    accountSignature: Curve.sign(accountPrivate, signed),
  }).finish();
  const hmac = createHmac("sha256", advSecret).update(identity).digest();
  candidate.link.send(
    stanza("iq", { from: phoneServer, type: "set", id: randomBytes(8).toString("hex"), t }, [
      stanza("pair-success", {}, [
        stanza("device-identity", {}, proto.ADVSignedDeviceIdentityHMAC.encode({ details: identity, hmac }).finish()),
        stanza("platform", { name: "android" }),
        stanza("biz", { name: account.name }),
        stanza("device", { jid: device.jid, lid: jid(account.lid, "lid", device.id) }),
      ]),
    ]),
  );
}

/** The code that the client shows is typed on the handset: what the handset sends to the client. */
export class CodeEntry {
  readonly #candidate: Candidate;
  readonly #account: Account;
  readonly #ephemeral = Curve.generateKeyPair();
  readonly #companionKey: Buffer;

  constructor(candidate: Candidate, account: Account, code: string) {
    this.#candidate = candidate;
    this.#account = account;
    const wrapped = candidate.code?.wrappedKey ?? emptyKey;
    const key = keyOfCode(code, wrapped.subarray(0, 32));
    this.#companionKey = aesDecryptCTR(wrapped.subarray(48, 80), key, wrapped.subarray(32, 48));
    const salt = randomBytes(32);
    const iv = randomBytes(16);
    const sealed = aesEncryptCTR(this.#ephemeral.public, keyOfCode(code, salt), iv);
    candidate.link.send(
      stanza(
        "notification",
        { from: phoneServer, id: randomBytes(8).toString("hex"), type: "link_code_companion_reg" },
        [
          stanza("link_code_companion_reg", { stage: "primary_hello" }, [
            stanza("link_code_pairing_ref", {}, Buffer.from(candidate.refs[0] ?? "")),
            stanza("primary_identity_pub", {}, account.handset.identity.public),
            stanza("link_code_pairing_wrapped_primary_ephemeral_pub", {}, Buffer.concat([salt, iv, sealed])),
          ]),
        ],
      ),
    );
  }

  /** The client's answer. @throws when the code that was typed is not the one that the client shows. */
  finish(registration: Stanza, t: number): void {
    const bundle = bytesIn(registration, "link_code_pairing_wrapped_key_bundle");
    const shared = Curve.sharedKey(this.#ephemeral.private, this.#companionKey);
    const key = hkdf(Buffer.from(shared), 32, {
      salt: bundle.subarray(0, 32),
      info: "link_code_pairing_key_bundle_encryption_key",
    });
    const plain = aesDecryptGCM(bundle.subarray(44), key, bundle.subarray(32, 44), emptyKey);
    const identityShared = Curve.sharedKey(this.#account.handset.identity.private, this.#candidate.keys.identity);
    const secret = hkdf(Buffer.concat([shared, identityShared, plain.subarray(64, 96)]), 32, { info: "adv_secret" });
    acceptCandidate(this.#candidate, this.#account, Buffer.from(secret), t);
  }
}

const keyOfCode = (code: string, salt: Uint8Array): Buffer => pbkdf2Sync(code, salt, 2 << 16, 32, "sha256");
