const privateNetwork = /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|::1$|f[cd][0-9a-f]{2}:|fe80:)/i;

/**
 * Whom a connection counts against. A peer on a private address is our own proxy: then the last hop it saw counts, and
 * null when it does not say. Earlier entries of `X-Forwarded-For` are the client's own words and are not believed.
 */
export function peerAddress(peer: string | undefined, forwardedFor: string | null): string | null {
  const address = peer?.replace(/^::ffff:/, "") ?? null;
  if (address === null || !privateNetwork.test(address)) return address;
  return forwardedFor?.split(",").at(-1)?.trim() || null;
}
