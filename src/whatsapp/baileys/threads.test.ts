import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { until } from "../../e2e/testing/until.ts";
import type { Address } from "../provider.ts";
import { type LinkRoom, openLinkRoom } from "./testing/link-room.ts";

setDefaultTimeout(90_000);

const entry = new URL("./testing/unruly.worker.ts", import.meta.url);

// F33: whatever a thread does, other businesses' threads go on, and its own come back by themselves.
describe("a thread that fails takes nobody with it", () => {
  let room: LinkRoom;
  beforeAll(() => {
    room = openLinkRoom({ threads: 2, entry });
  });
  afterAll(() => room.close());

  for (const word of ["throw", "reject", "exit", "spin"])
    test(`one that does "${word}"`, async () => {
      const [unlucky, neighbour] = [await room.openShop(), await room.openShop()];
      const dana = room.whatsapp.person("972501112233");
      const to: Address = { kind: "lid", value: dana.lid };
      const { connections } = room.whatsapp;
      const lost = unlucky.send(to, word);
      // The heartbeat asks every five seconds; three without an answer and the thread is ended. What the neighbour sends
      // meanwhile shows that its own heart beats.
      for (let beats = 0; word === "spin" && beats < 3; beats++) {
        room.clock.leap(5_000);
        expect(await neighbour.send(to, `פעימה ${beats}`)).toMatchObject({ kind: "accepted" });
      }
      expect(await lost).toMatchObject({ kind: "unknown", repeatable: true });
      expect(await neighbour.send(to, `ליד ${word}`)).toMatchObject({ kind: "accepted" });
      await unlucky.gets("waiting");
      room.clock.leap(6_000);
      await until("back", () => unlucky.channel.status().canSend);
      expect(room.whatsapp.connections).toBe(connections + 1); // the neighbour has stayed where it was
      expect(unlucky.channel.status().state).toBe("open");
      await dana.write(unlucky.account, `אחרי ${word}`);
      await until("the message", () => unlucky.host.texts.includes(`אחרי ${word}`));
      await unlucky.channel.disconnect();
      await neighbour.channel.disconnect();
    });
});

test("a thread that has grown is replaced when nothing is being sent, and its sessions come back at once", async () => {
  const room = openLinkRoom({ threads: 1, entry });
  try {
    const shop = await room.openShop();
    const to: Address = { kind: "lid", value: room.whatsapp.person("972501112233").lid };
    expect(await shop.send(to, "grow")).toMatchObject({ kind: "accepted" });
    room.clock.leap(5_000);
    await until("the new thread", () => shop.host.statuses.some(({ reason }) => reason === "thread_replaced"));
    await until("open again", () => shop.channel.status().canSend);
    expect(shop.channel.status().failures).toBe(0);
  } finally {
    await room.close();
  }
});

test.each([
  ["stuck", ["stuck", "thread_replaced"]],
  ["silent", ["silent"]],
])("open but deaf (%s): the connection is made anew, and the thread when it happens again", async (word, reasons) => {
  const room = openLinkRoom({ threads: 1, entry });
  try {
    const shop = await room.openShop();
    const dana = room.whatsapp.person("972501112233");
    const seen = () =>
      shop.host.statuses
        .map(({ reason }) => reason)
        .filter((reason, n, all) => reason !== null && reason !== all[n - 1]);
    expect(await shop.send({ kind: "lid", value: dana.lid }, word)).toMatchObject({ kind: "accepted" });
    const before = seen().length;
    for (const reason of reasons) {
      room.clock.leap(5_000); // a heartbeat
      await until(reason, () => seen().slice(before).includes(reason));
      await until("open again", () => shop.channel.status().canSend && shop.account.isOpen);
    }
    expect(seen().slice(before)).toEqual(reasons);
    expect(shop.channel.status().failures).toBe(0);
    await dana.write(shop.account, "שומעים?");
    await until("the message", () => shop.host.texts.includes("שומעים?"));
  } finally {
    await room.close();
  }
});

test("more businesses than threads share them, and each keeps its own messages", async () => {
  const room = openLinkRoom({ threads: 2 });
  try {
    const shops = [await room.openShop(), await room.openShop(), await room.openShop(), await room.openShop()];
    const dana = room.whatsapp.person("972501112233");
    await Promise.all(shops.map((shop, index) => dana.write(shop.account, `לעסק ${index}`)));
    await until("one each", () => shops.every(({ host }) => host.messages.length === 1));
    expect(shops.map(({ host }) => host.texts)).toEqual(shops.map((_, index) => [`לעסק ${index}`]));
    const identities = shops.map(({ channel }) => channel.status().me?.phone);
    expect(new Set(identities).size).toBe(4);
  } finally {
    await room.close();
  }
});
