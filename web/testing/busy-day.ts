import { sql } from "drizzle-orm";
import { type CustomerId, newId } from "../../src/base/ids.ts";
import { appendMessage } from "../../src/crm/conversations/append-message.ts";
import { openConversation } from "../../src/crm/conversations/open-conversation.ts";
import { identifyCustomer } from "../../src/crm/customers/identify.ts";
import { saveLead } from "../../src/crm/leads/save-lead.ts";
import { addNote } from "../../src/crm/notes/add-note.ts";
import { createTask } from "../../src/crm/tasks/create-task.ts";
import { calls } from "../../src/db/schema/call.ts";
import { withTenant } from "../../src/db/tenant.ts";
import { notify } from "../../src/notify/create.ts";
import type { Ctx } from "../../src/tenants/ctx.ts";
import type { Office } from "./office.ts";

/** Names that a layout must survive: long, in both directions, with pictures and markup in them. */
export const hardNames = [
  `א${"רוך מאוד ".repeat(33)}`,
  "X".repeat(300),
  'שלום <b onmouseover=alert(1)>עולם</b> & "co"',
  "Dana דנה (052-431-0022) 😀👩‍👩‍👧",
  "\u202eהפוך\u202c",
] as const;

const names = [
  ...["דנה לוי", "יוסי אברהמי", "מיכל פרידמן", "אחמד חטיב", "רונית בן דוד", "Alex Romanov", "עידן כהן", "שירה מזרחי"],
  ...["תומר גולן", "נטע אורן", "איתי שלום", "הדר ביטון"],
];
const statuses = ["new", "contacted", "meeting", "won", "lost"];

/** Fills an office with a day's work: customers from phone and WhatsApp, words, tasks, notes, things behind the bell. */
export async function fillOffice(office: Office, extraNames: readonly string[] = []): Promise<string[]> {
  const { db } = office.stage;
  const { businessId } = office;
  const ids: string[] = [];
  for (const [index, name] of [...names, ...extraNames].entries())
    await withTenant(db, businessId, async (tx) => {
      const ctx: Ctx = { businessId, actor: { kind: "assistant" }, tx };
      ids.push(await addCustomer(ctx, name, index));
    });
  return ids;
}

const minutesAgo = (minutes: number): Temporal.Instant => Temporal.Now.instant().subtract({ minutes });

async function addCustomer(ctx: Ctx, name: string, index: number): Promise<string> {
  const phone = `+97252${String(4_310_022 + index * 731)}`;
  const source = index % 3 === 1 ? "whatsapp" : "call";
  const identified = await identifyCustomer(ctx, { kind: "phone", value: phone }, source);
  const { customerId } = identified;
  await saveLead(ctx, { customerId, source, name: name.slice(0, 300) });
  const at = minutesAgo(12 + index * 47);
  if (source === "call") await addCall(ctx, customerId, phone, at, index);
  else await addChat(ctx, identified, at);
  if (index % 4 === 0)
    await createTask(ctx, {
      title: `לחזור אל ${name}`.slice(0, 200),
      detail: "ביקשה לדבר עם נציג על הדירה בביאליק, מעדיפה אחרי 16:00",
      customerId,
      urgency: index === 0 ? "urgent" : "normal",
      dueAt: Temporal.Now.instant().add({ minutes: index * 400 - 30 }),
    });
  if (index % 5 === 0)
    await addNote(ctx, { customerId, body: "גרה בצפון, מחפשת 4 חדרים עם חניה ומעלית. תקציב עד 2.8 מיליון." });
  if (index === 0)
    await notify(ctx, { kind: "hand_over", title: `${name} מבקשת לדבר עם נציג`, subject: `customer:${customerId}` });
  const status = sql`(select key from lead_statuses where business_id = ${ctx.businessId} order by position limit 1 offset ${index % statuses.length})`;
  await ctx.tx.execute(
    sql`update leads set status = ${status} where business_id = ${ctx.businessId} and customer_id = ${customerId}`,
  );
  return customerId;
}

async function addCall(
  ctx: Ctx,
  customerId: CustomerId,
  phone: string,
  at: Temporal.Instant,
  index: number,
): Promise<void> {
  await ctx.tx.insert(calls).values({
    id: newId(),
    businessId: ctx.businessId,
    callSid: `CA${String(index).padStart(32, "0")}` as never,
    fromPhone: phone as never,
    toPhone: "+97235550100" as never,
    customerId,
    status: "completed",
    startedAt: at,
    endedAt: at.add({ seconds: 95 }),
    durationMs: 95_000,
    endReason: "caller_hung_up",
    summary: "מתעניינת בדירת 4 חדרים ברמת גן. חניה היא תנאי. נקבעה פגישה למחר ב-16:30.",
    costAgorot: 84,
  });
}

async function addChat(
  ctx: Ctx,
  { customerId, identityId }: Awaited<ReturnType<typeof identifyCustomer>>,
  at: Temporal.Instant,
): Promise<void> {
  const conversationId = await openConversation(ctx, { customerId, channel: "whatsapp", identityId });
  const said = [
    ["customer", "היי, הדירה בפלורנטין עדיין פנויה?"],
    ["assistant", "שלום! כן, היא פנויה. מתי נוח לבוא לראות?"],
    ["customer", "מחר אחרי העבודה"],
  ] as const;
  for (const [index, [author, body]] of said.entries())
    await appendMessage(ctx, {
      ...{ conversationId, customerId, author, body, at: at.add({ seconds: index * 40 }) },
      providerId: `3EB0${customerId.slice(-12)}${index}`,
    });
  await ctx.tx.execute(sql`update conversations set last_inbound_at = last_message_at, unread = 1
    where business_id = ${ctx.businessId} and id = ${conversationId}`);
}
