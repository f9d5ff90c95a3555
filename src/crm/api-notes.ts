import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { json, param } from "../api/input.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import { writtenText } from "../api/text.ts";
import type { Database } from "../db/client.ts";
import { requireCustomer } from "./customers/read-customer.ts";
import { addNote } from "./notes/add-note.ts";
import { changeNote, removeNote } from "./notes/change-note.ts";
import { customerIdInput, customerParam, customerTag as tag } from "./shapes.ts";

const noteParam = z.strictObject({ id: customerIdInput, noteId: z.uuid() });
const note = z.strictObject({ body: writtenText(4_000) });
const added = z.object({ id: z.uuid() });

/** Notes about a customer; they are read in the timeline. */
export function createNotesApi({ db }: { db: Database }) {
  return new Hono<ApiEnv>()
    .post(
      "/api/customers/:id/notes",
      route({ summary: "Note something about a customer", tag, access: "staff", answer: added, status: 201 }),
      param(customerParam),
      json(note),
      async (c) => {
        const [{ id: customerId }, { body }] = [c.req.valid("param"), c.req.valid("json")];
        const id = await inTenant(db, c, async (ctx) => {
          await requireCustomer(ctx, customerId);
          return addNote(ctx, { customerId, body });
        });
        return c.json({ id }, 201);
      },
    )
    .patch(
      "/api/customers/:id/notes/:noteId",
      route({ summary: "Rewrite a note", tag, access: "staff" }),
      param(noteParam),
      json(note),
      async (c) => {
        const [{ id: customerId, noteId }, { body }] = [c.req.valid("param"), c.req.valid("json")];
        await inTenant(db, c, (ctx) => changeNote(ctx, { customerId, noteId }, body));
        return c.body(null, 204);
      },
    )
    .delete(
      "/api/customers/:id/notes/:noteId",
      route({ summary: "Remove a note", tag, access: "staff" }),
      param(noteParam),
      async (c) => {
        const { id: customerId, noteId } = c.req.valid("param");
        await inTenant(db, c, (ctx) => removeNote(ctx, { customerId, noteId }));
        return c.body(null, 204);
      },
    );
}
