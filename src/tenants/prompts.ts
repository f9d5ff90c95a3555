import { and, desc, eq, sql } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { businessSettings } from "../db/schema/business.ts";
import { type PromptChannel, promptVersions } from "../db/schema/prompt.ts";
import { limits } from "../limits.ts";
import { authorOf } from "./author.ts";
import { changed } from "./changed.ts";
import type { Ctx } from "./ctx.ts";
import { overtaken } from "./overtaken.ts";
import { assertPlaceholders } from "./placeholders.ts";
import { type DiffPart, diffWords } from "./prompts-diff.ts";

export type PromptVersion = typeof promptVersions.$inferSelect;

/**
 * Saves a prompt as a new version and puts it in force: the next call or message of every process is answered by it
 * (the row in business_settings announces the change). A body equal to the one in force makes no version.
 * `basedOn` is the version that the author saw (0 = none yet): with another one in force nothing is overwritten.
 * @throws AppError "invalid" for an unknown placeholder or a text over `limits.promptChars`, "taken" as said.
 */
export async function savePrompt(
  ctx: Ctx,
  channel: PromptChannel,
  body: string,
  basedOn?: number | undefined,
): Promise<PromptVersion> {
  if (basedOn !== undefined) {
    await lockInForce(ctx, channel);
    const [newest] = await listPromptVersions(ctx, channel, 1);
    if ((newest?.version ?? 0) !== basedOn) throw overtaken();
  }
  return addVersion(ctx, channel, body, null);
}

/** Brings an old version back, as a new one. @throws AppError "not_found" when there is no such version. */
export async function rollBackPrompt(ctx: Ctx, channel: PromptChannel, version: number): Promise<PromptVersion> {
  const old = await findVersion(ctx, channel, version);
  return addVersion(ctx, channel, old.body, version);
}

/** Newest first. */
export function listPromptVersions(ctx: Ctx, channel: PromptChannel, limit = 50): Promise<PromptVersion[]> {
  return ctx.tx
    .select()
    .from(promptVersions)
    .where(of(ctx, channel))
    .orderBy(desc(promptVersions.version))
    .limit(limit);
}

/** What changed from one version to another, word by word. @throws AppError "not_found". */
export async function diffPrompt(ctx: Ctx, channel: PromptChannel, from: number, to: number): Promise<DiffPart[]> {
  const [before, after] = [await findVersion(ctx, channel, from), await findVersion(ctx, channel, to)];
  return diffWords(before.body, after.body);
}

async function addVersion(
  ctx: Ctx,
  channel: PromptChannel,
  text: string,
  restoredVersion: number | null,
): Promise<PromptVersion> {
  const body = text.replace(/\r\n?/g, "\n").trim();
  if (body.length > limits.promptChars) throw tooLong();
  assertPlaceholders(body);
  const inForce = await lockInForce(ctx, channel);
  const [newest] = await listPromptVersions(ctx, channel, 1);
  if (newest !== undefined && newest.body === body && inForce === body) return newest;
  // A prompt that was written before versions were kept (when the business was made) becomes the first of them.
  let version = newest?.version ?? 0;
  if (newest === undefined && inForce !== "" && inForce !== body)
    await insertVersion(ctx, channel, { version: ++version, body: inForce, restoredVersion: null, system: true });
  const saved = await insertVersion(ctx, channel, { version: version + 1, body, restoredVersion, system: false });
  await ctx.tx
    .update(businessSettings)
    .set({ [channel === "call" ? "callPrompt" : "whatsappPrompt"]: body, updatedAt: sql`now()` })
    .where(eq(businessSettings.businessId, ctx.businessId));
  const detail = { version: saved.version, restored: restoredVersion };
  await changed(ctx, "prompt", channel, { action: "prompt.save", subject: `prompt:${channel}`, detail });
  return saved;
}

const tooLong = () =>
  new AppError("invalid", "prompt too long", {
    public: "prompt too long",
    fields: [{ path: "body", code: "too_big", limit: limits.promptChars, origin: "string" }],
  });

/** The text in force; its row stays locked, so that two authors get two numbers. */
async function lockInForce(ctx: Ctx, channel: PromptChannel): Promise<string> {
  const [row] = await ctx.tx
    .select({ call: businessSettings.callPrompt, whatsapp: businessSettings.whatsappPrompt })
    .from(businessSettings)
    .where(eq(businessSettings.businessId, ctx.businessId))
    .for("update");
  if (row === undefined) throw new AppError("not_found", "no such business");
  return row[channel];
}

async function insertVersion(
  ctx: Ctx,
  channel: PromptChannel,
  row: { version: number; body: string; restoredVersion: number | null; system: boolean },
): Promise<PromptVersion> {
  const author = authorOf(row.system ? { kind: "system" } : ctx.actor);
  const { version, body, restoredVersion } = row;
  const [saved] = await ctx.tx
    .insert(promptVersions)
    .values({
      id: newId(),
      businessId: ctx.businessId,
      channel,
      version,
      body,
      restoredVersion,
      authorUserId: author.userId,
      authorName: author.name,
    })
    .returning();
  if (saved === undefined) throw new AppError("bug", "an inserted prompt version came back empty");
  return saved;
}

/** @throws AppError "not_found". */
export async function findVersion(ctx: Ctx, channel: PromptChannel, version: number): Promise<PromptVersion> {
  const [row] = await ctx.tx
    .select()
    .from(promptVersions)
    .where(and(of(ctx, channel), eq(promptVersions.version, version)));
  if (row === undefined) throw new AppError("not_found", "no such prompt version");
  return row;
}

const of = (ctx: Ctx, channel: PromptChannel) =>
  and(eq(promptVersions.businessId, ctx.businessId), eq(promptVersions.channel, channel));
