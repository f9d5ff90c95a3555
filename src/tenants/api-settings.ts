import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { assertFresh } from "../api/fresh.ts";
import { json } from "../api/input.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import type { Clock } from "../base/clock.ts";
import type { Database } from "../db/client.ts";
import { limits } from "../limits.ts";
import { previewText } from "./preview.ts";
import { type BusinessSettings, getSettings, type SettingsChange, saveSettings, settingsChange } from "./settings.ts";
import { shownSettings } from "./shown-settings.ts";

const tag = "settings";
const settings = z.object({
  assistantName: z.string(),
  callGreeting: z.string().nullable(),
  whatsappGreeting: z.string().nullable(),
  voice: z.string(),
  keywords: z.array(z.string()),
  recordCalls: z.boolean(),
  recordingDays: z.int(),
  dailyCapAgorot: z.int().nullable(),
  messageMonths: z.int().nullable(),
  transcriptMonths: z.int().nullable(),
  auditMonths: z.int(),
  transferPhone: z.string().nullable(),
  transferLabel: z.string().nullable(),
  /** False = nobody is put through yet: the number has to be verified by a call first. */
  transferVerified: z.boolean(),
});
const changeInput = settingsChange.extend({
  /** What the author saw in the fields that change: where one is otherwise by now, nothing is saved (409). */
  basedOn: z
    .partialRecord(
      settingsChange.keyof(),
      z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]),
    )
    .optional(),
});
const previewInput = z.strictObject({
  kind: z.enum(["greeting", "prompt"]).default("greeting"),
  text: z.string().max(limits.promptChars),
  /** Who is greeted; nobody = a stranger. */
  customerName: z.string().trim().max(120).optional(),
});
const preview = z.object({
  text: z.string(),
  unknown: z.array(z.string()),
  placeholders: z.array(z.object({ name: z.string(), label: z.string() })),
});

/** `/api/settings`: how the assistant presents itself (A2). */
export const settingsRoutes = ({ db, clock }: { db: Database; clock: Clock }) =>
  new Hono<ApiEnv>()
    .get(
      "/api/settings",
      route({ summary: "The assistant's settings", tag, access: "staff", answer: settings }),
      async (c) => c.json(await inTenant(db, c, shownSettings)),
    )
    .patch(
      "/api/settings",
      route({ summary: "Change what is given; in force for the next call", tag, access: "owner", answer: settings }),
      json(changeInput),
      async (c) =>
        c.json(
          await inTenant(db, c, async (ctx) => {
            const { basedOn, ...change } = c.req.valid("json");
            const before = await getSettings(ctx);
            if (isGrave(change, before)) assertFresh(c, clock.instant());
            await saveSettings(ctx, change, basedOn);
            return shownSettings(ctx);
          }),
        ),
    )
    .post(
      "/api/settings/preview",
      route({ summary: "A text as customers would get it", tag, access: "staff", answer: preview }),
      json(previewInput),
      async (c) => c.json(await inTenant(db, c, (ctx) => previewText(ctx, clock.instant(), c.req.valid("json")))),
    );

const kept = ["recordingDays", "messageMonths", "transcriptMonths", "auditMonths"] as const;

/**
 * Whether whoever changes this says again who they are: where callers are sent and what a day may cost are money and
 * trust (K16), and what a shorter retention deletes cannot be brought back (K7).
 */
function isGrave(change: SettingsChange, before: BusinessSettings): boolean {
  if (change.transferPhone && change.transferPhone !== before.transferPhone) return true;
  const { dailyCapAgorot: cap } = change;
  if (cap !== undefined && orEndless(cap) > orEndless(before.dailyCapAgorot)) return true;
  return kept.some((field) => {
    const wanted = change[field];
    return wanted !== undefined && orEndless(wanted) < orEndless(before[field]);
  });
}

/** Null = no cap, kept for as long as nobody deletes it. */
const orEndless = (bound: number | null): number => bound ?? Number.POSITIVE_INFINITY;
