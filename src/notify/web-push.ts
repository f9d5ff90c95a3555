import { createCipheriv, createECDH, createPrivateKey, hkdfSync, randomBytes, sign } from "node:crypto";

/** Where and how a device is told: its subscription, as the browser gave it. */
export interface PushDevice {
  endpoint: string;
  /** base64url of 65 bytes. */
  p256dh: string;
  /** base64url of 16 bytes. */
  auth: string;
}

/** The installation's key pair towards push services. */
export interface PushKeys {
  /** base64url of 65 bytes: the browser's `applicationServerKey`. */
  publicKey: string;
  /** 32 bytes. */
  privateKey: Buffer;
}

// Number of points of P-256: a private key is 1 … n-1.
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
// RFC 8188: one record holds everything; 4,096 is what every push service takes.
const recordBytes = 4_096;
const expand = (key: Uint8Array, salt: Uint8Array, info: string | Buffer, bytes: number): Buffer =>
  Buffer.from(hkdfSync("sha256", key, salt, info, bytes));

/**
 * The key pair that follows from the installation's secret: nothing to keep, and the same on every machine that shares it.
 * 48 bytes before the reduction, so that no key is likelier than another.
 */
export function pushKeys(secret: string): PushKeys {
  const wide = expand(Buffer.from(secret), Buffer.alloc(0), "agentlocator web push", 48);
  const scalar = (BigInt(`0x${wide.toString("hex")}`) % (order - 1n)) + 1n;
  const privateKey = Buffer.from(scalar.toString(16).padStart(64, "0"), "hex");
  const curve = createECDH("prime256v1");
  curve.setPrivateKey(privateKey);
  return { publicKey: curve.getPublicKey("base64url"), privateKey };
}

/**
 * The body that only the device can read (RFC 8291, aes128gcm of RFC 8188). `chance` = the salt (16 bytes) and the private key
 * of this one message (32 bytes); fresh by default.
 */
export function seal(
  text: string,
  device: PushDevice,
  chance: { salt?: Uint8Array; key?: Uint8Array } = {},
): Buffer<ArrayBuffer> {
  const salt = Buffer.from(chance.salt ?? randomBytes(16));
  const once = createECDH("prime256v1");
  if (chance.key) once.setPrivateKey(chance.key);
  else once.generateKeys();
  const theirs = Buffer.from(device.p256dh, "base64url");
  const ours = once.getPublicKey();
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), theirs, ours]);
  const shared = expand(once.computeSecret(theirs), Buffer.from(device.auth, "base64url"), info, 32);
  const key = expand(shared, salt, "Content-Encoding: aes128gcm\0", 16);
  const nonce = expand(shared, salt, "Content-Encoding: nonce\0", 12);
  const cipher = createCipheriv("aes-128-gcm", key, nonce);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(recordBytes);
  head.writeUInt8(ours.length, 4);
  // 2 ends the last record.
  return Buffer.concat([salt, head, ours, cipher.update(`${text}\u0002`), cipher.final(), cipher.getAuthTag()]);
}

/** Whether a device's key is a point of the curve: with any other, every message would fail. */
export function isDeviceKey(p256dh: string): boolean {
  const point = Buffer.from(p256dh, "base64url");
  const ours = createECDH("prime256v1");
  ours.generateKeys();
  try {
    ours.computeSecret(point);
    return point.length === 65;
  } catch {
    return false;
  }
}

// RFC 8292 allows a day.
const tokenSeconds = 12 * 60 * 60;

/** Who we are, to one push service (RFC 8292). `contact` = https address or mailto: of whoever runs the installation. */
export function authorization(
  { publicKey, privateKey }: PushKeys,
  endpoint: string,
  contact: string,
  now: Temporal.Instant,
): string {
  const point = Buffer.from(publicKey, "base64url");
  const jwk = {
    kty: "EC",
    crv: "P-256",
    d: privateKey.toString("base64url"),
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url"),
  };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(now.epochMilliseconds / 1_000) + tokenSeconds;
  const claims = { aud: new URL(endpoint).origin, exp, sub: contact };
  const signed = `${part({ typ: "JWT", alg: "ES256" })}.${part(claims)}`;
  const key = createPrivateKey({ key: jwk, format: "jwk" });
  const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
  return `vapid t=${signed}.${signature.toString("base64url")}, k=${publicKey}`;
}
