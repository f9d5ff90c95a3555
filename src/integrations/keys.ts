import { createHash, randomBytes } from "node:crypto";
import { and, desc, eq, inArray, isNotNull, isNull, lt, or, sql } from "drizzle-orm";
import { z } from "zod";
import type { Access } from "../api/env.ts";
import { writtenText } from "../api/text.ts";
import type { Clock } from "../base/clock.ts";
import { AppError, tooMany } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Database } from "../db/client.ts";
import { apiKeys, type KeyScope } from "../db/schema/api-key.ts";
import { businesses } from "../db/schema/business.ts";
import { withSystem } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import { audit } from "../tenants/audit.ts";
import { authorOf } from "../tenants/author.ts";
import type { Ctx } from "../tenants/ctx.ts";

export const newKey = z.strictObject({ name: writtenText(60), scope: z.enum(["read", "write"]) });

const shown = {
  id: apiKeys.id,
  name: apiKeys.name,
  scope: apiKeys.scope,
  hint: apiKeys.hint,
  madeBy: apiKeys.madeBy,
  lastUsedAt: apiKeys.lastUsedAt,
  revokedAt: apiKeys.revokedAt,
  createdAt: apiKeys.createdAt,
};

// Says what it is to whoever finds it, and to scanners of leaked secrets.
const prefix = "al_";
const hintChars = 8;
const hashOf = (key: string): string => createHash("sha256").update(key).digest("base64url");

/** Newest first, revoked ones among them. */
export const listKeys = ({ tx, businessId }: Ctx) =>
  tx
    .select(shown)
    .from(apiKeys)
    .where(eq(apiKeys.businessId, businessId))
    .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id));

/** Makes a key and returns it: this once, only its hash is kept. @throws AppError "invalid" beyond `limits.keysMax`. */
export async function makeKey(ctx: Ctx, { name, scope }: { name: string; scope: KeyScope }) {
  const open = and(eq(apiKeys.businessId, ctx.businessId), isNull(apiKeys.revokedAt));
  if ((await ctx.tx.$count(apiKeys, open)) >= limits.keysMax) throw tooMany("keys", "name");
  await forgetRevoked(ctx);
  const key = prefix + randomBytes(32).toString("base64url");
  const id = newId();
  const [made] = await ctx.tx
    .insert(apiKeys)
    .values({
      id,
      businessId: ctx.businessId,
      name,
      scope,
      key: hashOf(key),
      hint: key.slice(0, hintChars),
      madeBy: authorOf(ctx.actor).name,
    })
    .returning(shown);
  await audit(ctx, { action: "key.make", subject: `key:${id}`, detail: { scope } });
  return { ...made!, key };
}

/** The newest revoked ones stay in the list. What each did stands in the log of acts, by its name. */
async function forgetRevoked({ tx, businessId }: Ctx): Promise<void> {
  const { id, revokedAt } = apiKeys;
  const revoked = and(eq(apiKeys.businessId, businessId), isNotNull(revokedAt));
  const older = tx
    .select({ id })
    .from(apiKeys)
    .where(revoked)
    .orderBy(desc(revokedAt), desc(id))
    .offset(limits.keysMax);
  await tx.delete(apiKeys).where(and(eq(apiKeys.businessId, businessId), inArray(id, older)));
}

/** From now on the key opens nothing. @throws AppError "not_found" for one that is not there or revoked already. */
export async function revokeKey(ctx: Ctx, id: string): Promise<void> {
  const revoked = await ctx.tx
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(apiKeys.businessId, ctx.businessId), eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
    .returning({ id: apiKeys.id });
  if (revoked.length === 0) throw new AppError("not_found", "no such key");
  await audit(ctx, { action: "key.revoke", subject: `key:${id}` });
}

/** For http/guard: what a key stands for, null for one that opens nothing. Keys act as staff of their business. */
export const createKeyVerifier =
  ({ db, clock }: { db: Database; clock: Clock }) =>
  async (key: string): Promise<Access | null> => {
    if (!key.startsWith(prefix)) return null;
    const now = clock.instant();
    return withSystem(db, async (tx) => {
      const [row] = await tx
        .select({ id: apiKeys.id, businessId: apiKeys.businessId, name: apiKeys.name, scope: apiKeys.scope })
        .from(apiKeys)
        .innerJoin(businesses, eq(businesses.id, apiKeys.businessId))
        .where(and(eq(apiKeys.key, hashOf(key)), isNull(apiKeys.revokedAt), eq(businesses.status, "active")));
      if (!row) return null;
      const stale = lt(apiKeys.lastUsedAt, now.subtract({ milliseconds: limits.keyTouchMs }));
      await tx
        .update(apiKeys)
        .set({ lastUsedAt: now })
        .where(and(eq(apiKeys.id, row.id), or(isNull(apiKeys.lastUsedAt), stale)));
      const { businessId, name, scope } = row;
      return {
        via: "api_key",
        userId: null,
        name,
        role: "agent",
        businessId,
        impersonating: false,
        readOnly: scope === "read",
      };
    });
  };
