import { and, count, eq, gt, like, sql } from "drizzle-orm";
import { completeTask } from "../crm/tasks/change-task.ts";
import { createTask } from "../crm/tasks/create-task.ts";
import { messages } from "../db/schema/message.ts";
import { tasks } from "../db/schema/task.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { WaitingChat } from "./answer-rows.ts";
import type { Chat } from "./chat.ts";
import { say } from "./say.he.ts";

/** A person has to answer. One open task per chat and day. */
export async function askPerson(ctx: Ctx, chat: WaitingChat, why: "late" | "unanswered", day: string): Promise<void> {
  const key = `whatsapp_${why}:${chat.conversationId}:${day}`;
  const isDone = and(eq(tasks.businessId, ctx.businessId), like(tasks.sourceKey, `${key}%`), eq(tasks.status, "done"));
  const [done] = await ctx.tx.select({ count: count() }).from(tasks).where(isDone);
  await createTask(ctx, {
    title: why === "late" ? say.lateTask : say.unansweredTask,
    detail: chat.burst.map(({ text }) => text).join("\n"),
    customerId: chat.customerId,
    urgency: "urgent",
    sourceKey: done?.count ? `${key}:${done.count}` : key,
  });
}

/**
 * A person has answered in a chat: tasks that asked for it are done. `saidAt` may be long ago; with something newer from
 * the customer they stay.
 */
export async function personAnswered(
  ctx: Ctx,
  { conversationId, customerId }: Pick<Chat, "conversationId" | "customerId">,
  { saidAt, now }: { saidAt: Temporal.Instant; now: Temporal.Instant },
): Promise<void> {
  const newer = ctx.tx
    .select({ one: sql`1` })
    .from(messages)
    .where(
      and(
        eq(messages.businessId, ctx.businessId),
        eq(messages.conversationId, conversationId),
        eq(messages.author, "customer"),
        gt(messages.sentAt, saidAt),
      ),
    );
  const asked = await ctx.tx
    .select({ id: tasks.id })
    .from(tasks)
    .where(
      and(
        eq(tasks.businessId, ctx.businessId),
        eq(tasks.customerId, customerId),
        eq(tasks.status, "open"),
        like(tasks.sourceKey, `whatsapp\\_%:${conversationId}:%`),
        sql`not exists ${newer}`,
      ),
    );
  for (const { id } of asked) await completeTask(ctx, id, now);
}
