import { and, eq } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import type { UserId } from "../base/ids.ts";
import { users } from "../db/schema/user.ts";
import type { Ctx } from "../tenants/ctx.ts";

/** Work is given to people of the business who may log in. @throws AppError "invalid" for anybody else. */
export async function requireColleague({ tx, businessId }: Ctx, userId: UserId | null | undefined): Promise<void> {
  if (userId === null || userId === undefined) return;
  const [found] = await tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.businessId, businessId), eq(users.id, userId), eq(users.status, "active")));
  if (found === undefined)
    throw new AppError("invalid", "no such person in the business", {
      fields: [{ path: "assigneeUserId", code: "custom" }],
    });
}
