import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { newId } from "../../base/ids.ts";
import { until } from "../../e2e/testing/until.ts";
import { stanza } from "../../sim/whatsapp/nodes.ts";
import type { Address } from "../provider.ts";
import { openLogin } from "./login-file.ts";
import { type LinkRoom, openLinkRoom, type Shop } from "./testing/link-room.ts";

setDefaultTimeout(60_000);

let room: LinkRoom;
beforeAll(() => {
  room = openLinkRoom();
  dana(); // whoever runs first, she is on WhatsApp
});
afterAll(() => room.close());

let revision = 2_000_000_000; // of clients, each newer than whatever a test before has brought
const dana = () => room.whatsapp.person("972501112233", "דנה");
const danaHidden = (): Address => ({ kind: "lid", value: dana().lid });
const danaNumber: Address = { kind: "phone", value: "+972501112233" };
const reopens = async (shop: Shop) => {
  room.clock.leap(70_000); // over the longest wait
  await until("open again", () => shop.channel.status().canSend && shop.account.isOpen);
};

describe("linking", () => {
  test("by QR: shown, scanned, restarted at once, open", async () => {
    const shop = await room.openShop();
    expect(shop.host.states).toEqual(["starting", "needs_link", "linking", "connecting", "open"]);
    expect(shop.channel.status()).toMatchObject({ failures: 0, reason: null, qr: null });
    expect(shop.channel.status().me).toMatchObject({ phone: `+${shop.account.number}` });
    const dir = join(room.storageDir, "whatsapp", `business_${shop.id}`, "auth");
    expect(readdirSync(dir)).toContain("auth.sqlite");
  });

  test("by a code that is typed on the handset", async () => {
    const shop = room.enter();
    shop.channel.connect();
    await shop.gets("needs_link");
    expect(shop.channel.requestPairingCode("not a number")).rejects.toMatchObject({ code: "invalid" });
    const { code } = await shop.channel.requestPairingCode(`+${shop.account.number}`);
    expect(shop.channel.status().pairing?.code).toBe(code);
    room.whatsapp.typeCode(shop.account, code);
    await shop.gets("open");
    expect(shop.channel.requestPairingCode(`+${shop.account.number}`)).rejects.toMatchObject({ code: "unavailable" });
  });

  test("a login outlives the process", async () => {
    const shop = await room.openShop();
    expect(room.provider().holdsLogin(shop.id)).toBe(true);
    expect(room.provider().holdsLogin(newId())).toBe(false);
    await shop.channel.disconnect();
    room.secondProcess();
    expect(room.provider().holdsLogin(shop.id)).toBe(true);
    const again = room.enter(shop.id, shop.account);
    again.channel.connect();
    await again.gets("open");
    expect(again.host.states).not.toContain("needs_link");
  });

  test("a login in use by another process is not used; it waits for it", async () => {
    const shop = await room.openShop();
    room.secondProcess();
    const other = room.enter(shop.id, shop.account);
    other.channel.connect();
    expect(await other.gets("waiting")).toMatchObject({ reason: "login_in_use", recovers: true });
    expect(shop.channel.status().state).toBe("open");
    await shop.channel.disconnect();
    await reopens(other);
  });
});

describe("messages in", () => {
  test("from a hidden id with its number, by number, and from a hidden id whose number was learnt", async () => {
    const shop = await room.openShop();
    await dana().write(shop.account, "א");
    dana().habits.addressedBy = "lid_only";
    await dana().write(shop.account, "ב");
    dana().habits.addressedBy = "phone";
    await dana().write(shop.account, "ג");
    dana().habits.addressedBy = "lid";
    await until("three", () => shop.host.messages.length === 3);
    const [first, second, third] = shop.host.messages;
    expect(first).toMatchObject({ chat: { address: danaHidden() }, alternatives: [danaNumber], pushName: "דנה" });
    expect(second).toMatchObject({ chat: { address: danaHidden() }, alternatives: [danaNumber] });
    expect(third).toMatchObject({ chat: { address: danaNumber }, alternatives: [danaHidden()] });
  });

  test("what waited while we were away comes once, marked, in order, and is taken off the queue", async () => {
    const shop = await room.openShop();
    await shop.channel.disconnect();
    for (let n = 1; n <= 50; n++) await dana().write(shop.account, `הודעה ${n}`);
    shop.channel.connect();
    await until("all of them", () => shop.host.messages.length >= 50);
    expect(shop.host.texts).toEqual(Array.from({ length: 50 }, (_, index) => `הודעה ${index + 1}`));
    expect(shop.host.messages.every(({ offline }) => offline)).toBe(true);
    await until("an empty queue", () => shop.account.connected?.waiting.size === 0);
    await dana().write(shop.account, "חיה");
    await until("the live one", () => shop.host.texts.at(-1) === "חיה");
    expect(shop.host.messages.at(-1)?.offline).toBe(false);
  });

  test("groups, status and channels are ignored, and the next message is fine", async () => {
    const shop = await room.openShop();
    const participant = `${dana().lid}@lid`;
    for (const from of ["120363001@g.us", "status@broadcast", "120363002@newsletter"])
      room.whatsapp.push(
        shop.account,
        stanza("message", { from, participant, id: newId(), type: "text", t: 1_700_000_000 }, [
          stanza("plaintext", {}, Buffer.from([0x0a, 0x01, 0x41])),
        ]),
      );
    await dana().write(shop.account, "שלום");
    await until("the message", () => shop.host.texts.includes("שלום"));
    expect(shop.host.texts).toEqual(["שלום"]);
  });

  test("nasty content: stored as it is, nothing breaks", async () => {
    const shop = await room.openShop();
    const long = "א".repeat(70_000);
    await dana().write(shop.account, long);
    await dana().write(shop.account, "nul\u0000and \ud800 alone");
    await dana().write(shop.account, { protocolMessage: { type: 5 } }); // history sync, forged
    await dana().write(shop.account, { protocolMessage: { type: 6, appStateSyncKeyShare: { keys: [] } } });
    await dana().write(shop.account, {
      protocolMessage: { type: 0, key: { id: "3EB0FF", remoteJid: "x@s.whatsapp.net" } },
    });
    await dana().write(shop.account, { pollCreationMessage: { name: "מתי?" } });
    await dana().write(shop.account, { locationMessage: { degreesLatitude: Number.NaN, degreesLongitude: 1 } });
    await dana().write(shop.account, "תקין");
    await until("the last", () => shop.host.texts.at(-1) === "תקין");
    expect(shop.host.texts[0]).toBe(long);
    const kinds = shop.host.messages.map(({ content }) => content.kind as string);
    expect(kinds).toEqual(["text", "text", "delete", "unknown", "unknown", "text"]);
  });

  test("garbage is shown as unreadable, and filled when the phone sends it again", async () => {
    const shop = await room.openShop();
    await dana().write(shop.account, "קודם");
    await until("a session", () => shop.host.messages.length === 1);
    const id = await dana().writeRaw(shop.account, { type: "msg", body: randomBytes(80) });
    await until("unreadable", () => shop.host.messages.some((message) => message.providerId === id));
    expect(shop.host.messages.at(-1)?.content).toEqual({ kind: "unreadable" });
    await dana().write(shop.account, "התוכן", { id });
    await until("filled", () => shop.host.texts.at(-1) === "התוכן");
    expect(shop.host.messages.at(-1)?.providerId).toBe(id);
  });

  test("every kind that people send is told apart", async () => {
    const shop = await room.openShop();
    const media = room.whatsapp.media.store("image", Buffer.from("jpg"));
    const kinds: [string, Parameters<ReturnType<typeof dana>["write"]>[1]][] = [
      ["voice", { audioMessage: { ...room.whatsapp.media.store("audio", Buffer.from("ogg")), ptt: true, seconds: 3 } }],
      ["image", { imageMessage: { ...media, caption: "תמונה", mimetype: "image/jpeg" } }],
      ["image", { viewOnceMessageV2: { message: { imageMessage: { ...media, mimetype: "image/jpeg" } } } }],
      ["document", { documentWithCaptionMessage: { message: { documentMessage: { ...media, fileName: "a.pdf" } } } }],
      ["location", { locationMessage: { degreesLatitude: 32.1, degreesLongitude: 34.8, name: "תל אביב" } }],
      [
        "contact",
        { contactMessage: { displayName: "אבי", vcard: "BEGIN:VCARD\nTEL;waid=972501:+972 50-1\nEND:VCARD" } },
      ],
      ["reaction", { reactionMessage: { key: { id: "3EB01" }, text: "👍" } }],
      ["text", { ephemeralMessage: { message: { extendedTextMessage: { text: "נעלם" } } } }],
      ["text", { buttonsResponseMessage: { selectedButtonId: "1", selectedDisplayText: "כן" } }],
      ["edit", { protocolMessage: { type: 14, key: { id: "3A1" }, editedMessage: { conversation: "תיקון" } } }],
      ["delete", { protocolMessage: { type: 0, key: { id: "3A1" } } }],
    ];
    for (const [, content] of kinds) await dana().write(shop.account, content);
    await until("all of them", () => shop.host.messages.length === kinds.length);
    expect(shop.host.messages.map(({ content }) => content.kind as string)).toEqual(kinds.map(([kind]) => kind));
    expect(shop.host.messages[5]?.content).toEqual({
      kind: "contact",
      contacts: [{ name: "אבי", phones: ["+972 50-1"] }],
    });
  });

  test("what staff type on the business's own handset comes as theirs", async () => {
    const shop = await room.openShop();
    await shop.account.writeOnHandset(dana(), "אני מטפלת בזה", 1_700_000_000);
    await until("the message", () => shop.host.messages.length === 1);
    expect(shop.host.messages[0]).toMatchObject({
      fromMe: true,
      chat: { address: danaHidden() },
      content: { kind: "text", text: "אני מטפלת בזה" },
      sentAt: "2023-11-14T22:13:20Z",
    });
  });
});

describe("messages out", () => {
  test("to a number and to a hidden id, with receipts", async () => {
    const shop = await room.openShop();
    dana().habits.reads = true;
    expect(await shop.send(danaNumber, "למספר")).toMatchObject({ kind: "accepted" });
    expect(await shop.send(danaHidden(), "לנסתר")).toMatchObject({ kind: "accepted" });
    await until("both read", () => shop.host.receipts.filter(({ state }) => state === "read").length === 2);
    dana().habits.reads = false;
    expect(dana().textsFrom(shop.account)).toEqual(["למספר", "לנסתר"]);
    expect(shop.account.onHandset).toHaveLength(2); // the owner's own phone shows them too
  });

  test.each([
    ["theirs", false],
    ["ours", true],
  ])("an answer shows the message above it that it answers: %s", async (_whose, fromMe) => {
    const shop = await room.openShop();
    const providerId = fromMe ? "3EB0AA" : await dana().write(shop.account, "כמה עולה?");
    const result = await shop.channel.send({
      id: newId(),
      to: danaHidden(),
      content: { kind: "text", text: "80 שקלים" },
      quoted: { providerId, fromMe, text: "כמה עולה?" },
    });
    expect(result).toMatchObject({ kind: "accepted" });
    const shown = dana().received.at(-1)?.message.extendedTextMessage;
    expect(shown?.text).toBe("80 שקלים");
    expect(shown?.contextInfo).toMatchObject({ stanzaId: providerId, quotedMessage: { conversation: "כמה עולה?" } });
  });

  test("a person who is erased leaves no key, number or id in the login, open or not, and can write again", async () => {
    const shop = await room.openShop();
    await dana().write(shop.account, "שלום");
    await shop.send(danaNumber, "היי");
    const keys = () => {
      const dir = join(room.storageDir, "whatsapp", `business_${shop.id}`);
      const db = openLogin(dir);
      const rows = db
        .query<{ id: string; v: string }, []>("select id, v from kv where t not in ('creds', 'inbox')")
        .all();
      db.close();
      return rows.filter(({ id, v }) => [id, v].join().includes(dana().number) || [id, v].join().includes(dana().lid));
    };
    await shop.channel.disconnect();
    expect(keys().length).toBeGreaterThan(0);
    shop.channel.connect();
    await until("open", () => shop.channel.status().canSend);
    await room.provider().forget(shop.id, [danaNumber]);
    await shop.channel.disconnect();
    expect(keys()).toEqual([]);
    shop.channel.connect();
    await until("open again", () => shop.channel.status().canSend && shop.account.isOpen);
    await dana().write(shop.account, "חזרתי");
    await until("the message", () => shop.host.texts.includes("חזרתי"));
    await shop.channel.disconnect();
    await room.provider().forget(shop.id, [danaNumber]);
    expect(keys()).toEqual([]);
  });

  test("somebody who is not on WhatsApp is refused for good; a silent directory is not", async () => {
    const shop = await room.openShop();
    const nobody: Address = { kind: "phone", value: "+972500000009" };
    expect(await shop.send(nobody, "שלום")).toEqual({ kind: "refused", final: true, code: "not_on_whatsapp" });
    expect(shop.account.handed).toHaveLength(0);
  });

  test("WhatsApp's refusals have codes of their own", async () => {
    const shop = await room.openShop();
    shop.account.faults.messages = [{ error: 463 }, { error: 479 }, { error: 500 }];
    expect(await shop.send(danaHidden(), "א")).toEqual({ kind: "refused", final: true, code: "reach_out_lock" });
    expect(await shop.send(danaHidden(), "ב")).toEqual({ kind: "refused", final: false, code: "stale_devices" });
    expect(await shop.send(danaHidden(), "ג")).toEqual({ kind: "refused", final: false, code: "ack_500" });
  });

  test("without an acknowledgement nothing more is sent; after a new connection the same id is shown once", async () => {
    const shop = await room.openShop();
    shop.account.faults.messages = ["ack_lost"];
    const id = newId();
    const lost = shop.send(danaHidden(), "פעם אחת", id);
    await until("the message", () => shop.account.handed.length === 1);
    room.clock.leap(31_000);
    expect(await lost).toEqual({ kind: "unknown", repeatable: true, code: "ack_timeout" });
    expect(shop.channel.status()).toMatchObject({ canSend: false });
    await until("a new connection", () => shop.channel.status().canSend);
    expect(await shop.send(danaHidden(), "פעם אחת", id)).toMatchObject({ kind: "accepted" });
    expect(shop.account.handed.map((handed) => handed.id)).toEqual(
      Array(2).fill(room.provider().networkId(id)) as string[],
    );
    expect(dana().textsFrom(shop.account)).toEqual(["פעם אחת"]);
  });

  test("a socket that dies with a message under way says unknown at once", async () => {
    const shop = await room.openShop();
    shop.account.faults.messages = ["reset_after"];
    const id = newId();
    expect(await shop.send(danaHidden(), "ניתוק", id)).toEqual({
      ...{ kind: "unknown", repeatable: true, code: "connection_lost" },
    });
    expect(await shop.send(danaHidden(), "עוד")).toMatchObject({ kind: "refused", code: "not_connected" });
    await reopens(shop);
    expect(await shop.send(danaHidden(), "ניתוק", id)).toMatchObject({ kind: "accepted" });
    expect(dana().textsFrom(shop.account)).toEqual(["ניתוק"]);
  });

  test("a phone that could not read gets the same message from the host, after a restart too", async () => {
    const shop = await room.openShop();
    const id = newId();
    await shop.send(danaHidden(), "תור מחר", id);
    await shop.channel.disconnect();
    shop.channel.connect();
    await until("open", () => shop.account.isOpen);
    const providerId = room.provider().networkId(id) ?? "";
    shop.host.ours.set(providerId, { kind: "text", text: "תור מחר" });
    dana().askAgain(shop.account, providerId);
    await until("sent again", () => dana().received.find((one) => one.id === providerId)?.times === 2);
    expect(dana().textsFrom(shop.account)).toEqual(["תור מחר"]);
  });

  test("a file goes up and arrives as it was", async () => {
    const shop = await room.openShop();
    const file = join(room.storageDir, "a.pdf");
    await Bun.write(file, "%PDF-1.7 תוכן");
    const content = {
      kind: "document",
      file,
      mimeType: "application/pdf",
      fileName: "a.pdf",
      caption: "הצעה",
      url: null,
    };
    const result = await shop.channel.send({
      id: newId(),
      to: danaHidden(),
      content: content as never,
      quoted: null,
    });
    expect(result).toMatchObject({ kind: "accepted" });
    const message = dana().received.at(-1)?.message;
    const document = message?.documentWithCaptionMessage?.message?.documentMessage ?? message?.documentMessage;
    expect(Buffer.from(room.whatsapp.media.open("document", document!)).toString()).toBe("%PDF-1.7 תוכן");
  });

  test("typing and reading are told", async () => {
    const shop = await room.openShop();
    const id = await dana().write(shop.account, "שלום");
    await until("it", () => shop.host.messages.length === 1);
    shop.channel.typing(danaHidden(), true);
    shop.channel.markRead(danaHidden(), [id]);
    await until(
      "both",
      () => shop.account.signs.includes(`read ${id}`) && shop.account.signs.some((one) => /^composing/.test(one)),
    );
  });
});

describe("a connection that ends", () => {
  const rows: [name: string, cause: (shop: Shop) => void, reason: string, state: Parameters<Shop["gets"]>[0]][] = [
    ["stream error 503", ({ account }) => account.endStreams(503), "service_unavailable", "waiting"],
    ["cut without a goodbye", ({ account }) => account.resetLinks(), "connection_closed", "waiting"],
    ["used elsewhere", ({ account }) => account.endStreams(440), "used_elsewhere", "waiting"],
    ["unlinked on the handset", ({ account }) => account.unlink(account.connected!), "logged_out", "logged_out"],
    ["login refused with 403", (shop) => refuse(shop, 403), "account_locked", "banned"],
    ["login refused with 406", (shop) => refuse(shop, 406), "banned", "banned"],
    ["login refused with 405", (shop) => refuse(shop, 405), "client_too_old", "outdated"],
    ["login refused with 411", (shop) => refuse(shop, 411), "multi_device_off", "misconfigured"],
  ];
  const refuse = (shop: Shop, reason: number, attributes?: Record<string, string>) => {
    shop.account.faults.failLogin = { reason, ...(attributes === undefined ? {} : { attributes }) };
    shop.account.resetLinks();
    void shop.gets("waiting").then(() => room.clock.leap(6_000));
  };

  for (const [name, cause, reason, state] of rows)
    test(`${name}: ${state}`, async () => {
      const shop = await room.openShop();
      const { connections } = room.whatsapp;
      cause(shop);
      const status = await until(reason, () => {
        const seen = shop.channel.status();
        return seen.state === state && seen.reason === reason ? seen : null;
      });
      expect(status).toMatchObject({ connected: false, canSend: false, recovers: state === "waiting" });
      if (state === "waiting") {
        shop.account.faults.failLogin = null;
        return reopens(shop);
      }
      const tries = room.whatsapp.connections;
      room.clock.leap(10 * 60_000);
      expect(shop.channel.status().state).toBe(state);
      expect(room.whatsapp.connections).toBe(tries);
      expect(tries - connections).toBeLessThan(3);
    });

  test("a client that is too old asks once for the newer version, comes back with it, links new numbers with it, and keeps it over a restart", async () => {
    const [one, other] = [await room.openShop(), await room.openShop()];
    const asked = room.web.asked;
    room.whatsapp.oldestClient = ++revision;
    room.web.newest = [2, 3000, revision];
    for (const shop of [one, other]) {
      shop.account.resetLinks();
      await shop.gets("waiting");
    }
    room.clock.leap(6_000);
    await until("both with the newer one", () => [one, other].every(({ channel }) => channel.status().canSend));
    expect(one.host.states).not.toContain("outdated");
    expect(room.web.asked).toBe(asked + 1);
    await room.openShop();
    room.web.newest = null;
    await one.channel.disconnect();
    room.secondProcess(); // it knows the version that worked without asking
    const again = room.enter(one.id, one.account);
    again.channel.connect();
    await again.gets("open");
    [room.whatsapp.oldestClient, room.web.newest] = [0, null];
  });

  test("a client for which there is no newer version says so, once, and a person may try again", async () => {
    const shop = await room.openShop();
    room.whatsapp.oldestClient = ++revision;
    shop.account.resetLinks();
    void shop.gets("waiting").then(() => room.clock.leap(6_000));
    expect(await shop.gets("outdated")).toMatchObject({ reason: "client_too_old", recovers: false });
    room.web.newest = [2, 3000, revision];
    shop.channel.connect();
    await until("open", () => shop.channel.status().canSend);
    [room.whatsapp.oldestClient, room.web.newest] = [0, null];
  });

  test("a ban for a while says until when", async () => {
    const shop = await room.openShop();
    refuse(shop, 402, { code: "101", expire: "3600" });
    const { retryAt } = await shop.gets("banned");
    const inMs = Temporal.Instant.from(retryAt!).epochMilliseconds - room.clock.instant().epochMilliseconds;
    expect(Math.abs(inMs - 3_600_000)).toBeLessThan(60_000);
  });

  test("used elsewhere twice: a person decides who keeps the login", async () => {
    const shop = await room.openShop();
    shop.account.endStreams(440);
    await shop.gets("waiting");
    await reopens(shop);
    shop.account.endStreams(440);
    expect(await shop.gets("replaced")).toMatchObject({ reason: "used_elsewhere", recovers: false });
  });

  test("after the handset unlinked us the login is put aside, and connecting shows a QR code", async () => {
    const shop = await room.openShop();
    shop.account.unlink(shop.account.connected!);
    await shop.gets("logged_out");
    expect(existsSync(join(room.storageDir, "whatsapp", `business_${shop.id}`, "auth"))).toBe(false);
    await room.link(shop);
    expect(await shop.send(danaNumber, "שוב")).toMatchObject({ kind: "accepted" });
  });

  test("logging out tells WhatsApp", async () => {
    const shop = await room.openShop();
    await shop.channel.logout();
    expect(shop.account.unlinked).toMatchObject([{ by: "device" }]);
    expect(shop.channel.status()).toMatchObject({ state: "off", me: null });
  });

  test("connecting in the middle of a logout waits for its end, and begins a new link", async () => {
    const shop = await room.openShop();
    const leaving = shop.channel.logout();
    shop.channel.connect();
    await leaving;
    await room.link(shop);
    expect(shop.account.devices.size).toBe(1);
  });

  test("a refused upgrade is told by its status and tried again", async () => {
    const shop = await room.openShop();
    room.whatsapp.refuseUpgrade = 503;
    shop.account.resetLinks();
    await shop.gets("waiting");
    room.clock.leap(6_000);
    await until("the reason", () => shop.channel.status().reason === "http_503");
    expect(shop.channel.status()).toMatchObject({ failures: 2, recovers: true });
    room.whatsapp.refuseUpgrade = null;
    await reopens(shop);
  });

  test("after a network cut the first one back brings the others, which would have waited on", async () => {
    const [early, late] = [await room.openShop(), await room.openShop()];
    room.whatsapp.refuseUpgrade = 503;
    late.account.resetLinks();
    await late.gets("waiting");
    room.clock.leap(6_000);
    await until("its second failure", () => late.channel.status().failures === 2); // 15 s to wait
    early.account.resetLinks();
    await early.gets("waiting");
    room.whatsapp.refuseUpgrade = null;
    room.clock.leap(6_000);
    await until("both", () => early.channel.status().canSend && late.channel.status().canSend);
  });

  test("failures are forgotten only after a minute of being open", async () => {
    const shop = await room.openShop();
    shop.account.resetLinks();
    await shop.gets("waiting");
    await reopens(shop);
    expect(shop.channel.status().failures).toBe(1);
    room.clock.leap(61_000);
    expect(shop.channel.status().failures).toBe(0);
  });

  test("nobody scans: no loop; connecting again shows new codes", async () => {
    const shop = room.enter();
    shop.channel.connect();
    await shop.gets("needs_link");
    room.whatsapp.endCandidates(408);
    await until("no code on show", () => shop.channel.status().qr === null);
    expect(room.provider().holdsLogin(shop.id)).toBe(false);
    expect(shop.channel.status()).toMatchObject({ state: "needs_link", reason: "not_scanned", recovers: false });
    await room.link(shop);
  });
});
