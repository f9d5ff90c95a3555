import { expect, test } from "bun:test";
import { readIncoming, readStatus } from "./incoming.ts";

const now = Temporal.Instant.from("2026-11-27T08:00:00Z");
const sid = `SM${"a".repeat(32)}`;
const form = (fields: Record<string, string>) =>
  new Map(Object.entries({ MessageSid: sid, From: "whatsapp:+972501112233", To: "whatsapp:+97235550100", ...fields }));
const media = (url: string, type: string) =>
  form({ NumMedia: "1", MediaUrl0: url, MediaContentType0: type, Body: "הנה" });
const good = `https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM${"b".repeat(32)}/Media/ME${"c".repeat(32)}`;

test("a text is a message of its sender", () => {
  const read = readIncoming(form({ Body: "שלום", ProfileName: "דנה", OriginalRepliedMessageSid: sid }), now);
  expect(read?.to).toBe("+97235550100");
  expect(read?.messages).toEqual([
    {
      providerId: sid,
      chat: { kind: "person", address: { kind: "phone", value: "+972501112233" } },
      alternatives: [],
      fromMe: false,
      pushName: "דנה",
      sentAt: now.toString(),
      offline: false,
      quotedId: sid,
      content: { kind: "text", text: "שלום" },
    },
  ]);
});

test("somebody who hides the number is known by the business-scoped id, and by the number where WhatsApp tells it", () => {
  const read = readIncoming(form({ From: "whatsapp:IL.998877", WaId: "972501112233", Body: "x" }), now)!;
  expect(read.messages[0]?.chat).toEqual({ kind: "person", address: { kind: "bsuid", value: "IL.998877" } });
  expect(read.messages[0]?.alternatives).toEqual([{ kind: "phone", value: "+972501112233" }]);
});

test.each([
  ["audio/ogg; codecs=opus", "voice"],
  ["audio/mpeg", "audio"],
  ["image/jpeg", "image"],
  ["image/webp", "sticker"],
  ["video/mp4", "video"],
  ["application/pdf", "document"],
  ["text/vcard", "document"],
])("a file of type %p is a %p", (type, kind) => {
  const [message] = readIncoming(media(good, type), now)!.messages;
  expect(message?.content.kind).toBe(kind as never);
});

test.each([
  "http://169.254.169.254/latest/meta-data",
  "file:///etc/passwd",
  "https://evil.example/Messages/x/Media/y",
  "",
])("an address that is no file of ours (%p) leads nowhere", (url) => {
  const [message] = readIncoming(media(url, "image/png"), now)!.messages;
  expect(message?.content).toMatchObject({ kind: "image", media: { ref: "" } });
});

test("only the file's place below the account is kept of its address", () => {
  const [message] = readIncoming(media(good, "image/png"), now)!.messages;
  expect(message?.content).toMatchObject({ media: { ref: good.slice(good.indexOf("Messages/")) } });
});

test("several files are several messages under ids of their own", () => {
  const { messages } = readIncoming(
    form({
      NumMedia: "2",
      MediaUrl0: good,
      MediaContentType0: "image/png",
      MediaUrl1: good,
      MediaContentType1: "image/png",
    }),
    now,
  )!;
  expect(messages.map(({ providerId }) => providerId)).toEqual([sid, `${sid}:1`]);
});

test("a place is a place, nothing is something unknown, and what names nobody is none", () => {
  const place = readIncoming(form({ Latitude: "32.08", Longitude: "34.78", Label: "הסלון" }), now)!;
  expect(place.messages[0]?.content).toMatchObject({ kind: "location", latitude: 32.08, name: "הסלון" });
  expect(readIncoming(form({ MessageType: "order" }), now)!.messages[0]?.content).toEqual({
    kind: "unknown",
    type: "order",
  });
  expect(readIncoming(form({ From: "+972501112233" }), now)).toBeNull();
  expect(readIncoming(form({ MessageSid: "x" }), now)).toBeNull();
});

test.each([
  ["queued", null],
  ["delivered", { state: "delivered", code: null }],
  ["undelivered", { state: "failed", code: "window_closed" }],
  ["constructed", null],
])("status %p", (status, expected) => {
  const read = readStatus(form({ MessageStatus: status, ErrorCode: "63016" }), "our-id", now);
  if (expected === null) expect(read).toBeNull();
  else expect(read).toMatchObject({ providerId: sid, messageId: "our-id", ...expected } as never);
});
