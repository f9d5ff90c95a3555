import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { idParam, json, query } from "../api/input.ts";
import { flagInput, instantInput, instantText, pageOf, pageQuery } from "../api/page.ts";
import { accessOf, route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import { optionalText, writtenText } from "../api/text.ts";
import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { Database } from "../db/client.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { requireCustomer } from "./customers/read-customer.ts";
import { customerIdInput, userIdInput } from "./shapes.ts";
import { changeTask, completeTask, reopenTask } from "./tasks/change-task.ts";
import { createTask, type NewTask } from "./tasks/create-task.ts";
import { listTasks, readTask, taskViews } from "./tasks/list-tasks.ts";

const tag = "tasks";
const task = z.object({
  id: z.uuid(),
  title: z.string(),
  detail: z.string().nullable(),
  status: z.enum(["open", "done"]),
  urgency: z.enum(["normal", "urgent"]),
  dueAt: instantText.nullable(),
  dueLocal: z.string().nullable(),
  doneAt: instantText.nullable(),
  assigneeUserId: z.uuid().nullable(),
  customerId: z.uuid().nullable(),
  customerName: z.string().nullable(),
  callId: z.uuid().nullable(),
  createdBy: z.enum(["staff", "assistant", "system"]),
  createdByUserId: z.uuid().nullable(),
  createdAt: instantText,
  createdLocal: z.string(),
});
const listQuery = pageQuery.extend({
  view: z.enum(taskViews).default("open"),
  mine: flagInput.default(false),
  assigneeUserId: userIdInput.optional(),
  customerId: customerIdInput.optional(),
  /** Beginnings of words of the title, the detail or the customer's name, or digits of a number. */
  q: writtenText(100).optional(),
});
const urgency = z.enum(["normal", "urgent"]);
const newTask = z.strictObject({
  title: writtenText(200),
  detail: writtenText(4_000).optional(),
  urgency: urgency.optional(),
  dueAt: instantInput.optional(),
  customerId: customerIdInput.optional(),
  assigneeUserId: userIdInput.optional(),
});
const taskChange = z
  .strictObject({
    title: writtenText(200),
    detail: optionalText(4_000),
    urgency,
    dueAt: instantInput.nullable(),
    customerId: customerIdInput.nullable(),
    assigneeUserId: userIdInput.nullable(),
  })
  .partial();

/** `/api/tasks`: what people of the business have to do (C4). */
export function createTasksApi({ db, clock }: { db: Database; clock: Clock }) {
  return new Hono<ApiEnv>()
    .get(
      "/api/tasks",
      route({ summary: "Tasks of one view", tag, access: "staff", answer: pageOf(task) }),
      query(listQuery),
      async (c) => {
        const { mine, assigneeUserId, ...wanted } = c.req.valid("query");
        const { userId } = accessOf(c);
        if (mine && userId === null) return c.json({ items: [], next: null }); // a key has no tasks of its own
        const assignee = mine && userId !== null ? userId : assigneeUserId;
        const asked = { ...wanted, assigneeUserId: assignee, now: clock.instant() };
        return c.json(await inTenant(db, c, (ctx) => listTasks(ctx, asked)));
      },
    )
    .post(
      "/api/tasks",
      route({ summary: "Make a task", tag, access: "staff", answer: task, status: 201 }),
      json(newTask),
      async (c) => c.json(await inTenant(db, c, (ctx) => makeTask(ctx, c.req.valid("json"))), 201),
    )
    .route("/", createTaskApi(db, clock));
}

function createTaskApi(db: Database, clock: Clock) {
  return new Hono<ApiEnv>()
    .get("/api/tasks/:id", route({ summary: "One task", tag, access: "staff", answer: task }), idParam(), async (c) =>
      c.json(await inTenant(db, c, (ctx) => readTask(ctx, c.req.valid("param").id))),
    )
    .patch(
      "/api/tasks/:id",
      route({ summary: "Change a task", tag, access: "staff", answer: task }),
      idParam(),
      json(taskChange),
      async (c) => {
        const [{ id }, change] = [c.req.valid("param"), c.req.valid("json")];
        const changed = await inTenant(db, c, async (ctx) => {
          if (change.customerId) await requireCustomer(ctx, change.customerId);
          await changeTask(ctx, id, change, clock.instant());
          return readTask(ctx, id);
        });
        return c.json(changed);
      },
    )
    .post(
      "/api/tasks/:id/complete",
      route({ summary: "A task is done", tag, access: "staff", answer: task }),
      idParam(),
      async (c) => {
        const { id } = c.req.valid("param");
        const done = await inTenant(db, c, async (ctx) => {
          await completeTask(ctx, id, clock.instant());
          return readTask(ctx, id);
        });
        return c.json(done);
      },
    )
    .post(
      "/api/tasks/:id/reopen",
      route({ summary: "A done task is open again", tag, access: "staff", answer: task }),
      idParam(),
      async (c) => {
        const { id } = c.req.valid("param");
        const opened = await inTenant(db, c, async (ctx) => {
          await reopenTask(ctx, id, clock.instant());
          return readTask(ctx, id);
        });
        return c.json(opened);
      },
    );
}

async function makeTask(ctx: Ctx, input: NewTask) {
  if (input.customerId !== undefined) await requireCustomer(ctx, input.customerId);
  const id = await createTask(ctx, input);
  if (id === null) throw new AppError("bug", "a task without a source was not made");
  return readTask(ctx, id);
}
