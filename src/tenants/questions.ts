import { and, desc, eq, isNull, sql } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { announce } from "../db/announce.ts";
import { isBehind, pageOfRows } from "../db/page-key.ts";
import type { KnowledgeKind } from "../db/schema/knowledge.ts";
import { unansweredQuestions } from "../db/schema/knowledge.ts";
import { changed } from "./changed.ts";
import type { Ctx } from "./ctx.ts";
import { type Knowledge, saveKnowledge } from "./knowledge.ts";

/** Remembers a question that nothing answers (A11). */
export async function recordUnanswered(ctx: Ctx, question: string, conversationId: string | null): Promise<void> {
  const id = newId();
  await ctx.tx
    .insert(unansweredQuestions)
    .values({ id, businessId: ctx.businessId, question: question.trim().slice(0, 500), conversationId });
  await announce(ctx.tx, { businessId: ctx.businessId, type: "question", id });
}

/** A page of open questions, newest first. @throws AppError "invalid" for a cursor that is none. */
export async function listUnanswered(
  ctx: Ctx,
  { limit = 50, cursor }: { limit?: number | undefined; cursor?: string | undefined } = {},
) {
  const { id, question, conversationId, createdAt } = unansweredQuestions;
  const rows = await ctx.tx
    .select({ id, question, conversationId, createdAt })
    .from(unansweredQuestions)
    .where(
      and(
        eq(unansweredQuestions.businessId, ctx.businessId),
        isNull(unansweredQuestions.resolvedAt),
        isBehind(cursor, createdAt, id),
      ),
    )
    .orderBy(desc(createdAt), desc(id))
    .limit(limit + 1);
  return pageOfRows(rows, limit);
}

/** What staff makes of a question. */
export interface QuestionAnswer {
  body: string;
  /** Default: the question itself. */
  subject?: string | undefined;
  kind?: KnowledgeKind | undefined;
}

/** Staff's answer becomes knowledge, as a draft until somebody publishes it, and the question is done. @throws AppError. */
export async function answerQuestion(ctx: Ctx, questionId: string, answer: QuestionAnswer): Promise<Knowledge> {
  const question = await lockQuestion(ctx, questionId);
  const { body, subject = question.slice(0, 120), kind = "fact" } = answer;
  const saved = await saveKnowledge(ctx, { kind, subject, body, status: "draft" });
  await resolve(ctx, questionId, saved.id);
  return saved;
}

/** A question that needs no answer is done. @throws AppError "not_found". */
export async function dismissQuestion(ctx: Ctx, questionId: string): Promise<void> {
  await lockQuestion(ctx, questionId);
  await resolve(ctx, questionId, null);
}

/** The text of an open question. @throws AppError "not_found" for one that is done as well. */
async function lockQuestion(ctx: Ctx, questionId: string): Promise<string> {
  const [row] = await ctx.tx
    .select({ question: unansweredQuestions.question })
    .from(unansweredQuestions)
    .where(and(isMine(ctx, questionId), isNull(unansweredQuestions.resolvedAt)))
    .for("update");
  if (row === undefined) throw new AppError("not_found", "no such question");
  return row.question;
}

async function resolve(ctx: Ctx, questionId: string, knowledgeId: string | null): Promise<void> {
  await ctx.tx.update(unansweredQuestions).set({ knowledgeId, resolvedAt: sql`now()` }).where(isMine(ctx, questionId));
  const action = knowledgeId === null ? "question.dismiss" : "question.answer";
  await changed(ctx, "question", questionId, { action, subject: `question:${questionId}` });
}

const isMine = (ctx: Ctx, questionId: string) =>
  and(eq(unansweredQuestions.businessId, ctx.businessId), eq(unansweredQuestions.id, questionId));
