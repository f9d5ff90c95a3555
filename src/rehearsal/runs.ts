import { createHash } from "node:crypto";
import { and, desc, eq, inArray, sql } from "drizzle-orm";
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
 * @throws AppError "not_found" for an unknown draft or scenario, "invalid" when there is none to play, "rate_limited" when
 * too many wait.
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
  await assertFewWait(ctx, scenarios.length);
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

/** Each costs money: what waits is bounded, however often and at once it is asked for. A day later it counts as lost. */
async function assertFewWait({ tx, businessId }: Ctx, more: number): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`rehearsals ${businessId}`}, 0))`);
  const recent = sql`${rehearsalRuns.createdAt} > now() - interval '1 day'`;
  const waiting = and(eq(rehearsalRuns.businessId, businessId), eq(rehearsalRuns.status, "waiting"), recent);
  if ((await tx.$count(rehearsalRuns, waiting)) + more > limits.rehearsalsWaitingMax)
    throw new AppError("rate_limited", "too many rehearsals wait", {
      public: "rehearsals_waiting",
      retryAfterSeconds: 60,
    });
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
