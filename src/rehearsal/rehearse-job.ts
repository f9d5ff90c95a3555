import { and, eq } from "drizzle-orm";
import type { ChatModel } from "../assistant/chat-model.ts";
import type { ChatProfile, TurnDeps } from "../assistant/turn.ts";
import { AppError, describeError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import { announce } from "../db/announce.ts";
import type { Database } from "../db/client.ts";
import { promptDrafts, type RehearsalLine, rehearsalRuns } from "../db/schema/rehearsal.ts";
import { withTenant } from "../db/tenant.ts";
import type { JobHandler } from "../jobs/runner.ts";
import { limits } from "../limits.ts";
import { type ChatConsumption, noteChat } from "../usage/note-chat.ts";
import { isMet, readOutcome } from "./judge.ts";
import { playScenario } from "./play.ts";
import { hashOf, type RehearsalRun, rehearseQueue } from "./runs.ts";
import { closeScratchTenant, openScratchTenant } from "./scratch-tenant.ts";

export interface RehearsalDeps extends Omit<TurnDeps, "model"> {
  /** Null = no key: runs end with an error that says so. */
  model: ChatModel | null;
  /** Undefined for a business that is not active. */
  profileOf(businessId: BusinessId): ChatProfile | undefined;
  /** The business has used up its day's money: nothing is rehearsed. */
  isSpent(businessId: BusinessId): boolean;
}

/** The handler of `rehearse` jobs. A run that is over stays as it is when its job is run again. */
export function rehearsalJobHandlers(deps: RehearsalDeps): Record<string, JobHandler> {
  return {
    async [rehearseQueue]({ businessId, payload }, signal) {
      const { runId } = payload as { runId: string };
      if (businessId === null) throw new AppError("bug", "a rehearsal without a business");
      const found = await readRun(deps.db, businessId, runId);
      if (found === null) return; // the draft, or the whole business, is gone
      const consumed: ChatConsumption[] = [];
      const result = await rehearse(deps, businessId, { ...found, consumed }, signal).catch((error: unknown) => {
        signal.throwIfAborted(); // the process stops: the job is run again
        deps.log.warn("NLP", "rehearsal could not be played", { biz: businessId, error: describeError(error) });
        const code = error instanceof AppError ? error.public : "bug";
        return { status: "error" as const, error: code };
      });
      await endRun(deps, businessId, { runId, result, consumed });
    },
  };
}

type Result = Partial<Pick<RehearsalRun, "transcript" | "met" | "error">> & Pick<RehearsalRun, "status">;
type Waiting = { run: RehearsalRun; draft: typeof promptDrafts.$inferSelect };

function readRun(db: Database, businessId: BusinessId, runId: string): Promise<Waiting | null> {
  return withTenant(db, businessId, async (tx) => {
    const [row] = await tx
      .select({ run: rehearsalRuns, draft: promptDrafts })
      .from(rehearsalRuns)
      .innerJoin(promptDrafts, eq(promptDrafts.id, rehearsalRuns.draftId))
      .where(and(eq(rehearsalRuns.id, runId), eq(rehearsalRuns.status, "waiting")));
    return row ?? null;
  });
}

async function rehearse(
  deps: RehearsalDeps,
  businessId: BusinessId,
  { run, draft, consumed }: Waiting & { consumed: ChatConsumption[] },
  signal: AbortSignal,
): Promise<Result> {
  const { db, model, clock } = deps;
  const profile = deps.profileOf(businessId);
  if (model === null) throw new AppError("unavailable", "no model is configured", { public: "no_model" });
  if (deps.isSpent(businessId))
    throw new AppError("unavailable", "the day's money is used up", { public: "budget_spent" });
  if (profile === undefined) throw new AppError("not_found", "the business is not active");
  if (hashOf(draft.body) !== run.bodyHash) throw new AppError("taken", "changed since", { public: "draft_changed" });
  const scratch = await openScratchTenant(db, businessId, clock.instant());
  try {
    // The written loop reads one prompt: a telephone's draft is rehearsed in writing, with the same tools.
    const rehearsed = { ...profile, callPrompt: draft.body, whatsappPrompt: draft.body };
    const bound = AbortSignal.any([signal, AbortSignal.timeout(limits.rehearsalMs)]);
    const play = { profile: rehearsed, scratch, lines: run.lines, signal: bound, consumed };
    const transcript: RehearsalLine[] = await playScenario({ ...deps, model }, play);
    const outcome = await withTenant(db, scratch, (tx) =>
      readOutcome({ businessId: scratch, actor: { kind: "system" }, tx }, transcript, profile.timezone),
    );
    const met = run.checks.map((check) => isMet(check, outcome));
    return { status: met.every(Boolean) ? "passed" : "failed", transcript, met };
  } finally {
    await closeScratchTenant(db, scratch).catch((error: unknown) =>
      deps.log.warn("NLP", "scratch tenant stays until the next sweep", { error: describeError(error) }),
    );
  }
}

interface Ended {
  runId: string;
  result: Result;
  consumed: readonly ChatConsumption[];
}

/** What came of it, and what it cost the business whose rehearsal it was. */
function endRun({ db, clock }: RehearsalDeps, businessId: BusinessId, ended: Ended): Promise<void> {
  const { runId, result, consumed } = ended;
  return withTenant(db, businessId, async (tx) => {
    await noteChat({ tx, businessId, actor: { kind: "system" } }, `rehearsal:${runId}`, consumed);
    await tx
      .update(rehearsalRuns)
      .set({ ...result, endedAt: clock.instant() })
      .where(and(eq(rehearsalRuns.businessId, businessId), eq(rehearsalRuns.id, runId)));
    await announce(tx, { businessId, type: "rehearsal", id: runId });
  });
}
