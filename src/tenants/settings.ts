import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { optionalText } from "../api/text.ts";
import { isDialable } from "../base/dialable.ts";
import { AppError } from "../base/errors.ts";
import { parseInput } from "../base/parse-input.ts";
import { phoneText } from "../base/phone-text.ts";
import { businessSettings } from "../db/schema/business.ts";
import { changed, fieldsOf } from "./changed.ts";
import type { Ctx } from "./ctx.ts";
import { overtaken } from "./overtaken.ts";
import { assertPlaceholders } from "./placeholders.ts";

export type BusinessSettings = Omit<typeof businessSettings.$inferSelect, "businessId" | "updatedAt">;

/** What may be changed, and its bounds; only the fields that are given change. Prompts change through tenants/prompts. */
export const settingsChange = z
  .strictObject({
    assistantName: z.string().trim().min(1).max(60),
    callGreeting: optionalText(1_000),
    whatsappGreeting: optionalText(1_000),
    voice: z.string().trim().min(1).max(60),
    keywords: z.array(z.string().trim().min(1).max(60)).max(100),
    recordCalls: z.boolean(),
    recordingDays: z.int().min(0).max(365),
    dailyCapAgorot: z.int().min(100).max(10_000_000).nullable(),
    messageMonths: z.int().min(1).max(120).nullable(),
    transcriptMonths: z.int().min(1).max(120).nullable(),
    auditMonths: z.int().min(24).max(120),
    transferPhone: phoneText.refine(isDialable, "no call is handed to such a number").nullable(),
    transferLabel: optionalText(60),
  })
  .partial();

export type SettingsChange = z.input<typeof settingsChange>;
/** Fields as their author saw them. */
export type SettingsSeen = Partial<Record<keyof SettingsChange, unknown>>;

/** @throws AppError "not_found" when the tenant does not exist. */
export async function getSettings(ctx: Ctx): Promise<BusinessSettings> {
  const [row] = await ctx.tx.select().from(businessSettings).where(eq(businessSettings.businessId, ctx.businessId));
  if (!row) throw new AppError("not_found", "no such business");
  const { businessId: _id, updatedAt: _at, ...settings } = row;
  return settings;
}

/**
 * Saves what is given. In force for the next call of every process as soon as the transaction commits.
 * `basedOn` is what the author saw in some of the fields: where one of them is otherwise by now, nothing is saved.
 * @throws AppError "invalid" naming every field that is out of bounds, or the placeholders that a greeting cannot have,
 * "taken" naming the fields that somebody else changed.
 */
export async function saveSettings(ctx: Ctx, change: SettingsChange, basedOn: SettingsSeen = {}): Promise<void> {
  const parsed = parseInput(settingsChange, change);
  await assertUnchanged(ctx, basedOn);
  for (const field of ["callGreeting", "whatsappGreeting"] as const)
    assertPlaceholders(parsed[field] ?? "", "greeting", field);
  const given = Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== undefined));
  await ctx.tx
    .update(businessSettings)
    .set({ ...given, updatedAt: sql`now()` })
    .where(eq(businessSettings.businessId, ctx.businessId));
  const act = { action: "settings.change", subject: "settings", detail: { fields: fieldsOf(given) } };
  await changed(ctx, "settings", ctx.businessId, act);
}

/** The row stays locked, so that of two authors the second sees what the first has saved. */
async function assertUnchanged(ctx: Ctx, basedOn: SettingsSeen): Promise<void> {
  const names = Object.keys(basedOn) as (keyof SettingsChange)[];
  if (names.length === 0) return;
  const [row] = await ctx.tx
    .select()
    .from(businessSettings)
    .where(eq(businessSettings.businessId, ctx.businessId))
    .for("update");
  const theirs = names.filter((name) => !Bun.deepEquals(row?.[name], basedOn[name]));
  if (theirs.length > 0) throw overtaken(theirs);
}
