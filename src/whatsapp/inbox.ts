import type { Clock } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import { type BusinessId, newId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { maskPhone } from "../base/phone.ts";
import type { Random } from "../base/random.ts";
import { announce } from "../db/announce.ts";
import type { Database } from "../db/client.ts";
import { lostItsOwner, mayPass } from "../db/errors.ts";
import { usage } from "../db/schema/usage.ts";
import { withTenant } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { answerDue, holdChatsOf, restartAnswer } from "./answer-due.ts";
import { type Chat, chatOf } from "./chat.ts";
import { readContent, storableMessage } from "./content.ts";
import { settleByHandset, silenceByHandset } from "./handset.ts";
import { heedEditedOptWord, heedOptWord } from "./opt-out.ts";
import { personAnswered } from "./person-tasks.ts";
import type { IncomingMessage, ProviderKind } from "./provider.ts";
import { learnName } from "./recognise.ts";
import { changeMessage, noteArrival, type StoredMessage, storeMessage } from "./store-message.ts";

export interface InboxDeps {
  db: Database;
  clock: Clock;
  log: Log;
  random: Random;
  /** Told after the commit: a chat has something new or changed, to be answered at `dueAt` (null: not to be answered). */
  onStored(chat: { businessId: BusinessId; conversationId: string; dueAt: Temporal.Instant | null }): void;
}

/** What became of a message that came in. */
export type Received = "stored" | "repeat" | "changed" | "ignored";

/** Takes messages in, whichever provider brought them. */
export interface Inbox {
  /** Resolves when it is durable. Taking the same message again changes nothing. @throws what the database throws. */
  receive(businessId: BusinessId, message: IncomingMessage, by: ProviderKind): Promise<Received>;
}

export function createInbox(deps: InboxDeps): Inbox {
  return { receive: (businessId, message, by) => receive(deps, { businessId, by }, message) };
}

async function receive(
  deps: InboxDeps,
  { businessId, by }: { businessId: BusinessId; by: ProviderKind },
  given: IncomingMessage,
): Promise<Received> {
  const message = storableMessage(given);
  const { chat } = message;
  if (chat.kind !== "person") return "ignored"; // groups, status and channels are nobody's conversation with the business
  const now = deps.clock.instant();
  const inTenant = (what: PersonalMessage) =>
    withTenant(
      deps.db,
      businessId,
      async (tx) => {
        const ctx: Ctx = { businessId, actor: { kind: "system" }, tx };
        const stored = await store(deps, ctx, what, now);
        if (stored.outcome === "stored" && by === "twilio") await noteBilled(ctx, what.providerId);
        return stored;
      },
      { deadlineMs: limits.jobQueryMs },
    );
  const asItIs = () => inTenant({ ...message, chat });
  const again = (error: unknown) => {
    if (lostItsOwner(error)) return asItIs();
    throw error;
  };
  const result = await asItIs()
    .catch(again)
    .catch((error: unknown) => {
      if (mayPass(error)) throw error;
      // The same message would be refused for ever, and hold up what is behind it: it is shown as one we cannot read.
      const fields = { biz: businessId, message: message.providerId, error: describeError(error) };
      deps.log.error("WA-ERROR", "a message could not be stored as it is", fields);
      return inTenant({ ...message, chat, alternatives: [], content: { kind: "unknown", type: "unstorable" } });
    });
  if (result.outcome === "overtakes") deps.onStored({ businessId, ...result });
  if (result.outcome === "stored") {
    const { by, kind, body, dueAt, conversationId } = result;
    const fields = { biz: businessId, from: maskPhone(chat.address.value), message: message.providerId, by, kind };
    deps.log.info("WA-INCOMING", "message", fields);
    deps.log.debug("WA-INCOMING", "text", { ...fields, text: body });
    if (by !== "auto_reply") deps.onStored({ businessId, conversationId, dueAt }); // it overtakes no answer
  }
  return result.outcome === "overtakes" ? "changed" : result.outcome;
}

type Result =
  | { outcome: "repeat" | "changed" | "ignored" }
  /** Words that may not be answered yet, as they stood, have changed. */
  | { outcome: "overtakes"; conversationId: string; dueAt: Temporal.Instant | null }
  | ({ outcome: "stored"; conversationId: string; kind: string; body: string } & Pick<StoredMessage, "by"> & {
        dueAt: Temporal.Instant | null;
      });

type PersonalMessage = IncomingMessage & { chat: Extract<IncomingMessage["chat"], { kind: "person" }> };

async function store(deps: InboxDeps, ctx: Ctx, message: PersonalMessage, now: Temporal.Instant): Promise<Result> {
  const { alternatives, fromMe } = message;
  const read = readContent(message.content);
  const chat = await chatOf(ctx, { address: message.chat.address, alternatives, makesLead: !fromMe });
  if (read.kind === "change") {
    const overtakes = !fromMe && read.change.kind !== "reaction";
    if (overtakes) await holdChatsOf(ctx, chat); // not of this chat alone: the words may be a wish for all of them
    if (!(await changeMessage(ctx, chat, read.change, { fromMe, now }))) return { outcome: "ignored" };
    await tell(ctx, chat);
    if (!overtakes) return { outcome: "changed" };
    if (read.change.kind === "edit") await heedEditedOptWord(ctx, chat, { ...read.change, now });
    const { conversationId } = chat;
    return { outcome: "overtakes", conversationId, dueAt: await restartAnswer(ctx, chat, now, deps.random) };
  }
  const stored = await storeMessage(ctx, chat, message, read.stored, now);
  if (stored === null) return { outcome: "repeat" };
  if (!fromMe && message.pushName !== null) await learnName(ctx, chat.customerId, message.pushName);
  const isOptWord =
    !fromMe && read.stored.kind === "text" && (await heedOptWord(ctx, chat, { ...stored, ...read.stored, now }));
  if (stored.by === "handset") await silenceByHandset(ctx, chat, stored.sentAt, now);
  const dueAt = stored.awaits && !isOptWord ? await answerDue(ctx, chat, now, deps.random) : null;
  await noteArrival(ctx, chat, { ...stored, at: now, answerDueAt: dueAt });
  if (stored.by === "handset" || message.offline) await settleByHandset(ctx, chat);
  if (stored.by === "handset") await personAnswered(ctx, chat, { saidAt: stored.sentAt, now });
  await tell(ctx, chat);
  const { kind, body } = read.stored;
  return { outcome: "stored", conversationId: chat.conversationId, by: stored.by, kind, body, dueAt };
}

/** Twilio bills incoming messages too, one with several files (`SM…:1`, `SM…:2`) as one. */
async function noteBilled(ctx: Ctx, providerId: string): Promise<void> {
  const [sid] = providerId.split(":");
  await ctx.tx
    .insert(usage)
    .values({
      id: newId(),
      businessId: ctx.businessId,
      key: `received:${sid}`,
      kind: "message",
      model: "twilio-whatsapp",
    })
    .onConflictDoNothing();
}

const tell = (ctx: Ctx, { conversationId }: Chat) =>
  announce(ctx.tx, { businessId: ctx.businessId, type: "conversation", id: conversationId });
