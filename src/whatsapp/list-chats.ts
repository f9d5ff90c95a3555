import { and, desc, eq, gt, isNotNull, type SQL, sql } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import type { CustomerId } from "../base/ids.ts";
import { mediaOfMessage, quoted, quotedByMessage } from "../crm/conversations/message-joins.ts";
import { foundBy, readSearch } from "../crm/search/found-by.ts";
import { isBehind, writePageKey } from "../db/page-key.ts";
import { customerIdentities, customers } from "../db/schema/customer.ts";
import { conversations, messages } from "../db/schema/message.ts";
import { messageMedia } from "../db/schema/message-media.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { auditListening } from "../tenants/listening.ts";

export interface ChatQuery {
  limit: number;
  cursor?: string | undefined;
  /** Beginnings of words of the customer's name or notes, digits of the number, or words of a recent message. */
  q?: string | undefined;
  /** Only those with messages that nobody has looked at. */
  unread?: boolean | undefined;
  /** Only those with this person. */
  customerId?: string | undefined;
}

// Texts are searched among so many newest messages of the business; people are found however long ago they wrote.
const textsSearched = 5_000;
// The words that were found are shown from so many newest messages of the chat, with so many characters before them.
const textsShown = 500;
const charsBefore = 24;

// A removed message keeps its place; its words are the customer's to take back.
const last = sql`(select case when m.deleted_at is null then m.body end from ${messages} m where m.business_id = ${conversations.businessId}
  and m.conversation_id = ${conversations.id} order by m.created_at desc, m.id desc limit 1)`;
const lastState = sql`(select m.state from ${messages} m where m.business_id = ${conversations.businessId}
  and m.conversation_id = ${conversations.id} order by m.created_at desc, m.id desc limit 1)`;

/** The customer's number, also where the chat goes by a hidden id; the chat's own first. */
const phone = sql<string | null>`(select i.value from ${customerIdentities} i
  where i.business_id = ${conversations.businessId} and i.customer_id = ${conversations.customerId} and i.kind = 'phone'
  order by i.id = ${conversations.identityId} desc, i.created_at limit 1)`;

function selectChats(ctx: Ctx, q?: string) {
  const { id, customerId, lastMessageAt, lastInboundAt, unread, silentUntil, silentBy, silentByName, optedOutAt } =
    conversations;
  return ctx.tx
    .select({
      ...{ id, customerId, lastMessageAt, lastInboundAt, unread, silentUntil, silentBy, silentByName, optedOutAt },
      customerName: customers.name,
      phone,
      lastText: sql<string | null>`left(${last}, 200)`,
      lastState: sql<string | null>`${lastState}`,
      foundText: q === undefined ? sql<null>`null::text` : foundText(q),
    })
    .from(conversations)
    .innerJoin(customers, and(eq(customers.businessId, conversations.businessId), eq(customers.id, customerId)));
}

const isWhatsApp = (ctx: Ctx): SQL =>
  sql`${conversations.businessId} = ${ctx.businessId} and ${conversations.channel} = 'whatsapp'`;

/** Chats, the one that was written in last first. @throws AppError "invalid" for a cursor that is none. */
export async function listChats(ctx: Ctx, query: ChatQuery) {
  const rows = await selectChats(ctx, query.q)
    .where(
      and(
        isWhatsApp(ctx),
        isNotNull(conversations.lastMessageAt),
        query.unread === true ? gt(conversations.unread, 0) : undefined,
        query.customerId === undefined ? undefined : eq(conversations.customerId, query.customerId as CustomerId),
        query.q === undefined ? undefined : matches(ctx, query.q),
        isBehind(query.cursor, conversations.lastMessageAt, conversations.id),
      ),
    )
    .orderBy(desc(conversations.lastMessageAt), desc(conversations.id))
    .limit(query.limit + 1);
  const items = rows.slice(0, query.limit);
  const end = items.at(-1);
  return {
    items,
    next: rows.length > query.limit && end?.lastMessageAt ? writePageKey(end.lastMessageAt, end.id) : null,
  };
}

/** @throws AppError "not_found". */
export async function readChat(ctx: Ctx, id: string) {
  const [row] = await selectChats(ctx).where(and(isWhatsApp(ctx), eq(conversations.id, id)));
  if (row === undefined) throw new AppError("not_found", "no such conversation");
  return row;
}

function matches(ctx: Ctx, q: string): SQL | undefined {
  const search = readSearch(q);
  if (search === null) return undefined;
  const inTexts = sql`${conversations.id} in (select recent.conversation_id from (
      select m.conversation_id, m.body from ${messages} m where m.business_id = ${ctx.businessId} and m.deleted_at is null
      order by m.created_at desc limit ${textsSearched}) recent where recent.body ilike ${patternOf(q)})`;
  return sql`(${foundBy(ctx, conversations.customerId, search)} or ${inTexts})`;
}

const patternOf = (q: string): string => `%${q.trim().replace(/[\\%_]/g, "\\$&")}%`;

/** The newest message with these words, from shortly before them; null where the chat was found by its customer alone. */
function foundText(q: string): SQL<string | null> {
  const start = sql`greatest(1, strpos(lower(recent.body), lower(${q.trim()})) - ${charsBefore}::int)`;
  return sql`(select case when ${start} > 1 then '…' else '' end || substr(recent.body, ${start}, 200) from (
      select m.body, m.created_at, m.id from ${messages} m where m.business_id = ${conversations.businessId}
        and m.conversation_id = ${conversations.id} and m.deleted_at is null
      order by m.created_at desc, m.id desc limit ${textsShown}) recent
    where recent.body ilike ${patternOf(q)} order by recent.created_at desc, recent.id desc limit 1)`;
}

/** Messages of a chat, newest first. @throws AppError "not_found" for a foreign chat, "invalid" for a cursor that is none. */
export async function listMessages(ctx: Ctx, chatId: string, query: { limit: number; cursor?: string | undefined }) {
  await readChat(ctx, chatId);
  const rows = await ctx.tx
    .select({ message: messages, media: messageMedia, quoted })
    .from(messages)
    .leftJoin(messageMedia, mediaOfMessage)
    .leftJoin(quoted, quotedByMessage)
    .where(
      and(
        eq(messages.businessId, ctx.businessId),
        eq(messages.conversationId, chatId),
        isBehind(query.cursor, messages.createdAt, messages.id),
      ),
    )
    .orderBy(desc(messages.createdAt), desc(messages.id))
    .limit(query.limit + 1);
  const items = rows.slice(0, query.limit);
  const end = items.at(-1)?.message;
  return { items, next: rows.length > query.limit && end ? writePageKey(end.createdAt, end.id) : null };
}

/**
 * A stored file of a message, for whoever asks to have it; a voice is written down like a recording's.
 * @throws AppError "not_found" when it is not here (any more).
 */
export async function openMedia(ctx: Ctx, mediaId: string) {
  const [media] = await ctx.tx
    .select()
    .from(messageMedia)
    .where(and(eq(messageMedia.businessId, ctx.businessId), eq(messageMedia.id, mediaId)));
  if (media?.file == null) throw new AppError("not_found", "no such file");
  if (media.mimeType?.startsWith("audio/"))
    await auditListening(ctx, { action: "message.play", subject: `message:${media.messageId}` });
  return { ...media, file: media.file };
}
