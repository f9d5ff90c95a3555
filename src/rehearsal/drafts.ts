import { and, desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { AppError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { parseInput } from "../base/parse-input.ts";
import { promptDrafts } from "../db/schema/rehearsal.ts";
import { limits } from "../limits.ts";
import { audit } from "../tenants/audit.ts";
import { authorOf } from "../tenants/author.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { assertPlaceholders } from "../tenants/placeholders.ts";
import { listPromptVersions, type PromptVersion, savePrompt } from "../tenants/prompts.ts";

export const draftInput = z.strictObject({
  channel: z.enum(["call", "whatsapp"]),
  body: z.string().max(limits.promptChars),
  /** The version that it was begun from; what is in force when the draft is added, where it is not said. */
  basedOn: z.int32().min(0).optional(), // as large as its column
});

export type DraftInput = z.input<typeof draftInput>;
export type PromptDraft = typeof promptDrafts.$inferSelect;

/** The newest drafts, published or not. */
export function listDrafts({ tx, businessId }: Ctx): Promise<PromptDraft[]> {
  return tx
    .select()
    .from(promptDrafts)
    .where(eq(promptDrafts.businessId, businessId))
    .orderBy(desc(promptDrafts.createdAt), desc(promptDrafts.id))
    .limit(limits.promptDraftsShown);
}

/**
 * Adds a draft, or changes the words of the one with `id` as long as it is not published.
 * @throws AppError "invalid" for an unknown placeholder, "not_found", "taken" when it is published.
 */
export async function saveDraft(ctx: Ctx, input: DraftInput, id?: string): Promise<PromptDraft> {
  const { channel, body, basedOn } = parseInput(draftInput, input);
  assertPlaceholders(body);
  if (id !== undefined) {
    const { publishedVersion } = await findDraft(ctx, id);
    if (publishedVersion !== null) throw new AppError("taken", "the draft is published", { public: "draft_published" });
  }
  const authorName = authorOf(ctx.actor).name;
  const [row] =
    id === undefined
      ? await ctx.tx
          .insert(promptDrafts)
          .values({
            ...{ id: newId(), businessId: ctx.businessId, channel, body, authorName },
            basedOn: basedOn ?? (await versionInForce(ctx, channel)),
          })
          .returning()
      : await ctx.tx
          .update(promptDrafts)
          .set({ channel, body, authorName, updatedAt: sql`now()`, ...(basedOn === undefined ? {} : { basedOn }) })
          .where(mine(ctx, id))
          .returning();
  if (row === undefined) throw new AppError("not_found", "no such draft");
  return row;
}

async function versionInForce(ctx: Ctx, channel: PromptDraft["channel"]): Promise<number> {
  const [newest] = await listPromptVersions(ctx, channel, 1);
  return newest?.version ?? 0;
}

/**
 * One tap: the draft becomes a version and is in force for the next call or message. Harmless the second time.
 * @throws AppError "not_found", "taken" when another version came in force since the draft was begun.
 */
export async function publishDraft(ctx: Ctx, id: string): Promise<{ version: number }> {
  const draft = await findDraft(ctx, id);
  if (draft.publishedVersion !== null) return { version: draft.publishedVersion };
  const { version }: PromptVersion = await savePrompt(ctx, draft.channel, draft.body, draft.basedOn ?? undefined);
  await ctx.tx.update(promptDrafts).set({ publishedVersion: version }).where(mine(ctx, id));
  await audit(ctx, { action: "prompt.publish", subject: `draft:${id}`, detail: { channel: draft.channel, version } });
  return { version };
}

/** Its row stays locked until the end of the transaction. @throws AppError "not_found". */
export async function findDraft(ctx: Ctx, id: string): Promise<PromptDraft> {
  const [row] = await ctx.tx.select().from(promptDrafts).where(mine(ctx, id)).for("update");
  if (row === undefined) throw new AppError("not_found", "no such draft");
  return row;
}

const mine = ({ businessId }: Ctx, id: string) => and(eq(promptDrafts.businessId, businessId), eq(promptDrafts.id, id));
