import { and, count, eq, gt, like, sql } from "drizzle-orm";
import { z } from "zod";
import { isDialable } from "../../base/dialable.ts";
import { requireCustomer } from "../../crm/customers/read-customer.ts";
import { createTask } from "../../crm/tasks/create-task.ts";
import { notifications } from "../../db/schema/notification.ts";
import { limits } from "../../limits.ts";
import { notify } from "../../notify/create.ts";
import { sentences } from "../sentences.he.ts";
import { type Desk, defineTool } from "./tool.ts";

export const handOver = defineTool({
  name: "hand_over",
  description:
    "Hands the conversation to a person of the business, when the customer asks for one or you cannot help. Say one sentence about it; where nobody can be reached now, staff gets a task.",
  input: z.strictObject({ reason: z.string().trim().min(1).max(500) }),
  async run(desk, { reason }) {
    const { ctx, customerId, callId, conversationId, memory, transfer } = desk;
    const { name } = await requireCustomer(ctx, customerId);
    // A written conversation lasts for years: each day's wish for a person is a new one.
    const today = desk.now.toPlainDate().toString();
    await notify(ctx, {
      kind: "hand_over",
      title: name === null ? sentences.taskHandOver : sentences.handOverBy(name),
      body: reason,
      // Whoever is told comes to the thread with that customer, or to the call.
      subject: desk.channel === "call" ? `call:${conversationId}` : `customer:${customerId}:${today}`,
    });
    if (transfer !== null && (await mayTransfer(desk))) {
      memory.transferred = true; // one transfer per call (K16)
      return {
        result: { ok: true, transferring_to: transfer.label },
        afterwards: { kind: "transfer", to: transfer.phone, label: transfer.label },
      };
    }
    await createTask(ctx, {
      title: sentences.taskHandOver,
      detail: reason,
      customerId,
      ...(callId === null ? {} : { callId }),
      urgency: "urgent",
      sourceKey: `hand_over:${conversationId}:${today}`,
    });
    return { result: { ok: true, transferring_to: null, say: sentences.handedOver } };
  },
});

/** One transfer per call, a bounded number per business and day, and only to a number that costs a local call (K16). */
async function mayTransfer(desk: Desk): Promise<boolean> {
  if (desk.channel !== "call" || desk.transfer === null || desk.memory.transferred) return false;
  if (!isDialable(desk.transfer.phone)) {
    desk.log.error("CALL", "the transfer number may not be dialled");
    return false;
  }
  const { ctx } = desk;
  const [row] = await ctx.tx
    .select({ count: count() })
    .from(notifications)
    .where(
      and(
        eq(notifications.businessId, ctx.businessId),
        eq(notifications.kind, "hand_over"),
        like(notifications.subject, "call:%"),
        gt(notifications.createdAt, sql`now() - interval '24 hours'`),
      ),
    );
  // The hand-over at work has its own row among them.
  return (row?.count ?? 0) <= limits.transfersPerDayMax;
}
