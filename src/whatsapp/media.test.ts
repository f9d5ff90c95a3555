import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { messageMedia } from "../db/schema/message-media.ts";
import type { MediaKind } from "./provider.ts";
import { say } from "./say.he.ts";
import { sniff } from "./sniff.ts";
import { dana, type RoomOptions, WhatsAppRoom } from "./testing/whatsapp-room.ts";

setDefaultTimeout(60_000);

const rooms: WhatsAppRoom[] = [];
afterEach(async () => {
  for (const room of rooms.splice(0)) await room.close();
});

async function open(options: RoomOptions = {}): Promise<WhatsAppRoom> {
  const room = await WhatsAppRoom.open(options);
  rooms.push(room);
  room.link();
  return room;
}

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
const png = bytes("\x89PNG\r\n\x1a\n0000IHDR");
const ogg = bytes("OggS0000OpusHead");
const usage = {
  model: "scripted",
  textInputTokens: 0,
  audioInputTokens: 1,
  cachedTextTokens: 0,
  cachedAudioTokens: 0,
  textOutputTokens: 1,
  audioOutputTokens: 0,
  seconds: 2,
};

function sends(
  room: WhatsAppRoom,
  kind: MediaKind,
  content: Uint8Array | null,
  claims: { fileName?: string; bytes?: number } = {},
) {
  if (content !== null) room.channel.files.set("f", content);
  const media = {
    ref: "f",
    mimeType: "image/png",
    bytes: claims.bytes ?? null,
    fileName: claims.fileName ?? null,
    seconds: null,
  };
  return room.channel.arrives(dana, { kind, media, caption: "" });
}

const mediaOf = async (room: WhatsAppRoom) =>
  (
    await room.inTenant((ctx) => ctx.tx.select().from(messageMedia).where(eq(messageMedia.businessId, ctx.businessId)))
  )[0]!;
const settled = (room: WhatsAppRoom) =>
  room.passes("the file settled", async () => (await mediaOf(room)).state !== "waiting");

test("a picture is brought home under a name of ours, and the assistant hears of it", async () => {
  const room = await open();
  room.model.will("תודה על התמונה");
  await sends(room, "image", png, { fileName: "../../etc/passwd" });
  await room.passes("the answer", () => room.shown.length === 1);
  await settled(room);
  const media = await mediaOf(room);
  expect(media).toMatchObject({ state: "stored", mimeType: "image/png", bytes: png.length, fileName: "etcpasswd" });
  expect(existsSync(join(room.storageDir, media.file!))).toBe(true);
  expect(media.file).toBe(`whatsapp/business_${room.business.businessId}/media/${media.id}.png`);
  expect(JSON.stringify(room.model.requests[0]?.messages)).toContain(say.kinds.image);
});

test("a voice note is written out and answered as if it had been typed", async () => {
  const heard: string[] = [];
  const room = await open({
    transcriber: {
      async transcribe({ fileName }) {
        heard.push(fileName);
        return { text: "אפשר תור למחר?", usage };
      },
    },
  });
  room.model.will("בודקת");
  await sends(room, "voice", ogg);
  await room.passes("the answer", () => room.shown.length === 1);
  expect(heard).toEqual([expect.stringMatching(/\.ogg$/)]);
  expect(JSON.stringify(room.model.requests[0]?.messages.at(-1))).toContain("אפשר תור למחר?");
  expect((await room.messages())[0]).toMatchObject({ kind: "voice", body: "אפשר תור למחר?" });
});

test("a voice note that nobody can write out is answered without its words, and not never", async () => {
  const room = await open({
    transcriber: {
      async transcribe() {
        throw new AppError("unavailable", "the model is away");
      },
    },
  });
  room.model.will("לא הצלחתי לשמוע, אפשר לכתוב?");
  await sends(room, "voice", ogg);
  await room.passes("the answer", () => room.shown.length === 1, 1_000);
});

test.each([
  ["a program as a picture", "image", bytes("MZ\x90\x00\x03\x00\x00\x00"), {}, "not_allowed"],
  ["a page as a document", "document", bytes("<html><script>alert(1)</script>"), { fileName: "a.pdf" }, "not_allowed"],
  ["a PDF as a picture", "image", bytes("%PDF-1.7"), {}, "wrong_type"],
  ["nothing at all", "image", new Uint8Array(0), {}, "not_allowed"],
  ["one that says it is too large", "document", png, { bytes: 17 * 1024 * 1024 }, "too_large"],
  ["one that is too large", "voice", new Uint8Array(11 * 1024 * 1024), {}, "too_large"],
] as const)("%s is refused with a line in the thread", async (_what, kind, content, claims, reason) => {
  const room = await open({ hasModel: false });
  await sends(room, kind, content, claims);
  await settled(room);
  expect(await mediaOf(room)).toMatchObject({ state: "refused", reason, file: null });
  expect((await room.messages())[0]?.body).toContain(say.refusedFile[reason]);
});

test("a message deleted for everyone leaves neither words nor file behind, and a file on its way is thrown away", async () => {
  const room = await open({ hasModel: false });
  const stored = await sends(room, "image", png);
  await settled(room);
  const { file } = await mediaOf(room);
  await room.channel.arrives(dana, { kind: "delete", targetId: stored });
  await room.passes("the file gone", () => !existsSync(join(room.storageDir, file!)));
  expect(await mediaOf(room)).toMatchObject({ state: "gone", reason: "deleted", file: null, ref: null });
  expect((await room.messages())[0]).toMatchObject({ body: say.removed, awaits: false });

  const download = room.channel.download.bind(room.channel);
  const coming = Promise.withResolvers<void>();
  let asked = false;
  room.channel.download = async (...wanted) => {
    asked = true;
    await coming.promise;
    return download(...wanted);
  };
  const onItsWay = await sends(room, "image", png);
  await room.passes("it is asked for", () => asked);
  await room.channel.arrives(dana, { kind: "delete", targetId: onItsWay });
  coming.resolve();
  const folder = join(room.storageDir, "whatsapp", `business_${room.business.businessId}`, "media");
  await room.passes("nothing left", () => readdirSync(folder).length === 0);
});

test("one that is gone is said to be gone", async () => {
  const room = await open({ hasModel: false });
  await sends(room, "image", null);
  await settled(room);
  expect(await mediaOf(room)).toMatchObject({ state: "gone" });
});

test.each([
  ["\xff\xd8\xff\xe0", null, "image/jpeg"],
  ["RIFF0000WEBPVP8 ", null, "image/webp"],
  ["\0\0\0 ftypisom", null, "video/mp4"],
  ["\0\0\0 ftypM4A ", null, "audio/mp4"],
  ["PK\x03\x04....", "price.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
  ["PK\x03\x04....", "x.exe", "application/zip"],
  ["BEGIN:VCARD", null, "text/plain"],
  ["  <svg onload=x>", null, undefined],
  ["#!/bin/sh", null, undefined],
  ["\x7fELF\x02", null, undefined],
])("first bytes %j of %p are %p", (head, name, mimeType) => {
  expect(sniff(bytes(head), name)?.mimeType).toBe(mimeType as string);
});
