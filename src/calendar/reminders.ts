import { and, eq } from "drizzle-orm";
import { type BusinessId, type CustomerId, newId } from "../base/ids.ts";
import { meetings } from "../db/schema/meeting.ts";
import { reminders } from "../db/schema/reminder.ts";
import { enqueue } from "../jobs/queue.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { type RestCalendars, restOf } from "./availability.ts";
import { type Calendar, loadRules } from "./load.ts";
import { isQuiet, reminderGoodUntil, reminderTimes } from "./reminder-times.ts";

/** The queue whose jobs carry `{ businessId, reminderId }`. */
export const reminderQueue = "reminder";

export interface ReminderJob {
  businessId: BusinessId;
  reminderId: string;
}

type Rules = Pick<Calendar, "rules" | "reminders" | "city" | "keepsShabbat">;

export interface ToRemind {
  meetingId: string;
  startsAt: Temporal.Instant;
  calendar: Rules;
  restCalendars: RestCalendars;
  now: Temporal.Instant;
}

/** When a meeting's reminders go out, ascending. */
export const timesOf = ({ startsAt, calendar, restCalendars, now }: Omit<ToRemind, "meetingId">): Temporal.Instant[] =>
  reminderTimes({
    startsAt,
    rules: calendar.reminders,
    rest: restOf(calendar, restCalendars),
    zone: calendar.rules.zone,
    now,
  });

/**
 * Makes a meeting's reminders anew from its time: those planned before are gone. Their jobs stay and find nothing.
 * Call it in the transaction that books or moves.
 */
export function deriveReminders(ctx: Ctx, input: ToRemind): Promise<void> {
  return planReminders(ctx, input.meetingId, timesOf(input));
}

/** The same for times that are known. */
export async function planReminders(ctx: Ctx, meetingId: string, times: readonly Temporal.Instant[]): Promise<void> {
  await forgetReminders(ctx, meetingId);
  for (const dueAt of times) {
    const id = newId();
    await ctx.tx.insert(reminders).values({ id, businessId: ctx.businessId, meetingId, dueAt });
    const payload: ReminderJob = { businessId: ctx.businessId, reminderId: id };
    await enqueue(ctx.tx, { businessId: ctx.businessId, queue: reminderQueue, dedupe: id, payload, runAt: dueAt });
  }
}

/** A cancelled or moved meeting reminds nobody of its old time. */
export async function forgetReminders(ctx: Ctx, meetingId: string): Promise<void> {
  await ctx.tx
    .delete(reminders)
    .where(
      and(
        eq(reminders.businessId, ctx.businessId),
        eq(reminders.meetingId, meetingId),
        eq(reminders.status, "planned"),
      ),
    );
}

export type DueReminder =
  | {
      kind: "send";
      reminderId: string;
      customerId: CustomerId;
      meetingId: string;
      startsAt: Temporal.Instant;
      /** From then on it is not to go out any more. */
      goodUntil: Temporal.Instant;
      zone: string;
      topic: string | null;
    }
  | { kind: "nothing"; why: "gone" | "late" | "quiet" };

/**
 * Decides once about a reminder whose time has come, when its job runs. Sent ones are marked in this transaction, so
 * whoever sends does it from the same transaction (an outbox row): it goes out once or not at all.
 */
export async function takeDueReminder(
  ctx: Ctx,
  reminderId: string,
  now: Temporal.Instant,
  restCalendars: RestCalendars,
): Promise<DueReminder> {
  const [row] = await ctx.tx
    .select({ reminder: reminders, meeting: meetings })
    .from(reminders)
    .innerJoin(meetings, and(eq(meetings.businessId, reminders.businessId), eq(meetings.id, reminders.meetingId)))
    .where(and(eq(reminders.businessId, ctx.businessId), eq(reminders.id, reminderId), eq(reminders.status, "planned")))
    .for("update", { of: meetings }); // the meeting first, as whoever moves or cancels it does
  if (row === undefined || row.meeting.status !== "booked" || row.meeting.customerId === null)
    return { kind: "nothing", why: "gone" };
  const calendar = await loadRules(ctx);
  const { zone } = calendar.rules;
  const times = { rules: calendar.reminders, rest: restOf(calendar, restCalendars), zone };
  const quiet = isQuiet(now.epochMilliseconds, times);
  const lateMs = now.epochMilliseconds - row.reminder.dueAt.epochMilliseconds;
  const late = lateMs > limits.reminderLateMs || Temporal.Instant.compare(now, row.meeting.startsAt) >= 0;
  const why = late ? "late" : quiet ? "quiet" : null;
  const taken = await ctx.tx
    .update(reminders)
    .set({ status: why === null ? "sent" : "dropped" })
    .where(and(eq(reminders.businessId, ctx.businessId), eq(reminders.id, reminderId), eq(reminders.status, "planned")))
    .returning({ id: reminders.id });
  if (taken.length === 0) return { kind: "nothing", why: "gone" };
  if (why !== null) return { kind: "nothing", why };
  const { id, startsAt, topic, customerId } = row.meeting;
  const goodUntil = reminderGoodUntil({ ...times, startsAt, now });
  return { kind: "send", reminderId, customerId, meetingId: id, startsAt, goodUntil, zone, topic };
}
