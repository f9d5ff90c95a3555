import { and, asc, eq } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { type BusinessId, newId } from "../base/ids.ts";
import { maskPhone, type Phone } from "../base/phone.ts";
import type { Database } from "../db/client.ts";
import { violates } from "../db/errors.ts";
import { businessNumbers } from "../db/schema/business.ts";
import { withSystem } from "../db/tenant.ts";
import { changed } from "./changed.ts";
import type { Ctx } from "./ctx.ts";

/** The business that is called on this number, as the database has it now. Webhooks ask the directory instead. */
export async function businessOfNumber(db: Database, phone: Phone): Promise<BusinessId | null> {
  const rows = await withSystem(db, (tx) =>
    tx.select({ id: businessNumbers.businessId }).from(businessNumbers).where(eq(businessNumbers.phone, phone)),
  );
  return rows[0]?.id ?? null;
}

/** Adding a number that the business has already changes nothing. @throws AppError "taken" when it is another's. */
export async function addNumber(ctx: Ctx, phone: Phone): Promise<void> {
  if ((await listNumbers(ctx)).includes(phone)) return;
  try {
    await ctx.tx.insert(businessNumbers).values({ id: newId(), businessId: ctx.businessId, phone });
  } catch (error) {
    throw violates(error, "business_numbers_phone")
      ? new AppError("taken", `the number ${phone} already belongs to a business`)
      : error;
  }
  await changed(ctx, "number", phone, {
    action: "number.add",
    subject: "number",
    detail: { number: maskPhone(phone) },
  });
}

/** @throws AppError "not_found" when the business has no such number. */
export async function removeNumber(ctx: Ctx, phone: Phone): Promise<void> {
  const removed = await ctx.tx
    .delete(businessNumbers)
    .where(and(eq(businessNumbers.businessId, ctx.businessId), eq(businessNumbers.phone, phone)))
    .returning({ id: businessNumbers.id });
  if (removed.length === 0) throw new AppError("not_found", "the business has no such number");
  const detail = { number: maskPhone(phone) };
  await changed(ctx, "number", phone, { action: "number.remove", subject: "number", detail });
}

export async function listNumbers(ctx: Ctx): Promise<Phone[]> {
  const rows = await ctx.tx
    .select({ phone: businessNumbers.phone })
    .from(businessNumbers)
    .where(eq(businessNumbers.businessId, ctx.businessId))
    .orderBy(asc(businessNumbers.createdAt), asc(businessNumbers.id));
  return rows.map((row) => row.phone);
}
