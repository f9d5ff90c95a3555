import { asc, eq, ne, sql } from "drizzle-orm";
import { z } from "zod";
import { optionalText } from "../api/text.ts";
import { AppError } from "../base/errors.ts";
import { type BusinessId, newId } from "../base/ids.ts";
import { parseInput } from "../base/parse-input.ts";
import type { Phone } from "../base/phone.ts";
import type { Database } from "../db/client.ts";
import { violates } from "../db/errors.ts";
import { type BusinessStatus, businesses, businessNumbers, businessSettings } from "../db/schema/business.ts";
import { withSystem, withTenant } from "../db/tenant.ts";
import { changed, fieldsOf } from "./changed.ts";
import type { Ctx } from "./ctx.ts";
import { type FollowRules, seedCalendar } from "./hours.ts";
import { seedLeadStatuses } from "./lead-statuses.he.ts";
import { assertPlaceholders } from "./placeholders.ts";

export interface NewBusiness {
  name: string;
  /** The number that its customers call; a business may come before its number. */
  phone?: Phone | undefined;
  city?: string | undefined;
  /** IANA zone. Default: Asia/Jerusalem. */
  timezone?: string;
  /** Spoken at once when a call begins; without it the assistant waits for the caller. */
  greeting?: string;
  /** What the assistant is told about the business. */
  prompt?: string;
  assistantName?: string;
}

// The name that the assistant introduces itself by until the business chooses one.
const defaultAssistantName = "נועה";
const defaultTimezone = "Asia/Jerusalem";

/**
 * Makes a business with its number and settings, or nothing at all.
 * @throws AppError "invalid" for an empty name, unknown time zone or unknown placeholder, "taken" when the number is another business's.
 */
export function addBusiness(db: Database, input: NewBusiness): Promise<BusinessId> {
  const id = newId<BusinessId>();
  return withTenant(db, id, async (tx) => {
    await makeBusiness({ businessId: id, actor: { kind: "system" }, tx }, input);
    return id;
  });
}

/** The same in a transaction that is open, under the id that `ctx` names. @throws as `addBusiness`. */
export async function makeBusiness(ctx: Ctx, input: NewBusiness): Promise<void> {
  const { tx, businessId } = ctx;
  const name = readName(input.name);
  const timezone = readTimezone(input.timezone ?? defaultTimezone);
  assertPlaceholders(input.greeting ?? "", "greeting", "greeting");
  assertPlaceholders(input.prompt ?? "", "prompt", "prompt");
  try {
    await tx.insert(businesses).values({ id: businessId, name, timezone, city: input.city?.trim() || null });
    if (input.phone) await tx.insert(businessNumbers).values({ id: newId(), businessId, phone: input.phone });
  } catch (error) {
    if (!violates(error, "business_numbers_phone")) throw error;
    const fields = [{ path: "phone", code: "taken" }];
    throw new AppError("taken", `the number ${input.phone} already belongs to a business`, { fields });
  }
  await tx.insert(businessSettings).values({
    businessId,
    assistantName: input.assistantName?.trim() || defaultAssistantName,
    callGreeting: input.greeting?.trim() || null,
    callPrompt: input.prompt?.trim() ?? "",
    whatsappPrompt: input.prompt?.trim() ?? "",
  });
  await seedCalendar(ctx, name);
  await seedLeadStatuses(ctx);
}

/** What a schema says about a text that `read` refuses. */
const readBy = (read: (text: string) => string) =>
  z.string().transform((text, context) => {
    try {
      return read(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: error instanceof Error ? error.message : "refused" });
      return z.NEVER;
    }
  });

/** What may be changed of a business itself, and its bounds. */
export const businessChange = z
  .strictObject({
    name: readBy(readName),
    timezone: readBy(readTimezone),
    city: optionalText(80),
    languages: z
      .array(z.string().regex(/^[a-z]{2,3}$/, "a language is two or three letters, like he"))
      .min(1)
      .max(8),
  })
  .partial();

/** What may be changed of a business itself; only the fields that are given change. */
export type BusinessChange = z.input<typeof businessChange>;

/**
 * In force for the next call or message; `follow`: with another zone or place, what was planned by them.
 * @throws AppError "invalid" naming what is wrong.
 */
export async function changeBusiness(ctx: Ctx, change: BusinessChange, follow: FollowRules): Promise<void> {
  const given = parseInput(businessChange, change);
  const found = await ctx.tx
    .update(businesses)
    .set({ ...given, updatedAt: sql`now()` })
    .where(eq(businesses.id, ctx.businessId))
    .returning({ id: businesses.id });
  if (found.length === 0) throw new AppError("not_found", "no such business");
  if ((given.timezone ?? given.city) !== undefined) await follow(ctx);
  const detail = { fields: fieldsOf(given) };
  await changed(ctx, "business", ctx.businessId, { action: "business.change", subject: "business", detail });
}

/** The business as its people see it. @throws AppError "not_found". */
export async function readBusiness({ tx, businessId }: Ctx) {
  const { id, name, timezone, city, languages, status, createdAt } = businesses;
  const [row] = await tx
    .select({ id, name, timezone, city, languages, status, createdAt })
    .from(businesses)
    .where(eq(id, businessId));
  if (row === undefined) throw new AppError("not_found", "no such business");
  return row;
}

export interface BusinessLine {
  id: BusinessId;
  name: string;
  timezone: string;
  status: BusinessStatus;
  phones: Phone[];
}

/** All businesses of the installation, by name: for the operator. Scratch copies are none. */
export function listBusinesses(db: Database): Promise<BusinessLine[]> {
  return withSystem(db, async (tx) => {
    const { id, name, timezone, status } = businesses;
    const { phone, createdAt } = businessNumbers;
    const phones = sql<
      Phone[]
    >`coalesce(json_agg(${phone} order by ${createdAt}) filter (where ${phone} is not null), '[]')`;
    return tx
      .select({ id, name, timezone, status, phones })
      .from(businesses)
      .leftJoin(businessNumbers, eq(businessNumbers.businessId, businesses.id))
      .where(ne(businesses.status, "scratch"))
      .groupBy(id)
      .orderBy(asc(name), asc(id));
  });
}

function readName(text: string): string {
  const name = text.trim();
  if (name === "" || name.length > 200) throw new AppError("invalid", "a business needs a name of 1 to 200 characters");
  return name;
}

function readTimezone(text: string): string {
  try {
    return Temporal.Now.zonedDateTimeISO(text).timeZoneId;
  } catch {
    throw new AppError("invalid", `${JSON.stringify(text)} is not a time zone; write one like Asia/Jerusalem`);
  }
}
