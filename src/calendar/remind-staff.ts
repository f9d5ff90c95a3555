import { and, eq } from "drizzle-orm";
import { localTime } from "../base/local-time.ts";
import { customers } from "../db/schema/customer.ts";
import { notify } from "../notify/create.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { ReminderToSend } from "./reminder-job.ts";

/** Where no channel reaches the customer, the business is told, and why: nothing is swallowed. */
export async function remindStaff(ctx: Ctx, reminder: ReminderToSend, why?: string): Promise<void> {
  const [customer] = await ctx.tx
    .select({ name: customers.name })
    .from(customers)
    .where(and(eq(customers.businessId, ctx.businessId), eq(customers.id, reminder.customerId)));
  const start = localTime(reminder.startsAt, reminder.zone);
  await notify(ctx, {
    kind: "reminder_due",
    title: [customer?.name, reminder.topic].filter(Boolean).join(", "),
    body: why === undefined ? start : `${start}\n${why}`,
    subject: `reminder:${reminder.reminderId}`,
  });
}
