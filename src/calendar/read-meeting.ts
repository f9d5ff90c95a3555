import { and, asc, eq, ne } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { meetings } from "../db/schema/meeting.ts";
import { reminders } from "../db/schema/reminder.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { meetingsWithNames } from "./list-meetings.ts";

/** One meeting, why the assistant booked that time, and its reminders (C9). @throws AppError "not_found". */
export async function readMeeting(ctx: Ctx, meetingId: string) {
  const mine = and(eq(meetings.businessId, ctx.businessId), eq(meetings.id, meetingId), ne(meetings.status, "held"));
  const [meeting] = await meetingsWithNames(ctx, mine);
  const { evidence, conversationId, createdAt, updatedAt } = meetings;
  const [more] = await ctx.tx.select({ evidence, conversationId, createdAt, updatedAt }).from(meetings).where(mine);
  if (meeting === undefined || more === undefined) throw new AppError("not_found", "no such meeting");
  const { dueAt, status } = reminders;
  const planned = await ctx.tx
    .select({ dueAt, status })
    .from(reminders)
    .where(and(eq(reminders.businessId, ctx.businessId), eq(reminders.meetingId, meetingId)))
    .orderBy(asc(dueAt));
  return { ...meeting, ...more, reminders: planned };
}
