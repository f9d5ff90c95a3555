import { AppError } from "../base/errors.ts";
import type { CustomerId } from "../base/ids.ts";
import { meetings } from "../db/schema/meeting.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { isBooked, type Meeting } from "./book.ts";

/** What staff does to a meeting, for its customer to hear. `startsAt`: of a move, the new time. */
export interface MeetingNews {
  kind: "moved" | "cancelled";
  meetingId: string;
  customerId: CustomerId;
  startsAt: Temporal.Instant;
  topic: string | null;
  sequence: number;
}

/** Why a customer is not told, as stable codes. */
export const notTold = ["never_wrote", "not_allowed", "no_template"] as const;
export type NotTold = (typeof notTold)[number];

/** How customers hear of what staff does: the calendar knows no channel. */
export interface CustomerNews {
  /** The words as they would go; `isTemplate`: in the form that the provider approved. Sends nothing. */
  preview(ctx: Ctx, news: MeetingNews): Promise<{ text: string; isTemplate: boolean; refused: NotTold | null }>;
  /** Queues them in the caller's transaction. */
  tell(ctx: Ctx, news: MeetingNews): Promise<"told" | NotTold>;
}

/** The words for a booked meeting that would move to `startsAt`, or without it be cancelled. @throws AppError "not_found". */
export async function previewNews(
  ctx: Ctx,
  news: CustomerNews,
  { meetingId, startsAt }: { meetingId: string; startsAt: Temporal.Instant | undefined },
) {
  const [meeting] = await ctx.tx.select().from(meetings).where(isBooked(ctx, { meetingId }));
  const told = meeting && newsOf(startsAt === undefined ? "cancelled" : "moved", meeting);
  if (!told) throw new AppError("not_found", "no such booked meeting with a customer");
  return news.preview(ctx, { ...told, startsAt: startsAt ?? told.startsAt });
}

/** Tells the customer of what has been done to a meeting. Null for blocked time: there is nobody to tell. */
export async function tellCustomer(
  ctx: Ctx,
  news: CustomerNews,
  kind: MeetingNews["kind"],
  meeting: Meeting,
): Promise<"told" | NotTold | null> {
  const told = newsOf(kind, meeting);
  return told && news.tell(ctx, told);
}

function newsOf(kind: MeetingNews["kind"], { id, ...meeting }: Meeting): MeetingNews | null {
  const { customerId, startsAt, topic, sequence } = meeting;
  return customerId === null ? null : { kind, meetingId: id, customerId, startsAt, topic, sequence };
}
