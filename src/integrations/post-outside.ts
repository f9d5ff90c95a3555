import { lookup } from "node:dns/promises";
import { request } from "node:https";
import { BlockList, isIP } from "node:net";
import { AppError } from "../base/errors.ts";

/** Sends a body to an address that a business named. Resolves to the HTTP status, whatever it is. @throws AppError. */
export type PostOutside = (to: { url: string; headers: Record<string, string>; body: string }) => Promise<number>;

const deadlineMs = 10_000;

/** Ranges that are not the public internet (IANA special-purpose registries): our own machine, house and cloud. */
const inside = new BlockList();
for (const [net, bits] of [
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
  inside.addSubnet(net, bits, "ipv4");
/** Of IPv6 only what is handed out to the public (2000::/3), without documentation, 6to4 and Teredo, which wrap an IPv4. */
const publicV6 = new BlockList();
publicV6.addSubnet("2000::", 3, "ipv6");
const wrapped = new BlockList();
for (const [net, bits] of [
  ["2001:db8::", 32],
  ["2002::", 16],
  ["2001::", 32],
  ["3fff::", 20],
] as const)
  wrapped.addSubnet(net, bits, "ipv6");

/** True for an address of the public internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !inside.check(address, "ipv4");
  return family === 6 && publicV6.check(address, "ipv6") && !wrapped.check(address, "ipv6");
}

/**
 * The URL, when it is one that we send to: https, a name or public address, the usual port, no password in it.
 * @throws AppError "invalid" at `url`.
 */
export function outsideUrl(text: string): URL {
  const url = URL.parse(text);
  const host = url?.hostname.replace(/^\[|\]$/g, "") ?? "";
  const isName = isIP(host) === 0 && /\.[a-z]/i.test(host) && !/(?:^|\.)(?:localhost|local|internal)\.?$/i.test(host);
  const isFit =
    url?.protocol === "https:" && url.username === "" && url.password === "" && (url.port === "" || url.port === "443");
  if (url && isFit && (isName || isPublicAddress(host))) return url;
  throw new AppError("invalid", "not a public https address", { fields: [{ path: "url", code: "not_public_https" }] });
}

/**
 * The one way out for webhooks (K4): the name is looked up here, every address it has must be public, and the connection
 * goes to the address that was judged, so that a name cannot mean something else a moment later. Redirects are answers.
 */
export const postOutside: PostOutside = async ({ url: text, headers, body }) => {
  const url = outsideUrl(text);
  const found = await lookup(url.hostname.replace(/^\[|\]$/g, ""), { all: true }).catch((cause: unknown) => {
    throw new AppError("upstream", "the name cannot be looked up", { cause });
  });
  const [first] = found;
  if (!first || !found.every(({ address }) => isPublicAddress(address)))
    throw new AppError("upstream", "the name leads inside");
  return send(url, first.address, headers, body);
};

function send(url: URL, address: string, headers: Record<string, string>, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => reject(new AppError("upstream", "nobody answered", { cause }));
    const sent = request(
      {
        host: address,
        port: 443,
        ...(isIP(url.hostname) === 0 ? { servername: url.hostname } : {}),
        method: "POST",
        path: `${url.pathname}${url.search}`,
        headers: { ...headers, Host: url.host, "Content-Length": Buffer.byteLength(body), Connection: "close" },
        agent: false,
      },
      (answer) => {
        clearTimeout(late);
        resolve(answer.statusCode ?? 0);
        sent.destroy(); // what it says beyond the status is of no use to us
      },
    );
    const late = setTimeout(() => sent.destroy(new Error("too slow")), deadlineMs);
    sent.on("error", (error) => {
      clearTimeout(late);
      fail(error);
    });
    sent.end(body);
  });
}
