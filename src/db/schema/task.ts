import { type SQLWrapper, sql } from "drizzle-orm";
import { check, foreignKey, index, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import type { CallId, CustomerId } from "../../base/ids.ts";
import { businessId } from "./business.ts";
import { calls } from "./call.ts";
import { createdAt, instant, updatedAt } from "./columns.ts";
import { customers } from "./customer.ts";

export type TaskUrgency = "normal" | "urgent";
/** Who made a row, as in `Actor` (tenants/ctx). */
export type AuthorKind = "staff" | "assistant" | "system";

/** When a task is due, for its order: without a date it comes behind all that have one. */
export const dueOrNever = (dueAt: SQLWrapper) => sql<string>`coalesce(${dueAt}, '9999-12-31 00:00:00+00'::timestamptz)`;

/** Something a person of the business has to do, such as calling somebody back. */
export const tasks = pgTable(
  "tasks",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    customerId: uuid("customer_id").$type<CustomerId>(),
    callId: uuid("call_id").$type<CallId>(),
    title: text("title").notNull(),
    detail: text("detail"),
    status: text("status").$type<"open" | "done">().notNull().default("open"),
    urgency: text("urgency").$type<TaskUrgency>().notNull().default("normal"),
    dueAt: instant("due_at"),
    doneAt: instant("done_at"),
    assigneeUserId: uuid("assignee_user_id"),
    createdBy: text("created_by").$type<AuthorKind>().notNull().default("system"),
    createdByUserId: uuid("created_by_user_id"),
    /** Names what the task came from, so that it is made once. */
    sourceKey: text("source_key"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique("tasks_tenant").on(table.businessId, table.id),
    unique("tasks_source").on(table.businessId, table.sourceKey),
    index("tasks_customer").on(table.businessId, table.customerId),
    index("tasks_due").on(table.businessId, dueOrNever(table.dueAt), table.id).where(sql`${table.status} = 'open'`),
    index("tasks_done").on(table.businessId, table.doneAt, table.id).where(sql`${table.status} = 'done'`),
    index("tasks_recent").on(table.businessId, table.createdAt, table.id),
    check("tasks_status", sql`${table.status} in ('open', 'done')`),
    foreignKey({
      columns: [table.businessId, table.customerId],
      foreignColumns: [customers.businessId, customers.id],
      name: "tasks_customer_fk",
    }).onDelete("cascade"),
    foreignKey({
      columns: [table.businessId, table.callId],
      foreignColumns: [calls.businessId, calls.id],
      name: "tasks_call_fk",
    }).onDelete("cascade"),
  ],
);
