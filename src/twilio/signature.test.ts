import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks";
import { createSignatureGate, signatureOf, targetOf } from "./signature.ts";

const authToken = "0123456789abcdef0123456789abcdef";
const accountSid = `AC${"1".repeat(32)}`;
const publicBaseUrl = "https://phone.example.co.il";
const target = "/webhook/incoming_call?leg=0";
const form: [string, string][] = [
  ["To", "+97231234567"],
  ["AccountSid", accountSid],
  ["CallSid", `CA${"a".repeat(32)}`],
  ["CallerName", "דנה כהן & בניו +50%"],
];
const gate = createSignatureGate({ authToken, accountSid, publicBaseUrl: () => publicBaseUrl });
const encode = (fields: [string, string][]) => new URLSearchParams(fields).toString();
const signed = (url: string, fields = form, token = authToken) => signatureOf(token, url, fields);
const good = signed(publicBaseUrl + target);

describe("a webhook's signature", () => {
  // The request arrives behind a TLS proxy, under an address of its own: only PUBLIC_BASE_URL counts.
  const url = `http://127.0.0.1:3000${target}`;
  const rows: [what: string, url: string, signature: string | null, body: string, passes: boolean][] = [
    ["valid", url, good, encode(form), true],
    ["valid, fields in another order", url, good, encode(form.toReversed()), true],
    ["replayed: nothing in it ages, so handlers are idempotent", url, good, encode(form), true],
    ["missing", url, null, encode(form), false],
    ["empty", url, "", encode(form), false],
    ["not base64", url, "%%%", encode(form), false],
    ["of another token", url, signed(publicBaseUrl + target, form, "x"), encode(form), false],
    ["signed for http", url, signed(publicBaseUrl.replace("https", "http") + target), encode(form), false],
    ["signed for another host", url, signed(`https://evil.example${target}`), encode(form), false],
    ["signed for the Host header", url, signed(url), encode(form), false],
    ["port added", url, signed(`${publicBaseUrl}:443${target}`), encode(form), false],
    ["query changed", `${url}1`, good, encode(form), false],
    ["path changed", url.replace("incoming_call", "call_status"), good, encode(form), false],
    ["value changed", url, good, encode(form).replace("%2B972", "%2B973"), false],
    ["field added", url, good, `${encode(form)}&Digits=1`, false],
    ["field taken away", url, good, encode(form.slice(1)), false],
    ["field repeated", url, signed(publicBaseUrl + target, [...form, ["To", "+1"]]), `${encode(form)}&To=%2B1`, false],
    ["field repeated, signed as its last value", url, good, `To=%2B1&${encode(form)}`, false],
    ["body as JSON", url, good, JSON.stringify(Object.fromEntries(form)), false],
  ];
  test.each(rows)("%s", (_what, requestUrl, signature, body, passes) => {
    expect(gate.readForm(requestUrl, signature, body) !== null).toBe(passes);
  });

  test("another account's webhook is refused even when its signature fits", () => {
    const foreign: [string, string][] = [["AccountSid", `AC${"2".repeat(32)}`]];
    const signature = signed(publicBaseUrl + target, foreign);
    expect(gate.readForm(url, signature, encode(foreign))).toBeNull();
    const anyAccount = createSignatureGate({ authToken, accountSid: null, publicBaseUrl: () => publicBaseUrl });
    expect(anyAccount.readForm(url, signature, encode(foreign))?.get("AccountSid")).toBe(`AC${"2".repeat(32)}`);
  });

  test("without a configured token everything is refused, an empty key included", () => {
    const closed = createSignatureGate({ authToken: null, accountSid: null, publicBaseUrl: () => publicBaseUrl });
    expect(closed.readForm(url, signed(publicBaseUrl + target, form, ""), encode(form))).toBeNull();
    expect(closed.acceptsUpgrade(url, signed(publicBaseUrl + target, [], ""))).toBe(false);
  });

  test("is the one that Twilio's own library makes, for any form", () => {
    const name = fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => text !== "__proto__");
    const forms = fc.dictionary(name, fc.string({ unit: "grapheme" }));
    fc.assert(
      fc.property(forms, (fields) => {
        const ours = signatureOf(authToken, publicBaseUrl + target, Object.entries(fields));
        expect(ours).toBe(getExpectedTwilioSignature(authToken, publicBaseUrl + target, fields));
      }),
    );
  });
});

describe("a socket upgrade's signature", () => {
  const socket = "/ws/twilio-media";
  const rows: [what: string, signedUrl: string, requestPath: string, passes: boolean][] = [
    ["wss, as in the TwiML", `wss://phone.example.co.il${socket}`, socket, true],
    ["wss with the slash, asked without", `wss://phone.example.co.il${socket}/`, socket, true],
    ["wss, asked with the slash", `wss://phone.example.co.il${socket}`, `${socket}/`, true],
    ["https form", `https://phone.example.co.il${socket}`, socket, true],
    ["https form with the slash", `https://phone.example.co.il${socket}/`, `${socket}/`, true],
    ["plain ws", `ws://phone.example.co.il${socket}`, socket, false],
    ["another host", `wss://evil.example${socket}`, socket, false],
    ["another path", "wss://phone.example.co.il/ws/other", socket, false],
    ["a query added", `wss://phone.example.co.il${socket}`, `${socket}?token=1`, false],
  ];
  test.each(rows)("%s", (_what, signedUrl, path, passes) => {
    expect(gate.acceptsUpgrade(`http://127.0.0.1:3000${path}`, signed(signedUrl, []))).toBe(passes);
  });
  test.each([null, "", "%%%"])("of %p is none", (signature) => {
    expect(gate.acceptsUpgrade(`http://127.0.0.1:3000${socket}`, signature)).toBe(false);
  });
});

test.each([
  ["http://a/x/y?z=1", "/x/y?z=1"],
  ["http://]]][/x", "/x"],
  ["/x/y", "/x/y"],
  ["http://a", "/"],
])("the target of %p is %p", (url, target) => expect(targetOf(url)).toBe(target));
