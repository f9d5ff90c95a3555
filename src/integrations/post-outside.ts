import { isIP } from "node:net";
import { AppError } from "../base/errors.ts";
import { fetchOutside, isPublicAddress } from "../base/outside.ts";

/** Sends a body to an address that a business named. Resolves to the answer, whatever it is. @throws AppError. */
export type PostOutside = (to: { url: string; headers: Record<string, string>; body: string }) => Promise<{
  status: number;
  /** The header of that name. */
  retryAfter: string | null;
}>;

// What the receiver says beyond the status is of no use to us.
const rules = { hosts: "any", bytesMax: 0, timeoutMs: 10_000 } as const;

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

/** The one way out for webhooks (K4). Redirects are answers. */
export const postOutside: PostOutside = async ({ url, ...sent }) => {
  const { status, headers } = await fetchOutside(outsideUrl(url).href, { method: "POST", ...sent }, rules);
  return { status, retryAfter: headers.get("retry-after") };
};
