import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

export type Encoding = "br" | "gzip" | "identity";

/** One file of the panel, kept in memory; its compressed forms are made when first asked for. */
export interface Asset {
  readonly type: string;
  readonly etag: string;
  /** Its name carries its content's hash: a browser may keep it for ever. */
  readonly immutable: boolean;
  body(encoding: Encoding): Promise<Uint8Array<ArrayBuffer>>;
}

/** Ten characters of a hash: enough to tell versions of one file apart. */
export const contentHash = (content: Uint8Array | string): string =>
  createHash("sha256").update(content).digest("base64url").slice(0, 10).replaceAll("_", "x").replaceAll("-", "y");

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);
// Fonts and pictures are compressed already.
const compressible = /^(?:text|application\/(?:javascript|json|manifest))|svg/;

/** Compression runs beside the event loop (a live call shares this process) and once per form. */
export function createAsset(content: Uint8Array | string, type: string, immutable: boolean): Asset {
  const plain = new Uint8Array(typeof content === "string" ? new TextEncoder().encode(content) : content);
  const made = new Map<Encoding, Promise<Uint8Array<ArrayBuffer>>>();
  const make = async (encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> => {
    if (encoding === "identity" || !compressible.test(type)) return plain;
    if (encoding === "gzip") return new Uint8Array(await gzipped(plain, { level: 9 }));
    return new Uint8Array(await brotli(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  };
  return {
    type,
    etag: `"${contentHash(plain)}"`,
    immutable,
    body(encoding) {
      const known = made.get(encoding);
      if (known !== undefined) return known;
      const body = make(encoding);
      made.set(encoding, body);
      return body;
    },
  };
}

/** The best form that the request allows. */
export function acceptedEncoding(header: string | undefined): Encoding {
  if (header === undefined) return "identity";
  if (/\bbr\b(?!\s*;\s*q=0(?:\.0+)?\b)/.test(header)) return "br";
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0+)?\b)/.test(header) ? "gzip" : "identity";
}
