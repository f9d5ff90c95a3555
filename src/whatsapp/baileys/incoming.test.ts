import { expect, test } from "bun:test";
import type { proto } from "@whiskeysockets/baileys";
import { readIncoming, unreadableIncoming, viewOnceIncoming } from "./incoming.ts";
import { readReceipts } from "./receipts.ts";

const self = { phone: "+97235550100", lid: "900000000000001" };
const dana = { id: "3A01", from: "123456@lid", sender_pn: "972501112233@s.whatsapp.net", t: "1700000000" };
const nowMs = 1_800_000_000_000;
const read = (message: proto.IMessage, envelope: Record<string, string> = dana) =>
  readIncoming(envelope, message, self, nowMs);

const key = { id: "3EB01" };
const housekeeping: [string, proto.IMessage][] = [
  ["the header of an album", { albumMessage: { expectedImageCount: 3 } }],
  ["a pin", { pinInChatMessage: { key, type: 1 } }],
  ["keeping a message", { keepInChatMessage: { key, keepType: 1 } }],
  ["a vote", { pollUpdateMessage: { pollCreationMessageKey: key } }],
  ["a sealed reaction", { encReactionMessage: { targetMessageKey: key } }],
  ["a sealed change", { secretEncryptedMessage: { targetMessageKey: key } }],
  ["a reaction to nothing", { reactionMessage: { text: "👍" } }],
  ["a key", { senderKeyDistributionMessage: { groupId: "g" } }],
  ["nothing", {}],
];
test.each(housekeeping)("%s stood in the thread as a message of an unknown kind", (_what, message) => {
  expect(read(message)).toBeNull();
  expect(read({ ephemeralMessage: { message } })).toBeNull();
});

test("a kind that we do not know and a person wrote is shown as such; an album's pictures are pictures", () => {
  expect(read({ pollCreationMessageV3: { name: "מתי?" } })?.content).toEqual({
    kind: "unknown",
    type: "pollCreationMessageV3",
  });
  const picture = { associatedChildMessage: { message: { imageMessage: { mimetype: "image/jpeg" } } } };
  expect(read(picture)?.content.kind).toBe("image");
});

test.each([
  ["by number", { from: "97235550100@s.whatsapp.net", recipient: "97235550100@s.whatsapp.net" }],
  ["by hidden id", { from: "900000000000001:3@lid", recipient: "900000000000001@lid" }],
  ["by a hidden id not known yet", { from: "77777777@lid", sender_pn: "97235550100@s.whatsapp.net" }],
  [
    "to a hidden id not known yet",
    { from: "97235550100@s.whatsapp.net", recipient: "77777@lid", recipient_pn: "97235550100@s.whatsapp.net" },
  ],
])("the owner's notes to himself made him a customer (%s)", (_how, addresses) => {
  const envelope = { id: "3A01", t: "1700000000", ...addresses };
  expect(read({ conversation: "לקנות שמפו" }, envelope)).toBeNull();
  expect(unreadableIncoming(envelope, self, nowMs)).toBeNull();
});

test("without a known hidden id of our own, other people's are theirs", () => {
  const message = readIncoming(dana, { conversation: "שלום" }, { phone: null, lid: null }, nowMs);
  expect(message).toMatchObject({ fromMe: false, chat: { address: { kind: "lid", value: "123456" } } });
});

const withheld = (type: string, more: string[] = []) => ({
  tag: "message",
  attrs: dana,
  content: [{ tag: "unavailable", attrs: { type } }, ...more.map((tag) => ({ tag, attrs: {} }))],
});
test.each(["view_once", "view_once_unavailable_fanout"])("a view-once picture vanished (%s)", (type) => {
  expect(viewOnceIncoming(withheld(type), self, nowMs)).toMatchObject({
    providerId: "3A01",
    content: { kind: "view_once" },
    sentAt: "2023-11-14T22:13:20Z",
  });
});

test("what comes with its content, or is withheld for another reason, is no withheld view-once message", () => {
  expect(viewOnceIncoming(withheld("view_once", ["enc"]), self, nowMs)).toBeNull();
  expect(viewOnceIncoming(withheld("bot_unavailable_fanout"), self, nowMs)).toBeNull();
  expect(viewOnceIncoming({ tag: "message", attrs: dana }, self, nowMs)).toBeNull();
  const group = { ...withheld("view_once"), attrs: { id: "3A02", from: "120363001@g.us", participant: "123456@lid" } };
  expect(viewOnceIncoming(group, self, nowMs)).toBeNull();
});

const edit = (editedMessage: proto.IMessage) => read({ protocolMessage: { type: 14, key, editedMessage } })?.content;
test.each<[string, proto.IMessage, string]>([
  ["a picture's caption", { imageMessage: { caption: "חדש" } }, "חדש"],
  ["a file's caption", { documentWithCaptionMessage: { message: { documentMessage: { caption: "חדש" } } } }, "חדש"],
  ["a caption taken away", { videoMessage: {} }, ""],
])("an edit of %s is one", (_what, edited, text) => {
  expect(edit(edited)).toEqual({ kind: "edit", targetId: "3EB01", text });
});

test.each(["99999999999999999", "1700000000.0001", "Infinity", "-1", "x", ""])(
  "a receipt with the time %j ended the thread of all its sessions",
  (t) => {
    const node = { tag: "receipt", attrs: { id: "3EB01", from: dana.from, t } };
    const [receipt] = readReceipts(node, self, nowMs);
    const { epochMilliseconds } = Temporal.Instant.from(receipt!.at);
    expect([nowMs, 1_700_000_000_000]).toContain(epochMilliseconds);
  },
);
