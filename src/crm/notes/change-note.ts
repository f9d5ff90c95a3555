import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../../base/errors.ts";
import type { CustomerId } from "../../base/ids.ts";
import { announce } from "../../db/announce.ts";
import { notes } from "../../db/schema/note.ts";
import { audit } from "../../tenants/audit.ts";
import type { Ctx } from "../../tenants/ctx.ts";

export interface NoteName {
  customerId: CustomerId;
  noteId: string;
}

/** Rewrites a note. @throws AppError "not_found". */
export async function changeNote(ctx: Ctx, note: NoteName, body: string): Promise<void> {
  const changed = await ctx.tx
    .update(notes)
    .set({ body, editedAt: sql`now()` })
    .where(isNote(ctx, note))
    .returning({ id: notes.id });
  await written(ctx, note, "note.change", changed.length);
}

/** Takes a note away. @throws AppError "not_found". */
export async function removeNote(ctx: Ctx, note: NoteName): Promise<void> {
  const removed = await ctx.tx.delete(notes).where(isNote(ctx, note)).returning({ id: notes.id });
  await written(ctx, note, "note.remove", removed.length);
}

const isNote = (ctx: Ctx, { customerId, noteId }: NoteName) =>
  and(eq(notes.businessId, ctx.businessId), eq(notes.customerId, customerId), eq(notes.id, noteId));

async function written(ctx: Ctx, { customerId, noteId }: NoteName, action: string, count: number): Promise<void> {
  if (count === 0) throw new AppError("not_found", "no such note");
  await audit(ctx, { action, subject: `note:${noteId}` });
  await announce(ctx.tx, { businessId: ctx.businessId, type: "customer", id: customerId });
}
