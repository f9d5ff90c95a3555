import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { json, param } from "../api/input.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import { writtenText } from "../api/text.ts";
import { phoneText } from "../base/phone-text.ts";
import type { Database } from "../db/client.ts";
import { addIdentity, removeIdentity } from "./customers/identities.ts";
import { mergeCustomers, previewMerge, undoMerge } from "./customers/merge.ts";
import { customerIdInput, customerParam, customerTag as tag } from "./shapes.ts";

const identityParam = z.strictObject({ id: customerIdInput, identityId: z.uuid() });
const otherParam = z.strictObject({ id: customerIdInput, otherId: customerIdInput });
const mergeParam = z.strictObject({ id: customerIdInput, mergeId: z.uuid() });
const identity = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("phone"), value: phoneText }),
  z.strictObject({ kind: z.enum(["lid", "bsuid"]), value: writtenText(120) }),
]);
const added = z.object({ id: z.uuid() });
const merge = z.strictObject({ mergedId: customerIdInput, proof: writtenText(500) });
const merged = z.object({ mergeId: z.uuid() });
const side = z.object({ id: z.uuid(), name: z.string().nullable() });
const preview = z.object({
  kept: side,
  merged: side,
  moves: z.record(z.string(), z.int()),
  dropsLead: z.boolean(),
  movesLead: z.boolean(),
});

/** Who a customer is: identities, and two customers who turn out to be one person (A9). */
export function createIdentitiesApi({ db }: { db: Database }) {
  return new Hono<ApiEnv>()
    .post(
      "/api/customers/:id/identities",
      route({ summary: "Recognise a customer by one more identity", tag, access: "staff", answer: added, status: 201 }),
      param(customerParam),
      json(identity),
      async (c) => {
        const { id } = c.req.valid("param");
        return c.json({ id: await inTenant(db, c, (ctx) => addIdentity(ctx, id, c.req.valid("json"))) }, 201);
      },
    )
    .delete(
      "/api/customers/:id/identities/:identityId",
      route({ summary: "Forget an identity", tag, access: "staff" }),
      param(identityParam),
      async (c) => {
        const { id, identityId } = c.req.valid("param");
        await inTenant(db, c, (ctx) => removeIdentity(ctx, id, identityId));
        return c.body(null, 204);
      },
    )
    .get(
      "/api/customers/:id/merge/:otherId",
      route({
        summary: "What merging the other customer into this one would do",
        tag,
        access: "staff",
        answer: preview,
      }),
      param(otherParam),
      async (c) => {
        const { id: keptId, otherId: mergedId } = c.req.valid("param");
        const {
          kept,
          merged: other,
          moves,
          dropsLead,
          movesLead,
        } = await inTenant(db, c, (ctx) => previewMerge(ctx, { keptId, mergedId }));
        const named = ({ id, name }: typeof kept) => ({ id, name });
        return c.json({ kept: named(kept), merged: named(other), moves, dropsLead, movesLead });
      },
    )
    .post(
      "/api/customers/:id/merge",
      route({ summary: "Merge another customer into this one", tag, access: "staff", answer: merged }),
      param(customerParam),
      json(merge),
      async (c) => {
        const [{ id: keptId }, input] = [c.req.valid("param"), c.req.valid("json")];
        return c.json({ mergeId: await inTenant(db, c, (ctx) => mergeCustomers(ctx, { keptId, ...input })) });
      },
    )
    .post(
      "/api/customers/:id/merges/:mergeId/undo",
      route({ summary: "Part two customers that were merged", tag, access: "staff" }),
      param(mergeParam),
      async (c) => {
        const { id, mergeId } = c.req.valid("param");
        await inTenant(db, c, (ctx) => undoMerge(ctx, mergeId, id));
        return c.body(null, 204);
      },
    );
}
