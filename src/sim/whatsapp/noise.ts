import { aesDecryptGCM, aesEncryptGCM, Curve, hkdf, proto, sha256 } from "@whiskeysockets/baileys";
import { whatsappCertificateChain } from "./certificate.ts";

/** Source: the Noise Protocol Framework, pattern XX, as WhatsApp Web uses it (see whatsmeow `socket/noisehandshake.go`). */
const pattern = Buffer.from("Noise_XX_25519_AESGCM_SHA256\0\0\0\0");
const nothing = Buffer.alloc(0);
const headerBytes = 4; // "WA", protocol version, dictionary version

/** The server's half of one connection: takes bytes, gives decrypted frames; encrypts frames for sending. */
export class NoiseServer {
  readonly #ephemeral = Curve.generateKeyPair();
  readonly #static = Curve.generateKeyPair();
  #hash: Buffer = pattern;
  #salt: Buffer = pattern;
  #key: Buffer = pattern;
  #counter = 0;
  #transport: { read: Buffer; write: Buffer; reads: number; writes: number } | null = null;
  #unread: Buffer = nothing;
  #introduced = false;

  /** Whole frames among what has arrived so far, still encrypted once the handshake is over. */
  frames(arrived: Uint8Array): Uint8Array[] {
    this.#unread = Buffer.concat([this.#unread, arrived]);
    if (!this.#introduced && !this.#takeIntroduction()) return [];
    const frames: Uint8Array[] = [];
    while (this.#unread.length >= 3) {
      const size = this.#unread.readUIntBE(0, 3);
      if (this.#unread.length < size + 3) break;
      frames.push(this.#unread.subarray(3, size + 3));
      this.#unread = this.#unread.subarray(size + 3);
    }
    return frames;
  }

  /** Answers the client's hello. */
  hello(frame: Uint8Array): Uint8Array {
    const clientEphemeral = bytesOf(proto.HandshakeMessage.decode(frame).clientHello?.ephemeral);
    this.#mixHash(clientEphemeral);
    this.#mixHash(this.#ephemeral.public);
    this.#mixKey(Curve.sharedKey(this.#ephemeral.private, clientEphemeral));
    const encryptedStatic = this.#encrypt(this.#static.public);
    this.#mixKey(Curve.sharedKey(this.#static.private, clientEphemeral));
    const payload = this.#encrypt(whatsappCertificateChain);
    return withLength(
      proto.HandshakeMessage.encode({
        serverHello: { ephemeral: this.#ephemeral.public, static: encryptedStatic, payload },
      }).finish(),
    );
  }

  /** Reads who the client is; from now on frames are encrypted with keys of their own. */
  finish(frame: Uint8Array): { noiseKey: Uint8Array; payload: proto.ClientPayload } {
    const { clientFinish } = proto.HandshakeMessage.decode(frame);
    const noiseKey = this.#decrypt(bytesOf(clientFinish?.static));
    this.#mixKey(Curve.sharedKey(this.#ephemeral.private, noiseKey));
    const payload = proto.ClientPayload.decode(this.#decrypt(bytesOf(clientFinish?.payload)));
    const [read, write] = this.#derive(nothing);
    this.#transport = { read, write, reads: 0, writes: 0 };
    return { noiseKey, payload };
  }

  open(frame: Uint8Array): Uint8Array {
    const transport = this.#afterHandshake();
    return aesDecryptGCM(frame, transport.read, counterIv(transport.reads++), nothing);
  }

  seal(plain: Uint8Array): Uint8Array {
    const transport = this.#afterHandshake();
    return withLength(aesEncryptGCM(plain, transport.write, counterIv(transport.writes++), nothing));
  }

  /** "ED" and routing information, if any, then the header that is part of the handshake's hash. */
  #takeIntroduction(): boolean {
    let start = 0;
    if (this.#unread.subarray(0, 2).toString() === "ED") {
      if (this.#unread.length < 7) return false;
      start = 7 + this.#unread.readUIntBE(4, 3);
    }
    if (this.#unread.length < start + headerBytes) return false;
    this.#mixHash(this.#unread.subarray(start, start + headerBytes));
    this.#unread = this.#unread.subarray(start + headerBytes);
    this.#introduced = true;
    return true;
  }

  #afterHandshake() {
    if (this.#transport === null) throw new Error("the handshake is not over");
    return this.#transport;
  }

  #mixHash(data: Uint8Array): void {
    this.#hash = sha256(Buffer.concat([this.#hash, data]));
  }

  #mixKey(data: Uint8Array): void {
    [this.#salt, this.#key] = this.#derive(data);
    this.#counter = 0;
  }

  #derive(data: Uint8Array): [Buffer, Buffer] {
    const key = Buffer.from(hkdf(Buffer.from(data), 64, { salt: this.#salt, info: "" }));
    return [key.subarray(0, 32), key.subarray(32)];
  }

  #encrypt(plain: Uint8Array): Uint8Array {
    const sealed = aesEncryptGCM(plain, this.#key, counterIv(this.#counter++), this.#hash);
    this.#mixHash(sealed);
    return sealed;
  }

  #decrypt(sealed: Uint8Array): Uint8Array {
    const plain = aesDecryptGCM(sealed, this.#key, counterIv(this.#counter++), this.#hash);
    this.#mixHash(sealed);
    return plain;
  }
}

function counterIv(counter: number): Uint8Array {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(counter, 8);
  return iv;
}

function withLength(data: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(3 + data.length);
  frame.writeUIntBE(data.length, 0, 3);
  frame.set(data, 3);
  return frame;
}

function bytesOf(field: Uint8Array | null | undefined): Uint8Array {
  if (!field) throw new Error("a field of the handshake is missing");
  return field;
}
