import { AppError } from "../base/errors.ts";
import { audit } from "../tenants/audit.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { moveByStaff } from "./by-staff.ts";
import { cancelMeeting } from "./cancel.ts";
import { type CustomerNews, tellCustomer } from "./customer-news.ts";

/** Staff moves a meeting, whichever way they come; `news` tells its customer, null nobody. @throws AppError "not_found", "taken". */
export async function moveAndTell(
  ctx: Ctx,
  news: CustomerNews | null,
  meetingId: string,
  input: Parameters<typeof moveByStaff>[2],
) {
  const meeting = await moveByStaff(ctx, meetingId, input);
  const customerTold = news && (await tellCustomer(ctx, news, "moved", meeting));
  await audit(ctx, { action: "meeting.move", subject: `meeting:${meetingId}`, detail: { customerTold } });
  return { meeting, customerTold };
}

/** The same for a cancellation. @throws AppError "not_found". */
export async function cancelAndTell(ctx: Ctx, news: CustomerNews | null, meetingId: string, now: Temporal.Instant) {
  const meeting = await cancelMeeting(ctx, { meetingId, now });
  if (meeting === null) throw new AppError("not_found", `no booked meeting ${meetingId}`);
  const customerTold = news && (await tellCustomer(ctx, news, "cancelled", meeting));
  await audit(ctx, { action: "meeting.cancel", subject: `meeting:${meetingId}`, detail: { customerTold } });
  return { meeting, customerTold };
}
