import { and, desc, eq } from "drizzle-orm";
import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import type { CountExport } from "../api/exports.ts";
import { assertFresh } from "../api/fresh.ts";
import { param, query } from "../api/input.ts";
import { instantText, pageOf, pageQuery } from "../api/page.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import type { Clock } from "../base/clock.ts";
import type { CustomerId } from "../base/ids.ts";
import type { Database } from "../db/client.ts";
import { isBehind, pageOfRows } from "../db/page-key.ts";
import { erasures } from "../db/schema/erasure.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { erasePerson } from "./erase-person.ts";
import { exportPerson } from "./export-person.ts";

const tag = "privacy";
const customerParam = z.strictObject({ id: z.uuid().transform((text) => text.toLowerCase() as CustomerId) });
const begun = z.object({ erasureId: z.uuid() });
const erasure = z.object({
  id: z.uuid(),
  customerId: z.uuid(),
  counts: z.record(z.string(), z.int()),
  requestedByName: z.string(),
  createdAt: instantText,
  finishedAt: instantText.nullable(),
});

export interface PrivacyApiDeps {
  db: Database;
  storageDir: string;
  clock: Clock;
  countExport: CountExport;
}

/** A person's data, shown and erased (S5); both want the password given lately (K7). */
export function createPrivacyApi({ db, storageDir, clock, countExport }: PrivacyApiDeps) {
  return new Hono<ApiEnv>()
    .get(
      "/api/customers/:id/export",
      route({ summary: "Everything of one person as a ZIP", tag, access: "owner", media: "application/zip" }),
      param(customerParam),
      async (c) => {
        assertFresh(c, clock.instant());
        countExport(c);
        const { id } = c.req.valid("param");
        const zip = await exportPerson((run) => inTenant(db, c, run, { deadlineMs: limits.personMs }), storageDir, id);
        return c.body(zip, 200, {
          "Content-Type": "application/zip",
          "Content-Disposition": `attachment; filename="customer-${id}.zip"`,
          "X-Content-Type-Options": "nosniff",
          "Cache-Control": "no-store",
        });
      },
    )
    .post(
      "/api/customers/:id/erase",
      route({ summary: "Erase a person, for good", tag, access: "owner", answer: begun, status: 202 }),
      param(customerParam),
      async (c) => {
        assertFresh(c, clock.instant());
        const { id } = c.req.valid("param");
        const erase = (ctx: Ctx) => erasePerson(ctx, id);
        return c.json({ erasureId: await inTenant(db, c, erase, { deadlineMs: limits.personMs }) }, 202);
      },
    )
    .get(
      "/api/erasures",
      route({ summary: "Who was erased, and whether nothing is left", tag, access: "owner", answer: pageOf(erasure) }),
      query(pageQuery),
      async (c) => c.json(await inTenant(db, c, (ctx) => listErasures(ctx, c.req.valid("query")))),
    );
}

async function listErasures({ tx, businessId }: Ctx, page: z.output<typeof pageQuery>) {
  const { id, customerId, counts, requestedByName, createdAt, finishedAt } = erasures;
  const rows = await tx
    .select({ id, customerId, counts, requestedByName, createdAt, finishedAt })
    .from(erasures)
    .where(and(eq(erasures.businessId, businessId), isBehind(page.cursor, createdAt, id)))
    .orderBy(desc(createdAt), desc(id))
    .limit(page.limit + 1);
  return pageOfRows(rows, page.limit);
}
