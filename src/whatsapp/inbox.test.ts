import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { eq } from "drizzle-orm";
import fc from "fast-check";
import { readableLog } from "../base/testing/readable-log.ts";
import { customerIdentities, customers } from "../db/schema/customer.ts";
import { leads } from "../db/schema/lead.ts";
import { usage } from "../db/schema/usage.ts";
import { limits } from "../limits.ts";
import { readContent } from "./content.ts";
import type { IncomingContent } from "./provider.ts";
import { say } from "./say.he.ts";
import { scriptedMessage } from "./testing/scripted-provider.ts";
import { dana, type RoomOptions, WhatsAppRoom } from "./testing/whatsapp-room.ts";

setDefaultTimeout(60_000);

const rooms: WhatsAppRoom[] = [];
afterEach(async () => {
  for (const room of rooms.splice(0)) await room.close();
});

async function open(options: RoomOptions = {}): Promise<WhatsAppRoom> {
  const room = await WhatsAppRoom.open({ hasModel: false, ...options });
  rooms.push(room);
  room.link();
  return room;
}

const people = (room: WhatsAppRoom) =>
  room.inTenant(async (ctx) => ({
    identities: await ctx.tx.select().from(customerIdentities).where(eq(customerIdentities.businessId, ctx.businessId)),
    leads: await ctx.tx.select().from(leads).where(eq(leads.businessId, ctx.businessId)),
    names: (await ctx.tx.select().from(customers).where(eq(customers.businessId, ctx.businessId))).map(
      ({ name }) => name,
    ),
  }));

test("the same message twice is stored once, also when both come at once", async () => {
  const room = await open();
  const again = { providerId: "WA1" };
  await Promise.all([room.channel.arrives(dana, "שלום", again), room.channel.arrives(dana, "שלום", again)]);
  await room.channel.arrives(dana, "שלום", again);
  expect(await room.messages()).toHaveLength(1);
  expect((await room.conversations())[0]?.unread).toBe(1);
});

test("what Twilio brings is billed once, one with several files too; what the own number brings is not", async () => {
  const room = await open();
  const { businessId } = room.business;
  const from = (providerId: string) => ({ ...scriptedMessage(dana, "שלום"), providerId });
  for (const id of ["SM1", "SM1", "SM2", "SM2:1"]) await room.whatsapp.inbox.receive(businessId, from(id), "twilio");
  await room.whatsapp.inbox.receive(businessId, from("3A1"), "baileys");
  const billed = await room.inTenant((ctx) => ctx.tx.select().from(usage).where(eq(usage.businessId, businessId)));
  expect(billed.map(({ key, model }) => [key, model]).toSorted()).toEqual([
    ["received:SM1", "twilio-whatsapp"],
    ["received:SM2", "twilio-whatsapp"],
  ]);
});

test("groups, status and channels are ignored by rule", async () => {
  const room = await open();
  for (const kind of ["group", "broadcast", "newsletter"] as const)
    await room.channel.arrives(dana, "שלום לכולם", { chat: { kind } });
  expect(await room.messages()).toEqual([]);
});

test("the hidden id and the number are one customer as soon as WhatsApp says so, with one lead and one chat", async () => {
  const room = await open();
  const lid = { kind: "lid" as const, value: "55501" };
  await room.channel.arrives(lid, "שלום", { pushName: "דנה\u202e לוי" });
  await room.channel.arrives(dana, "זה המספר שלי");
  expect((await people(room)).leads).toHaveLength(2);
  await room.channel.host.samePerson([lid, dana]);
  await room.channel.arrives(lid, "אותה אחת", { alternatives: [dana] });
  const { identities, leads: after, names } = await people(room);
  expect(new Set(identities.map(({ customerId }) => customerId)).size).toBe(1);
  expect(after).toHaveLength(1);
  expect(names.filter((name) => name === "דנה לוי")).toHaveLength(1);
  await room.channel.arrives(dana, "ועכשיו מהמספר", { alternatives: [lid] });
  const messages = await room.messages();
  expect(new Set(messages.map(({ customerId }) => customerId)).size).toBe(1);
});

test("a chat that is addressed by number today and by hidden id tomorrow stays one; answers go to what was used last", async () => {
  const room = await open({ hasModel: true });
  const lid = { kind: "lid" as const, value: "55502" };
  room.model.will("אחת", "שתיים");
  await room.channel.arrives(dana, "א");
  await room.passes("the answer", () => room.shown.length === 1);
  await room.channel.arrives(lid, "ב", { alternatives: [dana] });
  await room.passes("the answer", () => room.shown.length === 2);
  expect(room.channel.shown.map(({ to }) => to)).toEqual([dana, lid]);
  expect(await room.conversations()).toHaveLength(1);
});

test("people whom WhatsApp tells of and the business does not know are not kept", async () => {
  const room = await open();
  await room.channel.host.samePerson([
    { kind: "lid", value: "1" },
    { kind: "phone", value: "+972500000001" },
  ]);
  expect((await people(room)).identities).toEqual([]);
});

test("a message that could not be read is shown as such, gets its words when it comes again, and is answered then", async () => {
  const room = await open({ hasModel: true });
  room.model.will("עכשיו הבנתי");
  const providerId = await room.channel.arrives(dana, { kind: "unreadable" });
  await room.passes("time", () => room.clock.nowMs() > 5_000);
  expect((await room.messages())[0]).toMatchObject({ kind: "unreadable", body: say.kinds.unreadable, awaits: false });
  await room.channel.arrives(dana, "המחיר?", { providerId });
  await room.channel.arrives(dana, "המחיר שהומצא", { providerId });
  await room.passes("the answer", () => room.shown.length === 1);
  expect((await room.messages())[0]?.body).toBe("המחיר?");
  expect((await room.conversations())[0]?.unread).toBe(1); // it counted twice
});

const picture = { ref: "jpg", mimeType: "image/jpeg", bytes: 10, fileName: null, seconds: null };
const file = { ref: "pdf", mimeType: "application/pdf", bytes: 10, fileName: "הצעה.pdf", seconds: null };
test.each<[string, IncomingContent, string]>([
  ["a picture", { kind: "image", media: picture, caption: "בשש" }, "[תמונה] בשבע"],
  ["a file", { kind: "document", media: file, caption: "בשש" }, "[קובץ] הצעה.pdf\nבשבע"],
])("the changed caption of %s was dropped", async (_what, content, body) => {
  const room = await open();
  room.channel.files.set("jpg", Buffer.from([0xff, 0xd8, 0xff, 0xe0])).set("pdf", Buffer.from("%PDF-1.7"));
  const id = await room.channel.arrives(dana, content);
  const before = (await room.messages())[0]!.body;
  await room.channel.arrives(dana, { kind: "edit", targetId: id, text: "בשבע" });
  expect((await room.messages())[0]).toMatchObject({ body, detail: { before: [before] } });
});

test("a caption that is changed leaves the line about a file that was not kept", async () => {
  const room = await open();
  const media = { ...picture, bytes: 1_000_000_000 };
  const id = await room.channel.arrives(dana, { kind: "image", media, caption: "בשש" });
  await room.passes("the refusal", async () => (await room.messages())[0]!.body.includes(say.refusedFile.too_large));
  await room.channel.arrives(dana, { kind: "edit", targetId: id, text: "" });
  expect((await room.messages())[0]?.body).toBe(`[תמונה]\n${say.refusedFile.too_large}`);
});

test("an edit without end, of a voice note or of a message taken back changes nothing", async () => {
  const room = await open();
  const often = await room.channel.arrives(dana, "0");
  for (let n = 1; n <= limits.waEditsMax + 2; n++)
    await room.channel.arrives(dana, { kind: "edit", targetId: often, text: String(n) });
  const voice = await room.channel.arrives(dana, { kind: "voice", media: picture, caption: "" });
  await room.channel.arrives(dana, { kind: "edit", targetId: voice, text: "זויף" });
  const gone = await room.channel.arrives(dana, "נמחק");
  await room.channel.arrives(dana, { kind: "delete", targetId: gone });
  await room.channel.arrives(dana, { kind: "edit", targetId: gone, text: "זויף" });
  const bodies = (await room.messages()).map(({ body }) => body.split("\n")[0]);
  expect(bodies).toEqual([String(limits.waEditsMax), say.kinds.voice, say.removed]);
});

test("edits, removals and reactions change the customer's own message and nobody else's", async () => {
  const room = await open();
  const mine = await room.channel.arrives(dana, "בשש");
  const other = await room.channel.arrives({ kind: "phone", value: "+972509999999" }, "שלי");
  await room.channel.arrives(dana, { kind: "edit", targetId: mine, text: "בשבע" });
  await room.channel.arrives(dana, { kind: "edit", targetId: other, text: "זויף" });
  await room.channel.arrives(dana, { kind: "reaction", targetId: mine, emoji: "👍" });
  await room.channel.arrives(dana, { kind: "delete", targetId: other });
  await room.channel.arrives(dana, { kind: "delete", targetId: "nothing" });
  const [first, second] = await room.messages();
  expect(first).toMatchObject({
    body: "בשבע",
    detail: { before: ["בשש"], reactions: { customer: "👍" } },
    deletedAt: null,
  });
  expect(second).toMatchObject({ body: "שלי", deletedAt: null });
});

test("a place, a contact and an unknown kind are stored and shown as what they are", async () => {
  const room = await open();
  await room.channel.arrives(dana, { kind: "location", latitude: 32.08, longitude: 34.78, name: "הסלון", address: "" });
  await room.channel.arrives(dana, { kind: "contact", contacts: [{ name: "יוסי", phones: ["+972501234567"] }] });
  await room.channel.arrives(dana, { kind: "unknown", type: "pollCreationMessage" });
  await room.channel.arrives(dana, { kind: "view_once" });
  const messages = await room.messages();
  expect(messages.map(({ body }) => body)).toEqual([
    "[מיקום] הסלון (32.08000,34.78000)",
    "[איש קשר] יוסי: +972501234567",
    say.kinds.unknown,
    say.kinds.viewOnce,
  ]);
  expect(messages[3]).toMatchObject({ kind: "unknown", awaits: false, detail: { type: "view_once" } });
  expect(messages[2]).toMatchObject({ awaits: false, handled: "unknown", detail: { type: "pollCreationMessage" } });
});

test("what is written on the handset makes no lead, gives no name and takes nobody off the list", async () => {
  const room = await open();
  await room.channel.arrives(dana, "הסר", { fromMe: true, pushName: "מספרת דנה" });
  const { leads: made, names } = await people(room);
  expect(made).toEqual([]);
  expect(names.includes("מספרת דנה")).toBe(false);
  const [chat] = await room.conversations();
  expect(chat).toMatchObject({ optedOutAt: null, unread: 0, lastInboundAt: null });
  expect(await room.messages()).toMatchObject([{ author: "staff", state: "sent", awaits: false, handled: null }]);
});

test("a message that cannot be stored as it is stands as one of an unknown kind, and does not come again", async () => {
  const room = await open();
  const providerId = await room.channel.arrives(dana, { kind: "hologram", media: picture, caption: "" } as never);
  await room.channel.arrives(dana, "ומה עכשיו?");
  const [first, second] = await room.messages();
  expect(first).toMatchObject({ providerId, kind: "unknown", detail: { type: "unstorable" }, awaits: false });
  expect(second).toMatchObject({ body: "ומה עכשיו?" });
});

test("nasty texts are stored and the next message is fine", async () => {
  const room = await open();
  for (const text of ["א".repeat(70_000), "nul\u0000", "half \ud800", "", "\u202eהפוך", "'; drop table messages; --"])
    await room.channel.arrives(dana, text);
  const media = { ref: "r", mimeType: "image/\u0000png", bytes: 1e20, fileName: "\u0000", seconds: Number.NaN };
  await room.channel.arrives(
    dana,
    { kind: "image", media, caption: "\u0000" },
    { providerId: "\u0000id", quotedId: "\ud800" },
  );
  await room.channel.arrives(dana, { kind: "reaction", targetId: "\u0000id", emoji: "\u0000" });
  await room.channel.arrives(dana, { kind: "delete", targetId: "\ud800" });
  await room.channel.arrives(dana, "בסדר");
  const bodies = (await room.messages()).map(({ body }) => body);
  expect(bodies).toHaveLength(8);
  expect(bodies[0]).toEndWith(say.cut(70_000));
  expect(bodies[1]).toBe("nul\ufffd");
  expect(bodies[7]).toBe("בסדר");
});

test("the log tells of messages by the last digits, and of their words only at debug", async () => {
  const { log, lines } = readableLog("info");
  const room = await open({ log, hasModel: true });
  room.model.will("סוד מסחרי");
  await room.channel.arrives(dana, "מספר הכרטיס שלי");
  await room.passes("the answer", () => room.shown.length === 1);
  const all = lines.join("\n");
  expect(all).toMatch(/\[WA-INCOMING\] message biz=\S+ from=…2233/);
  expect(all).toMatch(/\[WA-OUTGOING\] \S+ biz=\S+ to=…2233/);
  expect(all).toContain("[WA] connection update: biz=");
  expect(all).not.toContain("הכרטיס");
  expect(all).not.toContain("סוד");
  expect(all).not.toContain("972501112233");
});

test("whatever a message holds, it becomes something that can be stored and shown", () => {
  const text = fc.string({ unit: "binary", maxLength: 300 });
  const media = fc.record({
    ref: text,
    mimeType: fc.option(text),
    bytes: fc.option(fc.nat()),
    fileName: fc.option(text),
    seconds: fc.option(fc.float()),
  });
  const contents: fc.Arbitrary<IncomingContent> = fc.oneof(
    fc.record({ kind: fc.constant("text" as const), text }),
    fc.record({ kind: fc.constantFrom("voice" as const, "image" as const, "document" as const), media, caption: text }),
    fc.record({
      kind: fc.constant("location" as const),
      latitude: fc.float(),
      longitude: fc.float(),
      name: text,
      address: text,
    }),
    fc.record({
      kind: fc.constant("contact" as const),
      contacts: fc.array(fc.record({ name: text, phones: fc.array(text) })),
    }),
    fc.record({ kind: fc.constant("unknown" as const), type: text }),
  );
  fc.assert(
    fc.property(contents, (content) => {
      const read = readContent(content);
      if (read.kind !== "message") return false;
      const { body } = read.stored;
      return body.isWellFormed() && !body.includes("\u0000") && (content.kind === "text" || body !== "");
    }),
  );
});
