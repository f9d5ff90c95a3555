import { eq } from "drizzle-orm";
import { whatsappSessions } from "../db/schema/whatsapp.ts";
import { notify } from "../notify/create.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { say } from "./say.he.ts";

const restrictedHours = 24;

/** WhatsApp takes no new chats from this number (K20): nothing that we begin goes out until that is over. Told once a day. */
export async function noteRestriction(ctx: Ctx, now: Temporal.Instant): Promise<void> {
  const restrictedUntil = now.add({ hours: restrictedHours });
  await ctx.tx.update(whatsappSessions).set({ restrictedUntil }).where(eq(whatsappSessions.businessId, ctx.businessId));
  const day = now.toString().slice(0, 10);
  await notify(ctx, { kind: "whatsapp_restricted", title: say.restricted, subject: `whatsapp:${day}` });
}

/** Until when WhatsApp takes no new chats; null = it does. */
export async function restrictedUntil(ctx: Ctx, now: Temporal.Instant): Promise<Temporal.Instant | null> {
  const [row] = await ctx.tx
    .select({ until: whatsappSessions.restrictedUntil })
    .from(whatsappSessions)
    .where(eq(whatsappSessions.businessId, ctx.businessId));
  return row?.until && Temporal.Instant.compare(row.until, now) > 0 ? row.until : null;
}
