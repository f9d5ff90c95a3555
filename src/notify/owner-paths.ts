import { desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { parseInput } from "../base/parse-input.ts";
import { phoneText } from "../base/phone-text.ts";
import type { NotificationKind } from "../db/schema/notification.ts";
import { type OwnerPath, ownerPaths, ownerTellings } from "../db/schema/owner-telling.ts";
import { enqueue } from "../jobs/queue.ts";
import { changed, fieldsOf } from "../tenants/changed.ts";
import type { Ctx } from "../tenants/ctx.ts";

export type OwnerPaths = Omit<typeof ownerPaths.$inferSelect, "businessId" | "updatedAt">;

export const everyPath: readonly OwnerPath[] = ["whatsapp", "mail"];
const nowhere: OwnerPaths = { whatsapp: null, mail: null, urgentOnly: true };

/** Only what is given changes. */
export const ownerPathsChange = z
  .strictObject({
    whatsapp: phoneText.nullable(),
    mail: z.string().trim().toLowerCase().max(254).pipe(z.email()).nullable(),
    urgentOnly: z.boolean(),
  })
  .partial();

/** `locked`: nobody else counts or changes until the transaction ends. */
export async function readOwnerPaths({ tx, businessId }: Ctx, { locked = false } = {}): Promise<OwnerPaths> {
  const { whatsapp, mail, urgentOnly } = ownerPaths;
  const query = tx.select({ whatsapp, mail, urgentOnly }).from(ownerPaths).where(eq(ownerPaths.businessId, businessId));
  const [row] = locked ? await query.for("update") : await query;
  return row ?? nowhere;
}

/** @throws AppError "invalid" naming the fields at fault. */
export async function saveOwnerPaths(ctx: Ctx, change: z.input<typeof ownerPathsChange>): Promise<void> {
  const given = Object.fromEntries(
    Object.entries(parseInput(ownerPathsChange, change)).filter(([, value]) => value !== undefined),
  );
  await ctx.tx
    .insert(ownerPaths)
    .values({ businessId: ctx.businessId, ...given })
    .onConflictDoUpdate({ target: ownerPaths.businessId, set: { ...given, updatedAt: sql`now()` } });
  const act = { action: "settings.owner_paths", subject: "settings", detail: { fields: fieldsOf(given) } };
  await changed(ctx, "settings", ctx.businessId, act);
}

/** What became of the last one on each path. */
export async function lastTellings({ tx, businessId }: Ctx) {
  const { path, outcome, at } = ownerTellings;
  const rows = await tx
    .selectDistinctOn([path], { path, outcome, at })
    .from(ownerTellings)
    .where(eq(ownerTellings.businessId, businessId))
    .orderBy(path, desc(at));
  const of = (wanted: OwnerPath) => {
    const row = rows.find((one) => one.path === wanted);
    return row === undefined ? null : { outcome: row.outcome, at: row.at };
  };
  return { whatsapp: of("whatsapp"), mail: of("mail") };
}

/** The queue whose jobs carry `{ notificationId, path }` of a line that the owner hears of. */
export const ownerQueue = "owner_line";

/** A meeting that was booked as it should be waits for nobody. */
const calm: ReadonlySet<NotificationKind> = new Set(["meeting_booked", "meeting_moved", "meeting_cancelled"]);
/** Over WhatsApp nobody hears that WhatsApp fails, and a message about a message that failed would fail for ever. */
const notByWhatsapp: ReadonlySet<NotificationKind> = new Set([
  "whatsapp_down",
  "whatsapp_failed",
  "whatsapp_restricted",
]);

/** The owner is told of it if and only if the transaction commits. Costs one small look where nothing is set. */
export async function tellOwnerLater(ctx: Ctx, notificationId: string, kind: NotificationKind): Promise<void> {
  const paths = await readOwnerPaths(ctx);
  if (paths.urgentOnly && calm.has(kind)) return;
  const { tx, businessId } = ctx;
  for (const path of everyPath)
    if (paths[path] !== null && !(path === "whatsapp" && notByWhatsapp.has(kind)))
      await enqueue(tx, { businessId, queue: ownerQueue, payload: { notificationId, path } });
}
