import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { type CallId, type CallSid, newId } from "../base/ids.ts";
import { calls } from "../db/schema/call.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { appendMessage } from "./conversations/append-message.ts";
import { openConversation } from "./conversations/open-conversation.ts";
import { identifyCustomer } from "./customers/identify.ts";
import { saveLead } from "./leads/save-lead.ts";
import { type CrmRoom, crmRoom } from "./testing/crm-room.ts";

interface Found {
  customers: { id: string; name: string; phones: string[]; status: string }[];
  calls: { id: string; customerName: string | null; summary: string }[];
  conversations: { id: string; customerName: string; text: string | null }[];
}

let db: TestDatabase;
let room: CrmRoom;
beforeAll(async () => {
  db = await testDatabase();
}, 20_000);
beforeEach(async () => {
  room = await crmRoom(db);
  await fill(room.business);
});
afterAll(() => db.drop());

/** Dana, who called about parking and wrote about a price. */
const fill = (business: CrmRoom["business"]) =>
  business.run(async (ctx) => {
    const { customerId, identityId } = await identifyCustomer(ctx, { kind: "phone", value: "+972501234567" }, "call");
    await saveLead(ctx, { customerId, source: "call", name: "דנה כהן" });
    const at = Temporal.Now.instant();
    await ctx.tx.insert(calls).values({
      id: newId<CallId>(),
      businessId: ctx.businessId,
      callSid: `CA${newId().replaceAll("-", "")}` as CallSid,
      customerId,
      startedAt: at,
      summary: "שאלה אם יש חניה, 100% ליד הכניסה",
    });
    const conversationId = await openConversation(ctx, { customerId, channel: "whatsapp", identityId });
    await appendMessage(ctx, { conversationId, customerId, author: "customer", body: "כמה עולה תספורת?", at });
  });

const search = async (q: string, who = room.owner) =>
  (await room.json<Found>(who, `/api/search?q=${encodeURIComponent(q)}`)).body;
const counts = ({ customers, calls: found, conversations }: Found) => [
  customers.length,
  found.length,
  conversations.length,
];

test.each<[string, string, number[]]>([
  ["a name finds the person with calls and conversations", "דנה", [1, 1, 1]],
  ["digits do the same", "4567", [1, 1, 1]],
  ["a word of a summary finds the call", "חניה", [0, 1, 0]],
  ["a word of a message finds the conversation", "תספורת", [0, 0, 1]],
  ["a sign that SQL knows is a sign", "100%", [0, 1, 0]],
  ["a pattern is no pattern", "ח%זז", [0, 0, 0]],
  ["nothing of it", "גיטרה", [0, 0, 0]],
])("%s", async (_what, q, wanted) => {
  expect(counts(await search(q))).toEqual(wanted);
});

test("says enough to choose by", async () => {
  const found = await search("תספורת");
  expect(found.conversations[0]).toMatchObject({ customerName: "דנה כהן", text: "כמה עולה תספורת?" });
  expect((await search("דנה")).customers[0]).toMatchObject({ phones: ["+972501234567"], status: "new" });
});

test("finds nothing of another business", async () => {
  for (const q of ["דנה", "4567", "חניה", "תספורת"]) expect(counts(await search(q, room.stranger))).toEqual([0, 0, 0]);
});

test.each(["", "?q=", "?q=a", "?q=%00%00", `?q=${"a".repeat(101)}`, "?q=ab&limit=21"])(
  "%s is refused",
  async (query) => {
    expect((await room.ask(room.owner, `/api/search${query}`)).status).toBe(422);
  },
);
