import { createHash } from "node:crypto";
import { and, desc, eq, inArray } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { rehearsalRuns, rehearsalScenarios } from "../db/schema/rehearsal.ts";
import { enqueue } from "../jobs/queue.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { findDraft } from "./drafts.ts";

export type RehearsalRun = typeof rehearsalRuns.$inferSelect;

/** Queue of the job that plays one run. */
export const rehearseQueue = "rehearse";

export const hashOf = (body: string): string => createHash("sha256").update(body).digest("hex");

/**
 * Queues every scenario named (none = all of the business's) against a draft, one after the other.
 * @throws AppError "not_found" for an unknown draft or scenario, "invalid" when there is none to play.
 */
export async function startRuns(ctx: Ctx, draftId: string, scenarioIds: readonly string[]): Promise<RehearsalRun[]> {
  const draft = await findDraft(ctx, draftId);
  const wanted = scenarioIds.length === 0 ? undefined : inArray(rehearsalScenarios.id, [...scenarioIds]);
  const scenarios = await ctx.tx
    .select()
    .from(rehearsalScenarios)
    .where(and(eq(rehearsalScenarios.businessId, ctx.businessId), wanted))
    .orderBy(rehearsalScenarios.createdAt, rehearsalScenarios.id);
  if (scenarios.length < new Set(scenarioIds).size) throw new AppError("not_found", "no such scenario");
  if (scenarios.length === 0)
    throw new AppError("invalid", "no scenario to play", {
      public: "no_scenarios",
      fields: [{ path: "scenarioIds", code: "required" }],
    });
  const runs = await ctx.tx
    .insert(rehearsalRuns)
    .values(
      scenarios.map(({ id, name, lines, checks }) => ({
        id: newId(),
        businessId: ctx.businessId,
        draftId,
        scenarioId: id,
        scenarioName: name,
        lines,
        checks,
        bodyHash: hashOf(draft.body),
      })),
    )
    .returning();
  const { businessId } = ctx;
  for (const { id } of runs)
    await enqueue(ctx.tx, {
      businessId,
      queue: rehearseQueue,
      lane: businessId,
      dedupe: id,
      payload: { runId: id },
      maxAttempts: 2,
    });
  return runs;
}

/** The newest runs of a draft. @throws AppError "not_found" for an unknown draft. */
export async function listRuns(ctx: Ctx, draftId: string): Promise<RehearsalRun[]> {
  await findDraft(ctx, draftId);
  return ctx.tx
    .select()
    .from(rehearsalRuns)
    .where(and(eq(rehearsalRuns.businessId, ctx.businessId), eq(rehearsalRuns.draftId, draftId)))
    .orderBy(desc(rehearsalRuns.createdAt), desc(rehearsalRuns.id))
    .limit(limits.rehearsalRunsShown);
}
