import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { Hono } from "hono";
import type { ApiEnv } from "../api/env.ts";
import { member } from "../api/testing/door.ts";
import { systemClock } from "../base/clock.ts";
import { silentLog } from "../base/log.ts";
import { testBusiness } from "../calendar/testing/test-business.ts";
import { openConversation } from "../crm/conversations/open-conversation.ts";
import { identifyCustomer } from "../crm/customers/identify.ts";
import { withSystem } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { errorHandler } from "../http/errors.ts";
import { limits } from "../limits.ts";
import { createWhatsAppApi } from "./api.ts";
import { usedBytes } from "./file-quota.ts";
import { say } from "./say.he.ts";
import { dana, WhatsAppRoom, yossi } from "./testing/whatsapp-room.ts";

setDefaultTimeout(60_000);

// K13: a business's files have one bound together, also when many come in one instant and each alone would fit.
let db: TestDatabase;
const storageDir = mkdtempSync(join(tmpdir(), "file-quota-"));
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db.drop();
  rmSync(storageDir, { recursive: true, force: true });
});

const card = `BEGIN:VCARD\n${"x".repeat(988)}`; // 1,000 bytes of a kind that is taken
const leaveRoomFor = (database: TestDatabase, bytes: number) =>
  withSystem(database, (tx) =>
    tx.execute(sql`update message_media set bytes = ${limits.waMediaQuotaBytes - bytes} where state = 'stored'`),
  );

/** A business with some chats, and sending a file to one of them over HTTP. */
async function office(chats: number) {
  const business = await testBusiness(db);
  const ids = await business.run(async (ctx) => {
    const made: string[] = [];
    for (let n = 0; n < chats; n++) {
      const phone = { kind: "phone" as const, value: `+97250111${1_000 + n}` };
      const { customerId, identityId } = await identifyCustomer(ctx, phone, "whatsapp");
      const id = await openConversation(ctx, { customerId, channel: "whatsapp", identityId });
      await ctx.tx.execute(sql`update conversations set last_inbound_at = now() where id = ${id}`);
      made.push(id);
    }
    return made;
  });
  const app = new Hono<ApiEnv>();
  app.onError(errorHandler(silentLog));
  app.use(async (c, next) => {
    c.set("access", member(business.businessId));
    await next();
  });
  const desk = { sending: () => null, takenOver: () => {} };
  app.route("/", createWhatsAppApi({ db, clock: systemClock, storageDir, defaultProvider: "baileys", desk }));
  const ask = (chat: string, body: BodyInit) => {
    const address = `/api/whatsapp/send-media?conversationId=${chat}&name=card.vcf`;
    return app.request(address, { method: "POST", body, duplex: "half" } as RequestInit);
  };
  return { ...business, ids, ask, send: async (chat: string) => (await ask(chat, card)).status };
}

test("of files that are sent at once only as many are taken as fit together; the others leave nothing behind", async () => {
  const { businessId, run, ids, send } = await office(limits.uploadsPerBusinessMax + 1);
  expect(await send(ids.pop()!)).toBe(202);
  await leaveRoomFor(db, 3 * card.length);
  const answers = await Promise.all(ids.map(send));
  expect(answers.toSorted()).toEqual([202, 202, 202, 413, 413, 413]);
  expect(await run(usedBytes)).toBe(limits.waMediaQuotaBytes);
  expect(readdirSync(join(storageDir, "whatsapp", `business_${businessId}`, "media"))).toHaveLength(4);
});

/** A file that stops half-way until it is told to go on; `begun` resolves when it is being read. */
function slowFile() {
  const [begun, goesOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        begun.resolve();
        await goesOn.promise;
        controller.enqueue(new TextEncoder().encode(card));
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  return { body, begun: begun.promise, goOn: goesOn.resolve };
}

test("files that come slowly hold up their own business only, and no more of them lie in memory than may", async () => {
  const [busy, other] = [await office(1), await office(1)];
  const [chat, theirs] = [busy.ids[0]!, other.ids[0]!];
  const files = Array.from({ length: limits.uploadsPerBusinessMax }, slowFile);
  const answers = files.map(({ body }) => busy.ask(chat, body));
  await Promise.all(files.map(({ begun }) => begun));
  const held = await busy.ask(chat, card);
  expect([held.status, held.headers.get("retry-after")]).toEqual([429, "5"]);
  expect(await other.send(theirs)).toBe(202);
  for (const { goOn } of files) goOn();
  for (const answer of answers) expect((await answer).status).toBe(202);
  expect(await busy.send(chat)).toBe(202);
});

test("one business's full room is nobody else's", async () => {
  const [full, other] = [await office(1), await office(1)];
  expect(await full.send(full.ids[0]!)).toBe(202);
  await leaveRoomFor(db, 0);
  expect(await full.send(full.ids[0]!)).toBe(413);
  expect(await other.send(other.ids[0]!)).toBe(202);
});

/** A room whose customers send files, and what became of them: `stored`, or the reason. */
async function customersRoom() {
  const room = await WhatsAppRoom.open({ hasModel: false });
  room.link();
  room.channel.files.set("f", new TextEncoder().encode(card));
  const media = { ref: "f", mimeType: "text/vcard", bytes: null, fileName: "card.vcf", seconds: null };
  const outcomes = async () => {
    const rows = await room.inTenant(({ tx }) =>
      tx.execute<{ state: string; reason: string | null }>(
        sql`select state, reason from message_media order by created_at`,
      ),
    );
    return rows.map(({ state, reason }) => reason ?? state);
  };
  return {
    room,
    outcomes,
    sends: (from: typeof dana) => room.channel.arrives(from, { kind: "document", media, caption: "" }),
    settled: (files: number) =>
      room.passes("all settled", async () => {
        const found = await outcomes();
        return found.length === files && !found.includes("waiting");
      }),
  };
}

test("of two files that customers send at once one is kept, and the other's chat says why it is not", async () => {
  const { room, sends, settled, outcomes } = await customersRoom();
  try {
    await sends({ kind: "phone", value: "+972507778899" });
    await settled(1);
    await leaveRoomFor(room.db, 1.5 * card.length);
    const download = room.channel.download.bind(room.channel);
    const both = Promise.withResolvers<void>();
    let asked = 0;
    room.channel.download = async (...wanted) => {
      if (++asked === 2) both.resolve(); // each has been let in by now
      await both.promise;
      return download(...wanted);
    };
    await Promise.all([sends(dana), sends(yossi)]);
    await settled(3);
    expect((await outcomes()).toSorted()).toEqual(["over_quota", "stored", "stored"]);
    const folder = join(room.storageDir, "whatsapp", `business_${room.business.businessId}`, "media");
    expect(readdirSync(folder)).toHaveLength(2);
    const said = (await room.messages()).filter(({ body }) => body.includes(say.refusedFile.over_quota));
    expect(said).toHaveLength(1);
  } finally {
    await room.close();
  }
});

test("a customer who sends files without end fills a share of the room, and takes nobody else's", async () => {
  const { room, sends, settled, outcomes } = await customersRoom();
  try {
    await sends(dana);
    await settled(1);
    await room.inTenant(({ tx }) =>
      tx.execute(sql`update message_media set bytes = ${limits.waMediaShareBytes - card.length}`),
    );
    for (const [files, from] of [dana, dana, yossi].entries()) {
      await sends(from);
      await settled(files + 2);
    }
    expect(await outcomes()).toEqual(["stored", "stored", "over_share", "stored"]);
    const said = (await room.messages()).filter(({ body }) => body.includes(say.refusedFile.over_share));
    expect(said).toHaveLength(1);
  } finally {
    await room.close();
  }
});
