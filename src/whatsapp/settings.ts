import { eq } from "drizzle-orm";
import { z } from "zod";
import { AppError } from "../base/errors.ts";
import { parseInput } from "../base/parse-input.ts";
import { phoneText } from "../base/phone-text.ts";
import { violates } from "../db/errors.ts";
import { whatsappSettings } from "../db/schema/whatsapp.ts";
import { audit } from "../tenants/audit.ts";
import type { Ctx } from "../tenants/ctx.ts";

export type WhatsAppSettings = Omit<typeof whatsappSettings.$inferSelect, "businessId" | "updatedAt">;

/** Of a business that has chosen nothing. */
export const whatsappByDefault: WhatsAppSettings = {
  provider: null,
  twilioNumber: null,
  answers: true,
  marksRead: true,
  lateHours: 6,
  silenceMinutes: 120,
  perMinute: 20,
  perHour: 200,
  reminderTemplate: null,
  confirmationTemplate: null,
};

/** A template's id at Twilio. */
export const contentSid = z
  .string()
  .trim()
  .regex(/^HX[\w-]{1,60}$/);

/** What a business may change of its WhatsApp; only the fields that are given change. */
export const whatsappSettingsChange = z
  .strictObject({
    provider: z.enum(["baileys", "twilio"]).nullable(),
    twilioNumber: phoneText.nullable(),
    answers: z.boolean(),
    marksRead: z.boolean(),
    lateHours: z.int().min(1).max(72),
    silenceMinutes: z.int().min(1).max(10_080),
    perMinute: z.int().min(1).max(60),
    perHour: z.int().min(1).max(1_000),
    reminderTemplate: contentSid.nullable(),
    confirmationTemplate: contentSid.nullable(),
  })
  .partial();

export async function whatsappSettingsOf(ctx: Ctx): Promise<WhatsAppSettings> {
  const [row] = await ctx.tx.select().from(whatsappSettings).where(eq(whatsappSettings.businessId, ctx.businessId));
  if (row === undefined) return whatsappByDefault;
  const { businessId: _id, updatedAt: _at, ...settings } = row;
  return settings;
}

/** @throws AppError "invalid" naming the fields at fault, "taken" for another business's sender. */
export async function saveWhatsappSettings(ctx: Ctx, change: z.input<typeof whatsappSettingsChange>): Promise<void> {
  const parsed = parseInput(whatsappSettingsChange, change);
  const given = Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== undefined));
  const updatedAt = Temporal.Now.instant();
  try {
    await ctx.tx
      .insert(whatsappSettings)
      .values({ businessId: ctx.businessId, ...given, updatedAt })
      .onConflictDoUpdate({ target: whatsappSettings.businessId, set: { ...given, updatedAt } });
  } catch (error) {
    throw violates(error, "whatsapp_settings_twilio_number")
      ? new AppError("taken", "the sender already belongs to a business")
      : error;
  }
  await audit(ctx, {
    action: "whatsapp.settings",
    subject: `business:${ctx.businessId}`,
    detail: { fields: Object.keys(given).join(",") },
  });
}
