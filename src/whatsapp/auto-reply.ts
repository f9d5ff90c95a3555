import { sql } from "drizzle-orm";
import { messages } from "../db/schema/message.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { Chat } from "./chat.ts";
import type { StoredContent } from "./content.ts";

/** Who wrote on the business's own phone, as `messages.authorName` has it: a person, or the app by itself. */
export type HandsetWriter = "handset" | "auto_reply";

/** Of `messages`: what the phone sent by itself. */
export const isAutoReply = sql`${messages.authorName} is not distinct from ${"auto_reply" satisfies HandsetWriter}`;

// Known automatic words are looked for among so many newest messages of the business.
const textsSearched = 5_000;

/**
 * Tells the greeting and the away message of the WhatsApp Business app from the owner's own words: nothing in the protocol
 * marks them. Nobody sees a first message, opens it, and writes this much within `limits.waAutoReplyMs`; in a chat that was
 * quiet before, so that an answer to something earlier that merely crossed it stays the owner's. Words that were automatic
 * in two chats are so again, however late the phone sent them; in one, they may have been a quick reply at hand.
 */
export async function handsetWriter(
  ctx: Ctx,
  { conversationId }: Chat,
  { kind, body }: StoredContent,
  sentAt: Temporal.Instant,
): Promise<HandsetWriter> {
  if (kind !== "text" || body.length < limits.waAutoReplyChars) return "handset";
  const at = sql`${sentAt.toString()}::timestamptz`;
  const ms = (figure: number) => sql`${figure} * interval '1 ms'`;
  const inChat = sql`m.business_id = ${ctx.businessId} and m.conversation_id = ${conversationId}`;
  const [row] = await ctx.tx.execute<{ quick: boolean; known: boolean }>(sql`select
    exists(select from ${messages} m where ${inChat} and m.author = 'customer'
      and m.sent_at between ${at} - ${ms(limits.waAutoReplyMs)} and ${at}
      and not exists(select from ${messages} b where b.business_id = m.business_id and b.conversation_id = m.conversation_id
        and b.id <> m.id and coalesce(b.sent_at, b.created_at) >= m.sent_at - ${ms(limits.waQuietChatMs)}
        and coalesce(b.sent_at, b.created_at) < m.sent_at)) as quick,
    (select count(distinct recent.conversation_id) > 1 from (select m.body, m.author_name, m.conversation_id from ${messages} m
      where m.business_id = ${ctx.businessId} order by m.created_at desc limit ${textsSearched}) recent
      where recent.author_name = 'auto_reply' and recent.body = ${body}) as known`);
  return row?.quick || row?.known ? "auto_reply" : "handset";
}
