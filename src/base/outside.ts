import { lookup as systemLookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { AppError } from "./errors.ts";
import { readBounded } from "./read-bounded.ts";

/** What may be fetched for one purpose. */
export interface OutsideRules {
  /** Exact host names; "any" only where an owner names the address (outgoing webhooks): public addresses all the same. */
  hosts: readonly string[] | "any";
  /** 0 = the answer's body is of no use and is not read. */
  bytesMax: number;
  timeoutMs: number;
}

export interface OutsideAnswer {
  status: number;
  headers: Headers;
  bytes: Uint8Array;
}

/** Replaced in tests; both are the system's by default. */
export interface OutsideMeans {
  lookup?: (host: string) => Promise<readonly { address: string }[]>;
  fetch?: (url: string, init: BunFetchRequestInit) => Promise<Response>;
}

const redirectsMax = 3;
const redirects = new Set([301, 302, 303, 307, 308]);

// IANA's special-purpose registries, as far as an address there could be a machine of ours or nobody's.
const notPublic = new BlockList();
for (const [net, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  notPublic.addSubnet(net, prefix, "ipv4");
const publicIPv6 = new BlockList();
publicIPv6.addSubnet("2000::", 3, "ipv6");
for (const [net, prefix] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  notPublic.addSubnet(net, prefix, "ipv6");

/** True for an address that is reached over the internet and nowhere else. */
export const isPublicAddress = (address: string): boolean =>
  isIP(address) === 4
    ? !notPublic.check(address, "ipv4")
    : isIP(address) === 6 && publicIPv6.check(address, "ipv6") && !notPublic.check(address, "ipv6");

/**
 * The one way to an address that somebody else chose (K4): https, an allowed host, a public address which is looked up once
 * and then connected to as it is, redirects checked one by one, a cap on time and size. A redirect carries no body and, to
 * another host, no header of ours.
 * @throws AppError "forbidden" for an address that may not be asked, "too_large", "upstream" when it does not answer well.
 */
export async function fetchOutside(
  url: string,
  init: {
    method?: string;
    headers?: Record<string, string>;
    body?: string | Uint8Array<ArrayBuffer>;
    signal?: AbortSignal;
  },
  rules: OutsideRules,
  means: OutsideMeans = {},
): Promise<OutsideAnswer> {
  const deadline = AbortSignal.timeout(rules.timeoutMs);
  const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
  let target = allowed(url, rules);
  const { method = "GET", body } = init;
  let { headers = {} } = init;
  for (let hop = 0; ; hop++) {
    const sent = { method, headers, signal, ...(body === undefined ? {} : { body }) };
    const answer = await ask(target, sent, means);
    const location = method === "GET" && redirects.has(answer.status) ? answer.headers.get("location") : null;
    if (location === null) return { status: answer.status, headers: answer.headers, bytes: await take(answer, rules) };
    await answer.body?.cancel();
    if (hop === redirectsMax) throw new AppError("upstream", "redirected too often");
    const next = allowed(new URL(location, target).href, rules);
    if (next.host !== target.host) headers = {};
    target = next;
  }
}

function allowed(text: string, { hosts }: OutsideRules): URL {
  const refuse = (why: string) => new AppError("forbidden", `not an address to fetch: ${why}`);
  if (!URL.canParse(text)) throw refuse("unreadable");
  const url = new URL(text);
  if (url.protocol !== "https:") throw refuse("not https");
  if (url.username !== "" || url.password !== "") throw refuse("carries a password");
  if (url.port !== "") throw refuse("another port");
  if (hosts !== "any" && !hosts.includes(url.hostname)) throw refuse("not an allowed host");
  return url;
}

/** A look-up cannot be called off, and may hang: it is not waited for any longer than `signal` allows. */
function heldTo<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const given = Promise.withResolvers<never>();
  const giveUp = () => given.reject(signal.reason);
  if (signal.aborted) giveUp();
  else signal.addEventListener("abort", giveUp, { once: true });
  return Promise.race([work, given.promise]);
}

async function ask(
  url: URL,
  init: BunFetchRequestInit & { signal: AbortSignal },
  means: OutsideMeans,
): Promise<Response> {
  const { lookup = (host) => systemLookup(host, { all: true }), fetch: send = fetch } = means;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const found = isIP(host) ? [{ address: host }] : await heldTo(init.signal, lookup(host)).catch(() => []);
  const [first] = found;
  if (first === undefined) throw new AppError("upstream", "unknown host");
  if (!found.every(({ address }) => isPublicAddress(address))) throw new AppError("forbidden", "not a public address");
  // To the very address that was looked at: a second look-up could say something else.
  const pinned = new URL(url);
  pinned.hostname = isIP(first.address) === 6 ? `[${first.address}]` : first.address;
  const headers = { ...(init.headers as Record<string, string>), Host: url.host };
  const tls = (isIP(host) === 0 ? { serverName: host } : {}) as NonNullable<BunFetchRequestInit["tls"]>;
  try {
    return await send(pinned.href, { ...init, headers, tls, redirect: "manual", keepalive: false });
  } catch (cause) {
    throw new AppError("upstream", "does not answer", { cause });
  }
}

async function take(answer: Response, { bytesMax }: OutsideRules): Promise<Uint8Array> {
  if (bytesMax === 0) {
    await answer.body?.cancel();
    return new Uint8Array();
  }
  if (Number(answer.headers.get("content-length") ?? 0) > bytesMax) {
    await answer.body?.cancel();
    throw new AppError("too_large", `more than ${bytesMax} bytes`);
  }
  try {
    return await readBounded(answer, bytesMax);
  } catch (cause) {
    throw cause instanceof AppError ? cause : new AppError("upstream", "broke off", { cause });
  }
}
