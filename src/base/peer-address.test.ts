import { expect, test } from "bun:test";
import { peerAddress, proxiesIn } from "./peer-address.ts";

const rows: [what: string, peer: string | undefined, forwardedFor: string | null, address: string | null][] = [
  ["a direct peer", "203.0.113.9", null, "203.0.113.9"],
  ["a direct peer that claims to be another", "203.0.113.9", "198.51.100.1", "203.0.113.9"],
  ["through our proxy", "127.0.0.1", "203.0.113.9", "203.0.113.9"],
  ["through our proxy, with a claim of its own in front", "172.18.0.3", "6.6.6.6, 203.0.113.9", "203.0.113.9"],
  ["our proxy over IPv6-mapped loopback", "::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"],
  ["our proxy that does not say", "10.0.0.2", null, null],
  ["our proxy that says nothing", "192.168.1.1", " ", null],
  ["IPv6: one household, whichever of its addresses", "2001:db8::1", null, "2001:db8:0:0::/64"],
  ["the same one", "2001:0DB8::ffff:0:0:7", null, "2001:db8:0:0::/64"],
  ["its neighbour", "2001:db8:0:1:a:b:c:d", null, "2001:db8:0:1::/64"],
  ["IPv6 through our proxy", "::1", "2001:db8:7:8:9::", "2001:db8:7:8::/64"],
  ["IPv4 in IPv6 through our proxy", "10.0.0.2", "::ffff:203.0.113.9", "203.0.113.9"],
  ["loopback over IPv6", "::1", null, null],
  ["172.32 is not private", "172.32.0.1", "6.6.6.6", "172.32.0.1"],
  ["unknown", undefined, "6.6.6.6", null],
];
test.each(rows)("K12: whom a request counts against: %s", (_what, peer, forwardedFor, address) => {
  expect(peerAddress(peer, forwardedFor)).toBe(address);
});

const isProxy = proxiesIn(["173.245.48.0/20", "198.51.100.7", "2606:4700::/32"]);
const behindTwo: typeof rows = [
  ["the service before our proxy is no client", "127.0.0.1", "203.0.113.9, 173.245.50.1", "203.0.113.9"],
  ["nor is it when it is in front of us", "173.245.50.1", "203.0.113.9", "203.0.113.9"],
  ["a claim before the client's own address", "10.0.0.2", "6.6.6.6, 203.0.113.9, 198.51.100.7", "203.0.113.9"],
  ["over IPv6", "2606:4700::8", "2001:db8::1, 2606:4700:5::1", "2001:db8:0:0::/64"],
  ["a stranger beside the service", "173.245.64.1", "203.0.113.9", "173.245.64.1"],
  ["proxies only", "127.0.0.1", "173.245.50.1", null],
  ["a hop that is no address", "127.0.0.1", "unknown, 173.245.50.1", "unknown"],
];
test.each(behindTwo)("K12: behind a service that is named: %s", (_what, peer, forwardedFor, address) => {
  expect(peerAddress(peer, forwardedFor, isProxy)).toBe(address);
});

test.each(["", "office", "10.0.0.0/33", "10.0.0.0/x", "1.2.3", "::/129"])('"%s" is no network', (text) => {
  expect(() => proxiesIn([text])).toThrow(TypeError);
});
