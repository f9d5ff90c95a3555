import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { query } from "../api/input.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import { writtenText } from "../api/text.ts";
import type { Database } from "../db/client.ts";
import { search } from "./search/search.ts";

// One letter finds half of everybody.
const searchQuery = z.strictObject({
  q: writtenText(100).pipe(z.string().min(2)),
  limit: z.coerce.number().int().min(1).max(20).default(6),
});
const found = z.object({
  customers: z.array(
    z.object({
      id: z.uuid(),
      name: z.string().nullable(),
      phones: z.array(z.string()),
      leadId: z.uuid().nullable(),
      status: z.string().nullable(),
    }),
  ),
  calls: z.array(
    z.object({
      id: z.uuid(),
      customerId: z.uuid().nullable(),
      customerName: z.string().nullable(),
      startedLocal: z.string(),
      summary: z.string().nullable(),
    }),
  ),
  conversations: z.array(
    z.object({
      id: z.uuid(),
      channel: z.string(),
      customerId: z.uuid(),
      customerName: z.string().nullable(),
      text: z.string().nullable(),
      atLocal: z.string().nullable(),
    }),
  ),
});

/** `/api/search`: the command palette. */
export function createSearchApi({ db }: { db: Database }) {
  return new Hono<ApiEnv>().get(
    "/api/search",
    route({ summary: "People, calls and conversations for a text", tag: "search", access: "staff", answer: found }),
    query(searchQuery),
    async (c) => {
      const { q, limit } = c.req.valid("query");
      return c.json(await inTenant(db, c, (ctx) => search(ctx, q, limit)));
    },
  );
}
