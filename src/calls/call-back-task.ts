import { and, eq } from "drizzle-orm";
import type { CallId } from "../base/ids.ts";
import { createTask } from "../crm/tasks/create-task.ts";
import { businesses } from "../db/schema/business.ts";
import { calls } from "../db/schema/call.ts";
import { tasks } from "../db/schema/task.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { callTexts } from "./texts.ts";

/** One task per call names it by this. */
const sourceKeyOf = (callId: CallId): string => `call:${callId}`;

/** A caller who was not served is somebody to call back: one open task per call, however often this is asked for. */
export async function addCallBackTask(ctx: Ctx, callId: CallId): Promise<void> {
  const [call] = await ctx.tx
    .select({ from: calls.fromPhone, customerId: calls.customerId, languages: businesses.languages })
    .from(calls)
    .innerJoin(businesses, eq(businesses.id, calls.businessId))
    .where(and(eq(calls.businessId, ctx.businessId), eq(calls.id, callId)));
  if (!call) return;
  const words = callTexts(call.languages);
  await createTask(ctx, {
    title: words.callBack(call.from ?? words.hiddenNumber),
    callId,
    sourceKey: sourceKeyOf(callId),
    ...(call.customerId ? { customerId: call.customerId } : {}),
  });
}

/** What the caller said on the recording belongs to the task. */
export async function describeCallBackTask(ctx: Ctx, callId: CallId, message: string): Promise<void> {
  await ctx.tx
    .update(tasks)
    .set({ detail: message })
    .where(and(eq(tasks.businessId, ctx.businessId), eq(tasks.sourceKey, sourceKeyOf(callId))));
}
