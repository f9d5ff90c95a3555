import { and, eq, sql } from "drizzle-orm";
import type { CustomerId } from "../base/ids.ts";
import { localTime } from "../base/local-time.ts";
import { openMeetings } from "../calendar/open-meetings.ts";
import { customers } from "../db/schema/customer.ts";
import { leads } from "../db/schema/lead.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { saySlot } from "./say.he.ts";

/** What is known of the customer at hand. */
export interface CustomerCard {
  name: string | null;
  leadStatus: string | null;
  /** Open meetings, next one first, spoken in Hebrew. */
  meetings: string[];
  /** Their starts, local wall time. */
  meetingStarts: string[];
}

export interface MemoryLine {
  /** Which conversation it belongs to: a call or a written one. */
  conversationId: string;
  channel: "call" | "whatsapp" | "chat";
  author: "customer" | "assistant" | "staff";
  text: string;
  at: Temporal.Instant;
}

/** What the assistant remembers of a customer (A3): the card and the last lines of all channels, oldest first. */
export interface CustomerMemory {
  card: CustomerCard;
  lines: MemoryLine[];
}

export async function loadMemory(
  ctx: Ctx,
  customerId: CustomerId,
  now: Temporal.ZonedDateTime,
): Promise<CustomerMemory> {
  const [card, lines] = await Promise.all([loadCustomerCard(ctx, customerId, now), loadLines(ctx, customerId)]);
  return { card, lines };
}

export async function loadCustomerCard(
  ctx: Ctx,
  customerId: CustomerId,
  now: Temporal.ZonedDateTime,
): Promise<CustomerCard> {
  const [rows, meetings] = await Promise.all([
    ctx.tx
      .select({ name: customers.name, leadName: leads.name, status: leads.status })
      .from(customers)
      .leftJoin(leads, and(eq(leads.businessId, customers.businessId), eq(leads.customerId, customers.id)))
      .where(and(eq(customers.businessId, ctx.businessId), eq(customers.id, customerId))),
    openMeetings(ctx, customerId, now.toInstant()),
  ]);
  const locals = meetings.map((meeting) => localTime(meeting.startsAt, now.timeZoneId));
  const [row] = rows;
  return {
    name: row?.name ?? row?.leadName ?? null,
    leadStatus: row?.status ?? null,
    meetings: locals.map((local) => saySlot(local, now.toPlainDate())),
    meetingStarts: locals,
  };
}

/** The last lines across the phone and writing, at full length. */
async function loadLines(ctx: Ctx, customerId: CustomerId): Promise<MemoryLine[]> {
  const mine = sql`business_id = ${ctx.businessId} and customer_id = ${customerId}`;
  const count = limits.memoryMessages;
  const rows = await ctx.tx.execute<Record<string, string>>(sql`
    select conversation, channel, author, text, at::text as at from (
      (select m.conversation_id as conversation, c.channel, m.author, m.body as text, m.created_at as at, m.id::text as tie
        from messages m join conversations c on c.business_id = m.business_id and c.id = m.conversation_id
        where m.business_id = ${ctx.businessId} and m.customer_id = ${customerId}
        order by m.created_at desc, m.id desc limit ${count})
      union all
      (select t.call_id, 'call', case t.role when 'caller' then 'customer' else 'assistant' end, t.text,
          c.started_at + t.start_ms * interval '1 millisecond', lpad(t.seq::text, 9, '0')
        from (select id, business_id, started_at from calls where ${mine} order by started_at desc limit ${count}) c
        join call_turns t on t.business_id = c.business_id and t.call_id = c.id
        order by 5 desc, 6 desc limit ${count})
    ) as lines order by lines.at desc, tie desc limit ${count}`);
  return rows.reverse().map((row) => ({
    conversationId: row.conversation as string,
    channel: row.channel as MemoryLine["channel"],
    author: row.author as MemoryLine["author"],
    text: row.text as string,
    at: Temporal.Instant.from(row.at as string),
  }));
}
