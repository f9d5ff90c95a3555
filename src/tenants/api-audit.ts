import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { query } from "../api/input.ts";
import { dateInput, instantText, pageOf, pageQuery } from "../api/page.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import { localTime } from "../base/local-time.ts";
import type { Database } from "../db/client.ts";
import { listAudit } from "./list-audit.ts";
import { spanOfDates, zoneOf } from "./zone.ts";

export const auditQuery = pageQuery.extend({
  action: z
    .string()
    .regex(/^[a-z_]+(\.[a-z_]+)?$/)
    .optional(),
  subject: z.string().max(100).optional(),
  userId: z.uuid().optional(),
  /** Local dates, both included. */
  from: dateInput.optional(),
  to: dateInput.optional(),
});

export const auditRow = z.object({
  id: z.uuid(),
  action: z.string(),
  subject: z.string(),
  actorName: z.string(),
  /** Null for the system, the assistant, an API key and the operator at the command line. */
  userId: z.uuid().nullable(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  requestId: z.string().nullable(),
  createdAt: instantText,
});
const localRow = auditRow.extend({ createdLocal: z.string() });

/** `/api/audit`: who did what in this business. */
export const auditRoutes = ({ db }: { db: Database }) =>
  new Hono<ApiEnv>().get(
    "/api/audit",
    route({ summary: "Who did what, newest first", tag: "audit", access: "owner", answer: pageOf(localRow) }),
    query(auditQuery),
    async (c) => {
      const { limit, cursor, from, to, ...filter } = c.req.valid("query");
      const page = await inTenant(db, c, async (ctx) => {
        const zone = await zoneOf(ctx);
        const { businessId } = ctx;
        const wanted = { ...filter, ...spanOfDates(zone, { from, to }), businessId };
        const { items, next } = await listAudit(ctx.tx, wanted, { limit, cursor });
        const dated = items.map(({ businessId: _own, ...row }) => ({
          ...row,
          createdLocal: localTime(row.createdAt, zone),
        }));
        return { items: dated, next };
      });
      return c.json(page);
    },
  );
