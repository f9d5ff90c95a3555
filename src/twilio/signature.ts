import { createHmac, timingSafeEqual } from "node:crypto";

/** Fields of a webhook whose signature is good. Names are unique: a request that repeats one is refused. */
export type WebhookForm = ReadonlyMap<string, string>;

export interface SignatureDeps {
  /** Null = not configured: everything is refused. */
  authToken: string | null;
  /** When known, a webhook must name this account. */
  accountSid: string | null;
  /** Address under which Twilio reaches us, without a trailing slash. Never the Host header, which anyone can choose. */
  publicBaseUrl(): string;
}

/** Decides whether a request comes from our Twilio account. Pure computation: a refusal costs no database work. */
export interface SignatureGate {
  /** The form of a correctly signed webhook, or null. `url` is the request's own; only its path and query count. */
  readForm(url: string, signature: string | null, body: string): WebhookForm | null;
  /** Whether a socket upgrade is signed. */
  acceptsUpgrade(url: string, signature: string | null): boolean;
}

/**
 * Twilio's signature: base64 HMAC-SHA1, keyed with the account's auth token, over the full address followed by every
 * form field, sorted by name, as name + value. Source: twilio.com/docs/usage/security ("Validating requests").
 */
export function signatureOf(authToken: string, url: string, form: Iterable<readonly [string, string]>): string {
  const fields = [...form].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const text = fields.reduce((sum, [name, value]) => sum + name + value, url);
  return createHmac("sha1", authToken).update(text, "utf8").digest("base64");
}

export function createSignatureGate(deps: SignatureDeps): SignatureGate {
  const signedAs = (url: string, form: WebhookForm, signature: string): boolean => {
    if (deps.authToken === null) return false;
    const expected = Buffer.from(signatureOf(deps.authToken, url, form));
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  return {
    readForm(url, signature, body) {
      const form = uniqueFields(body);
      if (signature === null || form === null) return null;
      if (!signedAs(deps.publicBaseUrl() + targetOf(url), form, signature)) return null;
      return deps.accountSid === null || form.get("AccountSid") === deps.accountSid ? form : null;
    },
    acceptsUpgrade(url, signature) {
      if (signature === null) return false;
      const https = deps.publicBaseUrl() + targetOf(url);
      return upgradeSpellings(https).some((spelling) => signedAs(spelling, noFields, signature));
    },
  };
}

const noFields: WebhookForm = new Map();

/**
 * Path and query as they came, without the origin, which Bun makes from the Host header. Never throws, as `new URL` does
 * when a stranger's Host header is missing or malformed: the address then has no origin.
 */
export const targetOf = (url: string): string => {
  if (url.startsWith("/")) return url;
  const path = url.indexOf("/", url.indexOf("://") + 3);
  return path < 0 ? "/" : url.slice(path);
};

/** Twilio signs the address of the TwiML (wss), proxies and its own samples the https form, with or without the slash. */
function upgradeSpellings(https: string): string[] {
  const bare = https.replace(/\/+$/, "");
  const wss = bare.replace(/^http/, "ws");
  return [wss, `${wss}/`, bare, `${bare}/`];
}

/** Null when a name is repeated: the signature's text would be ambiguous, and readers could disagree on the value. */
function uniqueFields(body: string): WebhookForm | null {
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    if (form.has(name)) return null;
    form.set(name, value);
  }
  return form;
}
