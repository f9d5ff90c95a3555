const privateNetwork = /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|::1$|f[cd][0-9a-f]{2}:|fe80:)/i;

/**
 * Whom a connection counts against. A peer on a private address is our own proxy: then the last hop it saw counts, and
 * null when it does not say. Earlier entries of `X-Forwarded-For` are the client's own words and are not believed.
 */
export function peerAddress(peer: string | undefined, forwardedFor: string | null): string | null {
  const address = peer === undefined ? null : unmapped(peer);
  if (address !== null && !privateNetwork.test(address)) return household(address);
  const lastHop = address === null ? "" : unmapped(forwardedFor?.split(",").at(-1)?.trim() ?? "");
  return lastHop === "" ? null : household(lastHop);
}

const unmapped = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, "");

/** Whoever has one IPv6 address has the 2^64 of its network: they count as one. */
function household(address: string): string {
  if (!address.includes(":")) return address;
  const [front = [], back = []] = address.split("::").map((part) => part.split(":").filter((group) => group !== ""));
  const zeros = Array<string>(Math.max(0, 8 - front.length - back.length)).fill("0");
  const groups = [...front, ...zeros, ...back].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, "").toLowerCase()).join(":")}::/64`;
}
