import { eq } from "drizzle-orm";
import { AppError, type ErrorCode } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { whatsappSessions } from "../db/schema/whatsapp.ts";
import { audit } from "../tenants/audit.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { ring } from "./bell.ts";
import { type ChannelStatus, noStatus } from "./provider.ts";
import type { CommandOutcome, SessionCommand } from "./session-rows.ts";

/** What people see of a business's session. */
export interface SessionView {
  wanted: boolean;
  status: ChannelStatus;
  restrictedUntil: Temporal.Instant | null;
}

export async function viewSession(ctx: Ctx): Promise<SessionView> {
  const [row] = await ctx.tx.select().from(whatsappSessions).where(isOf(ctx));
  return {
    wanted: row?.wanted ?? false,
    status: (row?.status ?? noStatus) as ChannelStatus,
    restrictedUntil: row?.restrictedUntil ?? null,
  };
}

/** Asks for the session to be connected, by whichever process can; also the way out of a final state. */
export async function wishConnected(ctx: Ctx): Promise<void> {
  await setWish(ctx, true, { id: newId(), kind: "reconnect" });
  await audit(ctx, { action: "whatsapp.connect", subject: `business:${ctx.businessId}` });
}

/** Asks for it to be off; the login stays. */
export async function wishOff(ctx: Ctx): Promise<void> {
  await setWish(ctx, false, null);
  await audit(ctx, { action: "whatsapp.disconnect", subject: `business:${ctx.businessId}` });
}

/**
 * Asks the session's holder to unlink this device; returns the command's id. Nobody is alarmed by a logout that somebody
 * asked for.
 */
export async function wishLogout(ctx: Ctx): Promise<string> {
  const id = newId();
  await setWish(ctx, true, { id, kind: "logout" });
  await audit(ctx, { action: "whatsapp.logout", subject: `business:${ctx.businessId}` });
  return id;
}

/** Asks for a code to type on the business's phone; returns the command's id. */
export async function wishPairingCode(ctx: Ctx, phone: string): Promise<string> {
  const id = newId();
  await setWish(ctx, true, { id, kind: "pairing_code", phone });
  await audit(ctx, { action: "whatsapp.pairing_code", subject: `business:${ctx.businessId}` });
  return id;
}

async function setWish(ctx: Ctx, wanted: boolean, command: SessionCommand | null): Promise<void> {
  const wish = { wanted, command };
  await ctx.tx
    .insert(whatsappSessions)
    .values({ businessId: ctx.businessId, ...wish })
    .onConflictDoUpdate({ target: whatsappSessions.businessId, set: wish });
  await ring(ctx.tx, ctx.businessId, "session");
}

/** Null while the holder is at it. @throws AppError with the holder's code when it could not be done. */
export async function outcomeOf(ctx: Ctx, commandId: string): Promise<"done" | null> {
  const [row] = await ctx.tx.select({ outcome: whatsappSessions.outcome }).from(whatsappSessions).where(isOf(ctx));
  const outcome = (row?.outcome ?? null) as CommandOutcome | null;
  if (outcome?.id !== commandId) return null;
  if (!outcome.ok) throw new AppError(outcome.code as ErrorCode, "the session's holder refused");
  return "done";
}

const isOf = (ctx: Ctx) => eq(whatsappSessions.businessId, ctx.businessId);
