import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { json, param, query } from "../api/input.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import { writtenText } from "../api/text.ts";
import type { Database } from "../db/client.ts";
import { limits } from "../limits.ts";
import {
  addLeadStatus,
  changeLeadStatus,
  leadStatusChange,
  listLeadStatuses,
  newLeadStatus,
  orderLeadStatuses,
  removeLeadStatus,
} from "./leads/statuses.ts";
import { statusShape } from "./shapes.ts";

const tag = "lead statuses";
const statusKey = writtenText(40);
const keyParam = () => param(z.strictObject({ key: statusKey }));
const order = z.strictObject({ keys: z.array(statusKey).min(1).max(limits.leadStatusesMax) });
const removal = z.strictObject({ moveTo: statusKey });
const all = z.object({ items: z.array(statusShape) });
const moved = z.object({ leadsMoved: z.int() });

/** `/api/lead-statuses`: the columns of the board, which every business makes for itself (C2). */
export function createLeadStatusesApi({ db }: { db: Database }) {
  return new Hono<ApiEnv>()
    .get(
      "/api/lead-statuses",
      route({ summary: "The statuses in their order", tag, access: "staff", answer: all }),
      async (c) => c.json({ items: await inTenant(db, c, listLeadStatuses) }),
    )
    .post(
      "/api/lead-statuses",
      route({ summary: "Add a status, as the last one", tag, access: "owner", answer: statusShape, status: 201 }),
      json(newLeadStatus),
      async (c) => c.json(await inTenant(db, c, (ctx) => addLeadStatus(ctx, c.req.valid("json"))), 201),
    )
    .put(
      "/api/lead-statuses/order",
      route({ summary: "Put the statuses in order", tag, access: "owner", answer: all }),
      json(order),
      async (c) => c.json({ items: await inTenant(db, c, (ctx) => orderLeadStatuses(ctx, c.req.valid("json").keys)) }),
    )
    .patch(
      "/api/lead-statuses/:key",
      route({ summary: "Change a status", tag, access: "owner", answer: statusShape }),
      keyParam(),
      json(leadStatusChange),
      async (c) => {
        const { key } = c.req.valid("param");
        return c.json(await inTenant(db, c, (ctx) => changeLeadStatus(ctx, key, c.req.valid("json"))));
      },
    )
    .delete(
      "/api/lead-statuses/:key",
      route({ summary: "Remove a status; its leads move", tag, access: "owner", answer: moved }),
      keyParam(),
      query(removal),
      async (c) => {
        const [{ key }, { moveTo }] = [c.req.valid("param"), c.req.valid("query")];
        return c.json({ leadsMoved: await inTenant(db, c, (ctx) => removeLeadStatus(ctx, key, moveTo)) });
      },
    );
}
