import { expect, test } from "bun:test";
import { authorization, pushKeys, seal } from "./web-push.ts";

const bytes = (text: string) => Uint8Array.fromBase64(text, { alphabet: "base64url" });
const now = Temporal.Instant.from("2026-03-01T08:00:00Z");

test("RFC 8291's own example is sealed letter for letter", () => {
  const device = {
    endpoint: "https://push.example.com/1",
    p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    auth: "BTBZMqHH6r4Tts7J_aSIgg",
  };
  const sealed = seal("When I grow up, I want to be a watermelon", device, {
    salt: bytes("DGv6ra1nlYgDCS1FRnbzlw"),
    key: bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
  });
  expect(sealed.toString("base64url")).toBe(
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
  );
});

test("two messages of the same text have nothing in common", () => {
  const { publicKey } = pushKeys("another installation, long enough");
  const device = { endpoint: "https://push.example.com/1", p256dh: publicKey, auth: "BTBZMqHH6r4Tts7J_aSIgg" };
  const [one, other] = [seal("שלום", device), seal("שלום", device)];
  expect(one.subarray(0, 16).equals(other.subarray(0, 16))).toBe(false);
  expect(one.subarray(-20).equals(other.subarray(-20))).toBe(false);
});

test("the push service can check who we are with the key that the browser was given", async () => {
  const keys = pushKeys("the installation's own secret");
  const header = authorization(keys, "https://push.example.com:443/a/b?c", "mailto:owner@example.com", now);
  const [, token = "", key = ""] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(header) ?? [];
  expect(key).toBe(keys.publicKey);
  const [head = "", claims = "", signature = ""] = token.split(".");
  expect(JSON.parse(new TextDecoder().decode(bytes(claims)))).toEqual({
    aud: "https://push.example.com",
    exp: now.epochMilliseconds / 1_000 + 43_200,
    sub: "mailto:owner@example.com",
  });
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const check = await crypto.subtle.importKey("raw", bytes(key), curve, false, ["verify"]);
  const hash = { name: "ECDSA", hash: "SHA-256" };
  expect(await crypto.subtle.verify(hash, check, bytes(signature), new TextEncoder().encode(`${head}.${claims}`))).toBe(
    true,
  );
});

test("the keys follow from the secret, and from nothing else", () => {
  expect(pushKeys("one secret").publicKey).toBe(pushKeys("one secret").publicKey);
  expect(pushKeys("one secret").publicKey).not.toBe(pushKeys("other secret").publicKey);
  expect(bytes(pushKeys("one secret").publicKey)).toHaveLength(65);
});
