import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { eq } from "drizzle-orm";
import { whatsappSessions } from "../db/schema/whatsapp.ts";
import { say } from "./say.he.ts";
import { outcomeOf, viewSession, wishLogout, wishOff, wishPairingCode } from "./session-wishes.ts";
import { dana, WhatsAppRoom } from "./testing/whatsapp-room.ts";

setDefaultTimeout(60_000);

const rooms: WhatsAppRoom[] = [];
afterEach(async () => {
  for (const room of rooms.splice(0).reverse()) await room.close();
});

async function open(beside?: WhatsAppRoom): Promise<WhatsAppRoom> {
  const room = await WhatsAppRoom.open(beside === undefined ? {} : { beside });
  rooms.push(room);
  return room;
}

const statusOf = async (room: WhatsAppRoom) => (await room.inTenant(viewSession)).status;
const stateIs = (room: WhatsAppRoom, state: string) =>
  room.passes(state, async () => (await statusOf(room)).state === state);

test("the QR, the pairing code and the state are there for whoever asks, in whatever process", async () => {
  const room = await open();
  await stateIs(room, "needs_link");
  expect((await statusOf(room)).qr?.text).toBe("scripted-qr");
  const id = await room.inTenant((ctx) => wishPairingCode(ctx, "+97235550100"));
  await room.passes("the command", () => room.inTenant((ctx) => outcomeOf(ctx, id)));
  room.link();
  await stateIs(room, "open");
  expect(await statusOf(room)).toMatchObject({ connected: true, canSend: true, me: { phone: "+97235550100" } });
  const late = await room.inTenant((ctx) => wishPairingCode(ctx, "+97235550100"));
  await room.passes("its refusal", async () =>
    room
      .inTenant((ctx) => outcomeOf(ctx, late))
      .then(
        () => false,
        (error: { code: string }) => error.code === "unavailable",
      ),
  );
});

test("a logout on the phone is told once, with the sentence that says what to do", async () => {
  const room = await open();
  room.link();
  await stateIs(room, "open");
  room.channel.ends("logged_out", "logged_out");
  await room.passes("the alert", async () => (await room.bell("whatsapp_down")).length === 1);
  room.channel.ends("logged_out", "device_removed");
  room.channel.set({ lastSeen: room.clock.instant().toString() });
  await room.passes("time", () => room.clock.nowMs() > 120_000, 1_000);
  const alerts = await room.bell("whatsapp_down");
  expect(alerts.map(({ title }) => title)).toEqual([say.down]);
  expect(say.down).toBe("חיבור הוואטסאפ של העסק נותק. התחבר מחדש מלשונית הוואטסאפ.");
});

test("a short loss tells nobody; one that lasts is one alert, also when it comes and goes; the next day's is another", async () => {
  const room = await open();
  room.link();
  await stateIs(room, "open");
  room.channel.drops("connection_lost", 1);
  await stateIs(room, "waiting");
  room.channel.opens();
  await stateIs(room, "open");
  expect(await room.bell("whatsapp_down")).toEqual([]);
  for (let again = 0; again < 3; again++) {
    room.channel.drops("http_503", 4);
    await room.passes("the alert", async () => (await room.bell("whatsapp_down")).length > 0);
    await stateIs(room, "waiting");
    room.channel.opens();
    await stateIs(room, "open");
    await room.passes("a minute", () => room.clock.nowMs() > (again + 1) * 100_000, 1_000);
  }
  expect(await room.bell("whatsapp_down")).toHaveLength(1);
  const later = room.clock.nowMs() + 15 * 60_000;
  await room.passes("a quarter of an hour", () => room.clock.nowMs() > later, 4_000);
  room.channel.drops("http_503", 4);
  await room.passes("the second alert", async () => (await room.bell("whatsapp_down")).length === 2);
});

test("who asked to be off or to unlink is not alarmed by it", async () => {
  const room = await open();
  room.link();
  await stateIs(room, "open");
  const id = await room.inTenant(async (ctx) => {
    const command = await wishLogout(ctx);
    return command;
  });
  await room.passes("the logout", () => room.inTenant((ctx) => outcomeOf(ctx, id)));
  await room.inTenant(wishOff);
  await room.passes("gone", async () => {
    const [row] = await room.inTenant((ctx) =>
      ctx.tx.select().from(whatsappSessions).where(eq(whatsappSessions.businessId, ctx.businessId)),
    );
    return row?.owner === null;
  });
  expect(await room.bell("whatsapp_down")).toEqual([]);
});

test("a process that stops for its next start alarms nobody: the link comes back with it", async () => {
  const room = await open();
  room.link();
  await stateIs(room, "open");
  await room.whatsapp.stop();
  expect((await statusOf(room)).state).toBe("off");
  expect(await room.bell("whatsapp_down")).toEqual([]);
});

test("after an unlinking that somebody asked for, the next start misses no login", async () => {
  const first = await open();
  first.link();
  await stateIs(first, "open");
  const id = await first.inTenant(wishLogout);
  await first.passes("the logout", () => first.inTenant((ctx) => outcomeOf(ctx, id)));
  await first.whatsapp.stop();
  first.provider.holdsLogin = () => false;
  const second = await open(first);
  await first.passes("the QR", async () => (await statusOf(second)).state === "needs_link", 1_000);
  expect(await first.bell("whatsapp_down")).toEqual([]);
});

test("of two processes one holds the session; when it ends the other takes over and sends what waits, once", async () => {
  const first = await open();
  first.link();
  await stateIs(first, "open");
  const second = await open(first);
  expect(
    [first.whatsapp.sending(first.business.businessId), second.whatsapp.sending(first.business.businessId)].map(
      (facts) => facts !== null,
    ),
  ).toEqual([true, false]);
  second.model.will("מהשני");
  first.model.will("מהראשון");
  await first.whatsapp.stop();
  await first.passes("the other", () => second.whatsapp.sending(first.business.businessId) !== null, 1_000);
  await first.channel.arrives(dana, "יש מישהו?");
  await first.passes("the answer", () => first.shown.length === 1);
  expect(first.shown).toEqual(["מהשני"]);
});

test("a login that lies in no running process is an alarm, never a silent new link", async () => {
  const first = await open();
  first.link();
  await stateIs(first, "open");
  await first.whatsapp.stop();
  first.provider.holdsLogin = () => false;
  const second = await open(first);
  await first.passes("the alarm", async () => (await statusOf(second)).state === "login_unreadable", 1_000);
  expect(second.whatsapp.sending(first.business.businessId)).toBeNull();
  expect(await first.bell("whatsapp_down")).toHaveLength(1);
});
