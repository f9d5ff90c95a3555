import { createHmac, randomInt, timingSafeEqual } from "node:crypto";
import { and, desc, eq, gt, lte, sql } from "drizzle-orm";
import { isDialable } from "../base/dialable.ts";
import { AppError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { businessNumbers, businessSettings } from "../db/schema/business.ts";
import { transferChecks } from "../db/schema/transfer-check.ts";
import { limits } from "../limits.ts";
import { audit } from "./audit.ts";
import { changed } from "./changed.ts";
import type { Ctx } from "./ctx.ts";

/** A call to be made: it reads `code` to whoever answers at `to`. */
export interface CodeCall {
  from: Phone;
  to: Phone;
  /** Digits. */
  code: string;
}

const codeDigits = 6;
const dayHours = 24;

/**
 * Prepares the call that proves a transfer number (K16), for after the transaction: the number is looked at again before
 * it is dialled, and a business has few such calls a day. Only the newest code counts.
 * @throws AppError "invalid" without a number, with one that may not be dialled or with none to call from, "rate_limited".
 */
export async function startTransferCheck(ctx: Ctx, secret: string, now: Temporal.Instant): Promise<CodeCall> {
  const { businessId, tx } = ctx;
  const phone = await lockTransferPhone(ctx);
  if (phone === null) throw refusal("transferPhone", "required");
  if (!isDialable(phone)) throw refusal("transferPhone", "not_dialable");
  const [number] = await tx
    .select({ phone: businessNumbers.phone })
    .from(businessNumbers)
    .where(eq(businessNumbers.businessId, businessId))
    .orderBy(businessNumbers.createdAt)
    .limit(1);
  if (!number)
    throw new AppError("invalid", "no number to call from", {
      public: "no_caller_number",
      fields: [{ path: "", code: "no_caller_number" }],
    });
  await countToday(ctx, now);
  const code = String(randomInt(10 ** codeDigits)).padStart(codeDigits, "0");
  const id = newId();
  const expiresAt = now.add({ milliseconds: limits.transferCodeMs });
  const codeHash = hashOf(secret, id, code);
  await tx.insert(transferChecks).values({ id, businessId, phone, codeHash, expiresAt, createdAt: now });
  await changed(ctx, "settings", businessId, { action: "settings.transfer_call", subject: "settings" });
  return { from: number.phone, to: phone, code };
}

/**
 * Takes a typed code. Every try is counted before it is compared, so that many at once win nothing.
 * @returns whether it was the right one, and how many tries are left. The caller refuses after the commit: a try that is
 * rolled back would not be counted. @throws AppError "invalid" when no code is waiting for the number that is set.
 */
export async function checkTransferCode(
  ctx: Ctx,
  { secret, code, now }: { secret: string; code: string; now: Temporal.Instant },
): Promise<{ verified: boolean; triesLeft: number }> {
  const { businessId, tx } = ctx;
  const phone = await lockTransferPhone(ctx);
  const [newest] = await tx
    .select()
    .from(transferChecks)
    .where(and(eq(transferChecks.businessId, businessId), gt(transferChecks.expiresAt, now)))
    .orderBy(desc(transferChecks.createdAt), desc(transferChecks.id))
    .limit(1);
  if (phone === null || newest?.phone !== phone) throw refusal("code", "expired");
  if (newest.tries >= limits.transferCodeTries) return { verified: false, triesLeft: -1 };
  const mine = and(eq(transferChecks.businessId, businessId), eq(transferChecks.id, newest.id));
  await tx
    .update(transferChecks)
    .set({ tries: newest.tries + 1 })
    .where(mine);
  const triesLeft = limits.transferCodeTries - newest.tries - 1;
  if (!isSame(newest.codeHash, hashOf(secret, newest.id, code))) {
    await audit(ctx, { action: "settings.transfer_refused", subject: "settings", detail: { triesLeft } });
    return { verified: false, triesLeft };
  }
  await tx.update(transferChecks).set({ expiresAt: now }).where(mine); // a code is used once
  await tx
    .update(businessSettings)
    .set({ transferVerifiedPhone: phone, updatedAt: now })
    .where(eq(businessSettings.businessId, businessId));
  await changed(ctx, "settings", businessId, { action: "settings.transfer_verified", subject: "settings" });
  return { verified: true, triesLeft };
}

/** One check of a business at a time: the row of its settings is held until the transaction ends. */
async function lockTransferPhone({ businessId, tx }: Ctx): Promise<Phone | null> {
  const [row] = await tx
    .select({ phone: businessSettings.transferPhone })
    .from(businessSettings)
    .where(eq(businessSettings.businessId, businessId))
    .for("update");
  if (!row) throw new AppError("not_found", "no such business");
  return row.phone;
}

/** Forgets checks of days before. @throws AppError "rate_limited" when the day's calls are made. */
async function countToday({ businessId, tx }: Ctx, now: Temporal.Instant): Promise<void> {
  const mine = eq(transferChecks.businessId, businessId);
  const yesterday = now.subtract({ hours: dayHours });
  await tx.delete(transferChecks).where(and(mine, lte(transferChecks.createdAt, yesterday)));
  const [row] = await tx
    .select({ count: sql<number>`count(*)::int`, oldest: sql<string | null>`min(${transferChecks.createdAt})::text` })
    .from(transferChecks)
    .where(mine);
  if (!row || row.count < limits.transferChecksPerDayMax) return;
  const freeAt = Temporal.Instant.from(row.oldest!.replace(" ", "T")).add({ hours: dayHours });
  const retryAfterSeconds = Math.max(1, Math.ceil(now.until(freeAt).total("seconds")));
  throw new AppError("rate_limited", "too many checks today", { retryAfterSeconds, public: "transfer_calls_used" });
}

const refusal = (path: string, code: string) =>
  new AppError("invalid", `transfer check: ${path} ${code}`, { fields: [{ path, code }] });

const hashOf = (secret: string, id: string, code: string): string =>
  createHmac("sha256", secret).update(`transfer-check ${id} ${code}`).digest("base64url");

const isSame = (a: string, b: string): boolean => timingSafeEqual(Buffer.from(a), Buffer.from(b));
