import { and, eq, sql } from "drizzle-orm";
import { announce } from "../db/announce.ts";
import type { Database } from "../db/client.ts";
import { messages } from "../db/schema/message.ts";
import { withSystem } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import { tellFailure } from "./receipts.ts";

/** Drops what waits and helps nobody any more, of all businesses: also behind a link that is away, where its turn never comes. */
export function dropExpired(db: Database, now: Temporal.Instant): Promise<void> {
  const { id, businessId, conversationId, purpose } = messages;
  const isExpired = sql`(${messages.detail}->>'notAfter')::timestamptz <= ${now.toString()}::timestamptz`;
  return withSystem(
    db,
    async (tx) => {
      const dropped = await tx
        .update(messages)
        .set({ state: "cancelled", reason: "too_late", nextAt: null })
        .where(and(eq(messages.state, "queued"), isExpired))
        .returning({ id, businessId, conversationId, purpose });
      for (const one of dropped) {
        await announce(tx, { businessId: one.businessId, type: "conversation", id: one.conversationId });
        const ctx = { businessId: one.businessId, actor: { kind: "system" }, tx } as const;
        // A line for the owner stands behind the bell anyway.
        if (one.purpose !== "notice") await tellFailure(ctx, one.id, "too_late");
      }
    },
    { deadlineMs: limits.jobQueryMs },
  );
}
