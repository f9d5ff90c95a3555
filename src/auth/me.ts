import { eq } from "drizzle-orm";
import { z } from "zod";
import type { Access } from "../api/env.ts";
import type { Database } from "../db/client.ts";
import { businesses } from "../db/schema/business.ts";
import { users } from "../db/schema/user.ts";
import { withSystem } from "../db/tenant.ts";

const role = z.enum(["system_admin", "owner", "agent"]);

/** What `auth.me` answers, and every act that changes it. */
export const meAnswer = z.object({
  /** Null for an API key. */
  user: z.object({ id: z.uuid(), name: z.string(), email: z.string() }).nullable(),
  role,
  /** The business that the request is about; null for a system_admin inside none. */
  business: z.object({ id: z.uuid(), name: z.string(), timezone: z.string() }).nullable(),
  /** True while a system_admin is inside a business: the panel says so all the time (K7). */
  impersonating: z.boolean(),
  /** To repeat in the header `X-CSRF-Token` of every request that changes something; null for an API key. */
  csrf: z.string().nullable(),
});

/** Of the question itself: `/api/events?since=…` with it misses nothing that happens after this answer. */
export const askedMe = meAnswer.extend({ latest: z.string() });
export type Me = z.input<typeof meAnswer>;

export function describeMe(db: Database, access: Access, csrf: string | null): Promise<Me> {
  const { userId, businessId, role, impersonating } = access;
  return withSystem(db, async (tx) => {
    const [user] = userId === null ? [] : await tx.select().from(users).where(eq(users.id, userId));
    const [business] =
      businessId === null ? [] : await tx.select().from(businesses).where(eq(businesses.id, businessId));
    return {
      user: user ? { id: user.id, name: user.name, email: user.email } : null,
      role,
      business: business ? { id: business.id, name: business.name, timezone: business.timezone } : null,
      impersonating,
      csrf,
    };
  });
}
