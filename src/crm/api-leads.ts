import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { idParam, json, query } from "../api/input.ts";
import { pageOf, pageQuery } from "../api/page.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import { optionalText, writtenText } from "../api/text.ts";
import { phoneText } from "../base/phone-text.ts";
import type { Database } from "../db/client.ts";
import { nameChars } from "./customers/rename.ts";
import { addLead } from "./leads/add-lead.ts";
import { archiveLead, changeLead, changeLeads } from "./leads/change-lead.ts";
import { countLeads } from "./leads/count-leads.ts";
import { listLeads, readLead } from "./leads/list-leads.ts";
import { leadFilters, leadShape, leadSource, statusKeyInput, statusShape, userIdInput } from "./shapes.ts";

const tag = "leads";
// As many as one page shows: what somebody can have ticked.
const bulkMax = 200;

const listQuery = pageQuery.extend({ ...leadFilters, sort: z.enum(["newest", "active"]).default("newest") });
const countQuery = z.strictObject(leadFilters).omit({ status: true });
const newLead = z
  .strictObject({
    name: writtenText(nameChars),
    phone: phoneText,
    source: leadSource.default("staff"),
    status: statusKeyInput,
    assigneeUserId: userIdInput,
    note: writtenText(4_000),
  })
  .partial({ name: true, phone: true, status: true, assigneeUserId: true, note: true })
  .refine((lead) => lead.name !== undefined || lead.phone !== undefined, {
    path: ["name"],
    message: "a name or a phone",
  });
const ofMany = { status: statusKeyInput, source: leadSource, assigneeUserId: userIdInput.nullable() };
const leadChange = z.strictObject({ name: optionalText(nameChars), ...ofMany }).partial();
const manyChange = z.strictObject({
  ids: z.array(z.uuid().toLowerCase()).min(1).max(bulkMax),
  change: z
    .strictObject(ofMany)
    .partial()
    .refine((change) => Object.keys(change).length > 0, { message: "nothing to change" }),
});
const manyChanged = z.object({ changed: z.array(z.uuid()), missing: z.array(z.uuid()) });
const counts = z.object({ items: z.array(statusShape.extend({ count: z.int() })) });
const added = z.object({ lead: leadShape, isNew: z.boolean() });

/** `/api/leads`: the list and the board (C2). */
export function createLeadsApi({ db }: { db: Database }) {
  return new Hono<ApiEnv>()
    .get(
      "/api/leads",
      route({ summary: "Leads, newest or recently active first", tag, access: "staff", answer: pageOf(leadShape) }),
      query(listQuery),
      async (c) => {
        const { cursor: before, ...wanted } = c.req.valid("query");
        // Each filter is an index's or a walk along the newest leads; only how a word is looked for hangs on the word.
        const how = wanted.q === undefined ? ({ plans: "kept", single: true } as const) : {};
        const { leads, next } = await inTenant(db, c, (ctx) => listLeads(ctx, { ...wanted, before }), how);
        return c.json({ items: leads, next });
      },
    )
    .get(
      "/api/leads/counts",
      route({ summary: "How many leads stand in each status", tag, access: "staff", answer: counts }),
      query(countQuery),
      async (c) => c.json({ items: await inTenant(db, c, (ctx) => countLeads(ctx, c.req.valid("query"))) }),
    )
    .post(
      "/api/leads",
      route({ summary: "Write a lead down", tag, access: "staff", answer: added }),
      json(newLead),
      async (c) => c.json(await inTenant(db, c, (ctx) => addLead(ctx, c.req.valid("json")))),
    )
    .post(
      "/api/leads/change",
      route({ summary: "Change many leads; says which were not there", tag, access: "staff", answer: manyChanged }),
      json(manyChange),
      async (c) => {
        const { ids, change } = c.req.valid("json");
        return c.json(await inTenant(db, c, (ctx) => changeLeads(ctx, ids, change)));
      },
    )
    .route("/", createLeadApi(db));
}

function createLeadApi(db: Database) {
  return new Hono<ApiEnv>()
    .get(
      "/api/leads/:id",
      route({ summary: "One lead", tag, access: "staff", answer: leadShape }),
      idParam(),
      async (c) => c.json(await inTenant(db, c, (ctx) => readLead(ctx, c.req.valid("param").id))),
    )
    .patch(
      "/api/leads/:id",
      route({ summary: "Change a lead", tag, access: "staff", answer: leadShape }),
      idParam(),
      json(leadChange),
      async (c) => {
        const { id } = c.req.valid("param");
        return c.json(await inTenant(db, c, (ctx) => changeLead(ctx, id, c.req.valid("json"))));
      },
    )
    .delete("/api/leads/:id", route({ summary: "Archive a lead", tag, access: "staff" }), idParam(), async (c) => {
      await inTenant(db, c, (ctx) => archiveLead(ctx, c.req.valid("param").id, true));
      return c.body(null, 204);
    })
    .post(
      "/api/leads/:id/restore",
      route({ summary: "Take a lead back from the archive", tag, access: "staff" }),
      idParam(),
      async (c) => {
        await inTenant(db, c, (ctx) => archiveLead(ctx, c.req.valid("param").id, false));
        return c.body(null, 204);
      },
    );
}
