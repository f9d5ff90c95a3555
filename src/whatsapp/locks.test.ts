import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { sql } from "drizzle-orm";
import { bookByStaff } from "../calendar/by-staff.ts";
import { cancelAndTell } from "../calendar/change-by-staff.ts";
import { createRestCalendars } from "../calendar/rest.ts";
import { identifyCustomer } from "../crm/customers/identify.ts";
import { mergeCustomers } from "../crm/customers/merge.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { createCustomerNews, remindCustomer } from "./tell-customer.ts";
import { scriptedMessage } from "./testing/scripted-provider.ts";
import { dana, WhatsAppRoom } from "./testing/whatsapp-room.ts";

setDefaultTimeout(60_000);

const rooms: WhatsAppRoom[] = [];
afterEach(async () => {
  for (const room of rooms.splice(0)) await room.close();
});

/** Until another transaction waits for a row, or so many do. */
async function somebodyWaits({ tx }: Ctx, many = 1): Promise<void> {
  for (let waiting = 0; waiting < many; ) {
    const [row] = await tx.execute<{ waiting: number }>(
      sql`select count(distinct pid)::int as waiting from pg_locks where not granted`,
    );
    waiting = row!.waiting;
  }
}

async function open(hasModel: boolean) {
  const room = await WhatsAppRoom.open({ hasModel });
  rooms.push(room);
  room.link();
  return room;
}

test("deadlock: staff cancelled a meeting while its customer opted out, and each waited for the other's row", async () => {
  const room = await open(false);
  room.channel.set({ canSend: false });
  await room.channel.arrives(dana, "שלום");
  const { customerId } = (await room.conversations())[0]!;
  const now = room.clock.instant();
  const startsAt = now.add({ hours: 30 });
  const deps = { clock: room.clock, defaultProvider: "baileys", windowMs: { baileys: null, twilio: null } } as const;
  const booking = { customerId, startsAt, now, restCalendars: createRestCalendars() };
  const { id: meetingId } = await room.inTenant((ctx) => bookByStaff(ctx, booking));
  const reminder = { ...{ reminderId: meetingId, customerId, meetingId, startsAt }, goodUntil: startsAt };
  await room.inTenant((ctx) => remindCustomer(deps, ctx, { ...reminder, kind: "send", zone: "", topic: null }));
  const { tell, preview } = createCustomerNews(deps);
  let optsOut: Promise<unknown> = Promise.resolve();
  const { customerTold } = await room.inTenant((ctx) => {
    const news = {
      preview,
      async tell(...told: Parameters<typeof tell>) {
        optsOut = room.channel.host.received(scriptedMessage(dana, "הסר"));
        await somebodyWaits(ctx);
        return tell(...told);
      },
    };
    return cancelAndTell(ctx, news, meetingId, now);
  });
  expect(customerTold).toBe("told");
  await optsOut;
  const ours = (await room.messages()).filter(({ author }) => author === "assistant");
  expect(ours.map(({ purpose, reason }) => [purpose, reason])).toEqual([
    ["reminder", "meeting_cancelled"],
    ["confirmation", "opted_out"],
    ["notice", null],
  ]);
});

test("deadlock: who had two chats asked in each at once, by correcting a word, for no more messages", async () => {
  const room = await open(false);
  room.channel.set({ canSend: false });
  const chats = [dana, { kind: "lid", value: "55501" }] as const;
  const slips: string[] = [];
  for (const from of chats) slips.push(await room.channel.arrives(from, "הסרר"));
  await room.channel.host.samePerson([...chats]);
  const corrects = (nth: 0 | 1) => {
    const correction = { kind: "edit", targetId: slips[nth]!, text: "הסר" } as const;
    return room.channel.host.received(scriptedMessage(chats[nth], correction));
  };
  const both: Promise<unknown>[] = [];
  await room.inTenant(async (ctx) => {
    await ctx.tx.execute(sql`select from conversations order by id limit 1 for no key update`);
    for (const nth of [0, 1] as const) {
      both.push(corrects(nth));
      await somebodyWaits(ctx, nth + 1);
    }
  });
  await Promise.all(both);
  expect((await room.messages()).map(({ handled }) => handled)).toEqual(["opted_out", "opted_out", null]);
});

test("what a customer corrected at the moment when it was put aside stood in the task as it was before", async () => {
  const room = await open(true);
  const targetId = await room.channel.arrives(dana, "אפשר בשש?");
  const within = room.db.within.bind(room.db);
  let isPlanned = false;
  Object.defineProperty(room, "isSpent", { get: () => (isPlanned = true) });
  let corrects: Promise<unknown> | null = null;
  room.db.within = async (deadlineMs, work) => {
    if (isPlanned && corrects === null) {
      corrects = Promise.resolve(); // its own work is not waited for
      await room.channel.arrives(dana, { kind: "edit", targetId, text: "אפשר בשבע?" });
    }
    return within(deadlineMs, work);
  };
  await room.passes("the task", async () => (await room.tasks()).length > 0);
  expect((await room.tasks()).map(({ detail }) => detail)).toEqual(["אפשר בשבע?"]);
});

test("what a customer wrote at the moment when they were merged was kept as a message that nobody can read", async () => {
  const room = await open(false);
  await room.channel.arrives(dana, "שלום");
  const { customerId: mergedId } = (await room.conversations())[0]!;
  const known = { kind: "phone", value: "+972501234567" } as const;
  const { customerId: keptId } = await room.inTenant((ctx) => identifyCustomer(ctx, known, "call"));
  let writes: Promise<unknown> = Promise.resolve();
  await room.inTenant(async (ctx) => {
    await mergeCustomers(ctx, { keptId, mergedId, proof: "אותו אדם" });
    writes = room.channel.host.received(scriptedMessage(dana, "אפשר מחר?"));
    await somebodyWaits(ctx);
  });
  await writes;
  const kept = (await room.messages()).filter(({ author }) => author === "customer");
  expect(kept.map(({ body, customerId }) => [body, customerId])).toEqual([
    ["שלום", keptId],
    ["אפשר מחר?", keptId],
  ]);
});
