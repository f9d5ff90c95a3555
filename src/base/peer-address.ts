import { BlockList, isIP } from "node:net";

const privateNetwork = /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|::1$|f[cd][0-9a-f]{2}:|fe80:)/i;

/** Whether an address is that of a proxy of ours, or of the service before it. */
export type IsProxy = (address: string) => boolean;

/** @param networks addresses and networks, such as `173.245.48.0/20`. @throws TypeError for what is neither. */
export function proxiesIn(networks: readonly string[]): IsProxy {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    const family = familyOf(address);
    const length = bits === undefined ? widest[family] : Number(bits);
    if (isIP(address) === 0 || !/^\d*$/.test(bits ?? "") || length > widest[family])
      throw new TypeError(`"${network}" is no address and no network`);
    list.addSubnet(address, length, family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, familyOf(address));
}

const familyOf = (address: string) => (address.includes(":") ? "ipv6" : "ipv4");
const widest = { ipv4: 32, ipv6: 128 };
const nobody: IsProxy = () => false;

/**
 * Whom a connection counts against. A peer on a private address, or one that `isProxy` knows, is a proxy: then the last hop
 * that it saw and that is no such proxy itself counts, and null when nobody says. What stands before that hop in
 * `X-Forwarded-For` is the client's own words and is not believed.
 */
export function peerAddress(
  peer: string | undefined,
  forwardedFor: string | null,
  isProxy: IsProxy = nobody,
): string | null {
  if (peer === undefined) return null;
  const address = unmapped(peer);
  if (!privateNetwork.test(address) && !isProxy(address)) return household(address);
  const hops = (forwardedFor ?? "").split(",").map((hop) => unmapped(hop.trim()));
  const lastHop = hops.findLast((hop) => hop !== "" && !isProxy(hop)) ?? "";
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
