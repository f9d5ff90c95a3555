import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { until } from "../../e2e/testing/until.ts";
import { stanza } from "../../sim/whatsapp/nodes.ts";
import { type LinkRoom, openLinkRoom } from "./testing/link-room.ts";

setDefaultTimeout(60_000);

// Stanzas that the library says nothing of, or that are not what they should be.
let room: LinkRoom;
beforeAll(() => {
  room = openLinkRoom();
});
afterAll(() => room.close());

const dana = () => room.whatsapp.person("972501112233", "דנה");

test("a view-once picture that only the handset got comes as such", async () => {
  const shop = await room.openShop();
  const attributes = { from: `${dana().lid}@lid`, type: "media", t: 1_700_000_000 };
  for (const type of ["view_once", "view_once_unavailable_fanout"])
    room.whatsapp.push(shop.account, stanza("message", { ...attributes, id: type }, [stanza("unavailable", { type })]));
  await dana().write(shop.account, "ראיתם?");
  await until("the words", () => shop.host.texts.includes("ראיתם?"));
  expect(shop.host.texts).toEqual(["(view_once)", "(view_once)", "ראיתם?"]);
});

test("a receipt with a time that is none ends nothing", async () => {
  const shop = await room.openShop();
  const from = `${dana().lid}@lid`;
  room.whatsapp.push(shop.account, stanza("receipt", { from, id: "3EB0AA", t: "99999999999999999" }));
  await until("the receipt", () => shop.host.receipts.some(({ providerId }) => providerId === "3EB0AA"));
  expect(shop.channel.status()).toMatchObject({ state: "open", reason: null });
});
