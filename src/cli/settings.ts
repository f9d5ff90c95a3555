import { eq } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { replanLater } from "../calendar/replan.ts";
import { businesses } from "../db/schema/business.ts";
import { changeBusiness } from "../tenants/business.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { assertPlaceholders } from "../tenants/placeholders.ts";
import { saveSettings } from "../tenants/settings.ts";
import { shownSettings } from "../tenants/shown-settings.ts";
import { given, readBusiness, readList, readPhone, readSwitch, readWhole, requireSome } from "./read.ts";
import { readOptions, verbs, visitBusiness } from "./visit.ts";

const texts = [
  "name",
  "city",
  "timezone",
  "assistant-name",
  "greeting",
  "whatsapp-greeting",
  "voice",
  "transfer-label",
] as const;
const others = ["languages", "keywords", "record", "recording-days", "daily-cap", "transfer-phone"] as const;
const removals = ["no-greeting", "no-whatsapp-greeting", "no-transfer", "no-daily-cap"] as const;

/** `settings show` and `settings set`. */
export const run = verbs("settings", { show, set });

function show(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, ["business"]);
  return visitBusiness(readBusiness(options.business), shown);
}

async function set(args: string[]): Promise<unknown> {
  const { options, flags } = readOptions(args, ["business", ...texts, ...others], 0, removals);
  const businessId = readBusiness(options.business);
  for (const name of ["greeting", "whatsapp-greeting"] as const) {
    if (options[name] !== undefined && flags.has(`no-${name}`))
      throw new AppError("invalid", `--${name} and --no-${name} contradict each other`);
    assertPlaceholders(options[name] ?? "", "greeting");
  }
  if (flags.has("no-transfer") && (options["transfer-phone"] ?? options["transfer-label"]) !== undefined)
    throw new AppError("invalid", "--no-transfer and --transfer-… contradict each other");
  const business = given({
    name: options.name,
    city: options.city,
    timezone: options.timezone,
    languages: readList(options.languages),
  });
  const settings = given({
    assistantName: options["assistant-name"],
    callGreeting: flags.has("no-greeting") ? null : options.greeting,
    whatsappGreeting: flags.has("no-whatsapp-greeting") ? null : options["whatsapp-greeting"],
    voice: options.voice,
    keywords: readList(options.keywords),
    recordCalls: readSwitch("record", options.record),
    recordingDays: readWhole("recording-days", options["recording-days"], 0),
    dailyCapAgorot: flags.has("no-daily-cap") ? null : readWhole("daily-cap", options["daily-cap"]),
    transferPhone: flags.has("no-transfer") ? null : readPhone("transfer-phone", options["transfer-phone"]),
    transferLabel: flags.has("no-transfer") ? null : options["transfer-label"],
  });
  requireSome({ ...business, ...settings }, "--greeting, --voice, …; see `help`");
  return visitBusiness(businessId, async (ctx) => {
    if (Object.keys(business).length > 0) await changeBusiness(ctx, business, replanLater);
    if (Object.keys(settings).length > 0) await saveSettings(ctx, settings);
    return shown(ctx);
  });
}

async function shown(ctx: Ctx): Promise<unknown> {
  const { name, city, timezone, languages } = businesses;
  const [business] = await ctx.tx
    .select({ name, city, timezone, languages })
    .from(businesses)
    .where(eq(businesses.id, ctx.businessId));
  return { ...business, ...(await shownSettings(ctx)) };
}
