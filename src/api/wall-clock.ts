import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { businesses } from "../db/schema/business.ts";
import type { Ctx } from "../tenants/ctx.ts";

/** An instant on the clock of the business, `2026-11-27T10:04`, worked out by the database in the same statement. */
export const wallClock = ({ businessId }: Pick<Ctx, "businessId">, at: SQLWrapper): SQL<string> =>
  sql<string>`to_char(timezone((
    select ${businesses.timezone} from ${businesses} where ${businesses.id} = ${businessId}), ${at}), 'YYYY-MM-DD"T"HH24:MI')`;
