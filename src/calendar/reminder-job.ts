import { z } from "zod";
import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Database } from "../db/client.ts";
import { withTenant } from "../db/tenant.ts";
import type { JobHandler } from "../jobs/runner.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { RestCalendars } from "./availability.ts";
import { type DueReminder, reminderQueue, takeDueReminder } from "./reminders.ts";
import { replanQueue, replanReminders } from "./replan.ts";

export type ReminderToSend = Extract<DueReminder, { kind: "send" }>;

export interface ReminderJobDeps {
  db: Database;
  clock: Clock;
  log: Log;
  restCalendars: RestCalendars;
  /** Hands the reminder to a channel, in the transaction that marks it as sent (an outbox row, a notification). */
  deliver(ctx: Ctx, reminder: ReminderToSend): Promise<void>;
}

const payloadSchema = z.object({ businessId: z.uuid(), reminderId: z.uuid() });

/** The handlers of the calendar's queues, for the job runner. */
export function calendarJobHandlers(deps: ReminderJobDeps): Record<string, JobHandler> {
  return {
    [reminderQueue]: async (job) => {
      const payload = payloadSchema.safeParse(job.payload);
      const { businessId } = job;
      if (!payload.success || businessId === null || businessId !== payload.data.businessId)
        throw new AppError("bug", "a reminder's job names no reminder of its business");
      const outcome = await withTenant(deps.db, businessId, async (tx) => {
        const ctx: Ctx = { businessId, actor: { kind: "system" }, tx };
        const due = await takeDueReminder(ctx, payload.data.reminderId, deps.clock.instant(), deps.restCalendars);
        if (due.kind === "send") await deps.deliver(ctx, due);
        return due.kind === "send" ? "sent" : due.why;
      });
      deps.log.info("NOTIFY", "reminder", { biz: businessId, reminder: payload.data.reminderId, outcome });
    },
    [replanQueue]: ({ businessId }) => replanReminders({ ...deps, now: deps.clock.instant() }, businessId),
  };
}
