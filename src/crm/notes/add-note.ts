import { AppError } from "../../base/errors.ts";
import { type CustomerId, newId } from "../../base/ids.ts";
import { announce } from "../../db/announce.ts";
import { notes } from "../../db/schema/note.ts";
import { authorOf } from "../../tenants/author.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { touchLead } from "../leads/touch.ts";

/** Longest note that is kept, in UTF-16 units. */
export const noteChars = 4_000;

/** Notes something about a customer. @throws AppError "invalid" for an empty note. */
export async function addNote(ctx: Ctx, input: { customerId: CustomerId; body: string }): Promise<string> {
  const body = input.body.trim().slice(0, noteChars);
  if (body === "") throw new AppError("invalid", "an empty note", { fields: [{ path: "body", code: "required" }] });
  const author = authorOf(ctx.actor);
  const id = newId();
  await ctx.tx.insert(notes).values({
    id,
    businessId: ctx.businessId,
    customerId: input.customerId,
    body,
    createdBy: author.kind,
    createdByUserId: author.userId,
    authorName: author.name,
  });
  await touchLead(ctx, input.customerId);
  await announce(ctx.tx, { businessId: ctx.businessId, type: "customer", id: input.customerId });
  return id;
}
