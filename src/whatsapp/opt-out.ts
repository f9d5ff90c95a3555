import { and, eq, isNotNull, isNull, sql } from "drizzle-orm";
import { cancelQueued } from "../crm/conversations/cancel-queued.ts";
import { conversations, messages } from "../db/schema/message.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { holdChatsOf } from "./answer-due.ts";
import type { Chat } from "./chat.ts";
import { queueMessage } from "./queue-message.ts";
import { tellFailure, tellUnknown } from "./receipts.ts";
import { say } from "./say.he.ts";

// A message that is nothing but such a word; "ביטול" is not among them, it mostly means a meeting.
const outWords = new Set([
  "הסר",
  "הסירו",
  "הסרה",
  "להסרה",
  "להסיר",
  "נא להסיר",
  "תפסיקו לשלוח",
  "stop",
  "stop all",
  "stopall",
  "unsubscribe",
  "opt out",
  "стоп",
  "отписаться",
  "الغاء الاشتراك",
  "إلغاء الاشتراك",
]);
const inWords = new Set(["חזרה", "להצטרף", "הצטרפות", "להחזיר", "start", "unstop", "subscribe", "opt in"]);

const opening =
  "(?:(?:בבקשה|נא|אנא|היי|הי|שלום|תודה|אני|אנחנו|רוצה|רוצים|מבקש|מבקשת|מבקשים|אבקש|אפשר|ניתן|פשוט|please|hi) )*";
const closing = "(?: (?:בבקשה|תודה|רבה|כבר|מיד|מייד|מכם|שלכם|האלה|האלו|הללו|יותר|לגמרי|please|thanks|thank you))*";
const mail =
  "ה?(?:הודעות|פרסומות|פרסומים|ספאם|דיוור|דיוורים|מסרונים|סמסים)(?: ה?(?:שיווקיות|פרסומיות|פרסומת)| בוואטסאפ| בווטסאפ)?";
const mailingList =
  "מ(?:כל )?ה?(?:רשימ(?:ת|ות) ה?(?:תפוצה|דיוור|דיוורים|הודעות|פרסום|פרסומות)|תפוצה|דיוור|דיוורים|פרסומות|הודעות)";

/** The same wish in a sentence, and nothing beside it: what is taken off, stopped or not wanted has to be said. */
const outSentences = [
  `(?:הסר|הסיר[וי]|ש?תסיר[וי]?|להסיר) (?:אותי|אותנו|את ה?מספר שלי|את המספר הזה)(?: ${mailingList})?`,
  `(?:הוריד[וי]|ש?תוריד[וי]?|להוריד|הוציאו|ש?תוציא[וי]?|להוציא|מחקו|ש?תמחק[וי]?|למחוק) אותי ${mailingList}`,
  `(?:הסרה|להסרה|להסיר|הסר|הסירו|בקשה להסרה) ${mailingList}`,
  `(?:ש?תפסיק[וי]?|הפסיקו|הפסק|להפסיק)(?: כבר| בבקשה)? (?:לשלוח|לכתוב) (?:(?:לי|לנו|אליי|אלי)|(?:(?:לי|לנו|אליי|אלי) )?(?:את )?${mail})`,
  `(?:די|מספיק|ש?תפסיק[וי]?|הפסיקו)(?: כבר)? עם ${mail}`,
  `(?:ש?לא לשלוח|(?:אל|שלא) (?:תשלח[וי]?|תכתב[וי]|תכתוב))(?: לי| לנו| אליי| אלי)?(?: (?:יותר|עוד))? ${mail}`,
  "(?:ש?לא לשלוח|(?:אל|שלא) (?:תשלח[וי]?|תכתב[וי]|תכתוב))(?: לי| לנו| אליי| אלי)? יותר(?: כלום| שום דבר)?",
  `לא (?:מעוניי?נ(?:ת|ים)|מעוניין|מעונין|רוצה|רוצים)(?: יותר)? (?:(?:לקבל|בקבלת|שתשלחו לי|שישלחו לי)(?: (?:מכם|יותר|עוד))* )?${mail}`,
  `לא (?:מעוניי?נ(?:ת|ים)|מעוניין|מעונין)(?: יותר)? ב${mail}`,
  "stop (?:sending|texting|messaging)(?: me)?(?: (?:any|more))*(?: messages)?",
  "(?:stop|unsubscribe me|(?:take|remove) me(?: (?:off|from) (?:this|the|your)(?: mailing)? list)?)",
].map((core) => new RegExp(`^${opening}${core}${closing}$`));

/** Longer messages say more than that. */
const wishLettersMax = 120;

/** Whether a message is a wish not to be written to, or the end of such a wish. Pure. */
export function readOptWord(text: string): "out" | "in" | null {
  if (text.length > wishLettersMax) return null;
  const words = text
    .toLowerCase()
    .replace(/[.,!?;:'"׳״()־-]+|\p{Extended_Pictographic}|\ufe0f|[\u200b-\u200f]/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  if (outWords.has(words) || outSentences.some((sentence) => sentence.test(words))) return "out";
  return inWords.has(words) ? "in" : null;
}

/**
 * Honours a wish not to be written to, for good: one confirmation, then nothing goes out by itself until the customer
 * takes it back. True = the message was such a word, and that was its answer.
 */
export async function heedOptWord(
  ctx: Ctx,
  chat: Chat,
  { id, body, now }: { id: string; body: string; now: Temporal.Instant },
): Promise<boolean> {
  const word = readOptWord(body);
  if (word === null) return false;
  await holdChatsOf(ctx, chat);
  const { optedOutAt, customerId, channel, lastInboundAt } = conversations;
  const changed = await ctx.tx
    .update(conversations)
    // The customer has just written: noted before the answer is queued, which only goes to who has.
    .set({ optedOutAt: word === "out" ? now : null, lastInboundAt: sql`coalesce(${lastInboundAt}, ${now.toString()})` })
    .where(
      and(
        eq(conversations.businessId, ctx.businessId),
        eq(customerId, chat.customerId),
        eq(channel, "whatsapp"),
        word === "out" ? isNull(optedOutAt) : isNotNull(optedOutAt),
      ),
    )
    .returning({ id: conversations.id });
  if (changed.length === 0 && word === "in") return false; // nothing to take back: a message like any other
  await ctx.tx
    .update(messages)
    .set({ awaits: false, handled: word === "out" ? "opted_out" : "opted_in" })
    .where(and(eq(messages.businessId, ctx.businessId), eq(messages.id, id)));
  if (changed.length === 0) return true;
  if (word === "out") await dropQueued(ctx, chat);
  await queueMessage(ctx, {
    conversationId: chat.conversationId,
    purpose: "notice",
    content: { kind: "text", text: word === "out" ? say.optedOut : say.optedIn },
    at: now,
    dedupe: `opt:${id}`,
    despiteOptOut: true,
  });
  return true;
}

/** The same of words that a message was given later: somebody corrected a slip. */
export async function heedEditedOptWord(
  ctx: Ctx,
  chat: Chat,
  { targetId, text, now }: { targetId: string; text: string; now: Temporal.Instant },
): Promise<void> {
  if (readOptWord(text) === null) return;
  const { id, businessId, customerId, providerId } = messages;
  const [message] = await ctx.tx
    .select({ id })
    .from(messages)
    .where(and(eq(businessId, ctx.businessId), eq(customerId, chat.customerId), eq(providerId, targetId)));
  if (message !== undefined) await heedOptWord(ctx, chat, { id: message.id, body: text, now });
}

/**
 * What waits for this customer, in whatever chat, is barred like what would be queued now; staff hears of its own words, and
 * that they may be out where their sending is under way.
 */
async function dropQueued(ctx: Ctx, { customerId }: Chat): Promise<void> {
  const dropped = await cancelQueued(ctx, eq(messages.customerId, customerId), "opted_out");
  for (const { id, purpose, state } of dropped) {
    if (purpose !== "staff") continue;
    await (state === "sending" ? tellUnknown(ctx, id) : tellFailure(ctx, id, "opted_out"));
  }
}
