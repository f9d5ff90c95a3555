import { and, eq, ne, sql } from "drizzle-orm";
import { z } from "zod";
import { AppError, tooMany } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { parseInput } from "../base/parse-input.ts";
import { knowledge, knowledgeKinds, unansweredQuestions } from "../db/schema/knowledge.ts";
import { limits } from "../limits.ts";
import { authorOf } from "./author.ts";
import { changed } from "./changed.ts";
import type { Ctx } from "./ctx.ts";
import { lockFacts, refreshFacts } from "./knowledge-digest.ts";
import { overtaken } from "./overtaken.ts";

export type Knowledge = typeof knowledge.$inferSelect;

/** One subject, as people write it. */
export const knowledgeInput = z.strictObject({
  kind: z.enum(knowledgeKinds).default("fact"),
  subject: z.string().trim().min(1).max(120),
  body: z.string().trim().min(1).max(4_000),
  status: z.enum(["draft", "published"]).default("published"),
});
export type KnowledgeInput = z.input<typeof knowledgeInput>;

/**
 * Adds a subject, or changes the one with `id`. In force for the next call or message. `basedOn` is the revision that the
 * author saw: with another one there nothing is overwritten.
 * @throws AppError "invalid", also beyond `limits.knowledgeMax` and `limits.knowledgeRuleChars`, "not_found", "taken" as said.
 */
export async function saveKnowledge(
  ctx: Ctx,
  input: KnowledgeInput,
  id?: string,
  basedOn?: number | undefined,
): Promise<Knowledge> {
  await lockFacts(ctx); // before any subject, here and below: in two orders each waits for the other
  if (id !== undefined && basedOn !== undefined && (await lockKnowledge(ctx, id)).revision !== basedOn)
    throw overtaken();
  const values = { ...parseInput(knowledgeInput, input), authorName: authorOf(ctx.actor).name };
  const before = await sizeOf(ctx);
  if (id === undefined && before.subjects >= limits.knowledgeMax) throw tooMany("subjects", "subject");
  const [row] =
    id === undefined
      ? await ctx.tx
          .insert(knowledge)
          .values({ id: newId(), businessId: ctx.businessId, ...values })
          .returning()
      : await ctx.tx
          .update(knowledge)
          .set({ ...values, revision: sql`${knowledge.revision} + 1`, updatedAt: sql`now()` })
          .where(and(eq(knowledge.businessId, ctx.businessId), eq(knowledge.id, id)))
          .returning();
  if (row === undefined) throw new AppError("not_found", "no such knowledge");
  const { ruleChars } = await sizeOf(ctx);
  if (ruleChars > limits.knowledgeRuleChars && ruleChars > before.ruleChars) throw tooMany("rules", "body");
  await refreshFacts(ctx);
  const detail = { kind: row.kind, status: row.status, revision: row.revision };
  await changed(ctx, "knowledge", row.id, { action: "knowledge.save", subject: `knowledge:${row.id}`, detail });
  return row;
}

/** How much there is, and how long the rules are that every conversation is told whole. */
async function sizeOf({ tx, businessId }: Ctx): Promise<{ subjects: number; ruleChars: number }> {
  const { kind, status, subject, body } = knowledge;
  const isRule = sql`${kind} <> 'fact' and ${status} = 'published'`;
  const [size] = await tx
    .select({
      subjects: sql<number>`count(*)::int`,
      ruleChars: sql<number>`coalesce(sum(length(${subject}) + length(${body})) filter (where ${isRule}), 0)::int`,
    })
    .from(knowledge)
    .where(eq(knowledge.businessId, businessId));
  return size!;
}

export function listKnowledge(ctx: Ctx): Promise<Knowledge[]> {
  return ctx.tx.select().from(knowledge).where(eq(knowledge.businessId, ctx.businessId)).orderBy(knowledge.subject);
}

/** A draft is told to customers from now on. @throws AppError "not_found". */
export async function publishKnowledge(ctx: Ctx, id: string): Promise<Knowledge> {
  await lockFacts(ctx);
  const row = await lockKnowledge(ctx, id);
  const { kind, subject, body } = row;
  return row.status === "published" ? row : saveKnowledge(ctx, { kind, subject, body, status: "published" }, id);
}

async function lockKnowledge(ctx: Ctx, id: string): Promise<Knowledge> {
  const mine = and(eq(knowledge.businessId, ctx.businessId), eq(knowledge.id, id));
  const [row] = await ctx.tx.select().from(knowledge).where(mine).for("update");
  if (row === undefined) throw new AppError("not_found", "no such knowledge");
  return row;
}

/** @throws AppError "not_found". */
export async function removeKnowledge(ctx: Ctx, id: string): Promise<void> {
  await lockFacts(ctx);
  await ctx.tx
    .update(unansweredQuestions)
    .set({ knowledgeId: null })
    .where(and(eq(unansweredQuestions.businessId, ctx.businessId), eq(unansweredQuestions.knowledgeId, id)));
  const removed = await ctx.tx
    .delete(knowledge)
    .where(and(eq(knowledge.businessId, ctx.businessId), eq(knowledge.id, id)))
    .returning({ id: knowledge.id });
  if (removed.length === 0) throw new AppError("not_found", "no such knowledge");
  await refreshFacts(ctx);
  await changed(ctx, "knowledge", id, { action: "knowledge.remove", subject: `knowledge:${id}` });
}

/** What is published, procedures aside, nearest to a question, best first; empty when none shares a word with it. */
export async function searchKnowledge(ctx: Ctx, question: string, limit = 3): Promise<Knowledge[]> {
  const rows = await ctx.tx
    .select()
    .from(knowledge)
    .where(
      and(
        eq(knowledge.businessId, ctx.businessId),
        eq(knowledge.status, "published"),
        ne(knowledge.kind, "procedure"), // is for the assistant alone
      ),
    );
  const asked = stemsOf(question);
  return rows
    .map((row) => ({ row, score: score(asked, stemsOf(row.subject), stemsOf(row.body)) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ row }) => row);
}

// Question words and glue carry no subject.
const stopWords = new Set(
  "של על את עם זה אני אתם יש לכם האם מה איפה מתי כמה איך הוא היא לי אפשר רוצה לדעת is the a of do you".split(" "),
);

/** Words without niqqud and marks; of longer Hebrew words the prefixed letters go too, so that "החניה" finds "חניה". */
function stemsOf(text: string): Set<string> {
  const words =
    text
      .toLowerCase()
      .replace(/[\u0591-\u05c7"'׳״]/g, "")
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  const stems = words
    .filter((word) => !stopWords.has(word))
    .flatMap((word) => [word, word.replace(/^[הבלוכמש]{1,2}(?=.{3})/, "")]);
  return new Set(stems.filter((stem) => stem.length > 1));
}

function score(asked: Set<string>, subject: Set<string>, body: Set<string>): number {
  let sum = 0;
  for (const stem of asked) sum += subject.has(stem) ? 3 : body.has(stem) ? 1 : 0;
  return sum;
}
