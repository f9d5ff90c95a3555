import { and, eq } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { type CustomerId, newId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { identifyCustomer } from "../crm/customers/identify.ts";
import { saveLead } from "../crm/leads/save-lead.ts";
import { customers } from "../db/schema/customer.ts";
import { meetings } from "../db/schema/meeting.ts";
import { audit } from "../tenants/audit.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { listResources } from "../tenants/resources.ts";
import type { RestCalendars } from "./availability.ts";
import { bookSlot, isBooked, type Meeting } from "./book.ts";
import { dropExpiredHolds } from "./hold.ts";
import { loadRules } from "./load.ts";
import { moveMeeting } from "./move.ts";
import { unlessTaken } from "./races.ts";
import type { FreeSlot } from "./rules.ts";
import { showMeeting } from "./tell.ts";

/**
 * The calendar by hand. Staff books when it likes, outside opening hours as well; never over another meeting: then all
 * of these throw AppError "taken". An unknown resource, customer or meeting is "not_found".
 */
interface Common {
  now: Temporal.Instant;
  restCalendars: RestCalendars;
}

export interface Placed {
  startsAt: Temporal.Instant;
  /** Default: the length in the rules; of a move, the meeting's own. */
  minutes?: number | undefined;
  /** Default: the first one that is free; of a move, the meeting's own. */
  resourceId?: string | undefined;
}

export async function bookByStaff(
  ctx: Ctx,
  input: Common & Placed & { customerId: CustomerId; topic?: string | null | undefined },
): Promise<Meeting> {
  const { rules } = await loadRules(ctx);
  await refuseClosed(ctx, input.resourceId);
  for (const slot of await slotsAt(ctx, input, input.minutes ?? rules.meetingMinutes)) {
    const { customerId, topic = null, now, restCalendars } = input;
    const booking = await bookSlot(ctx, { customerId, slot, source: "staff", topic, now, restCalendars });
    if (booking.kind !== "booked") continue;
    await audit(ctx, { action: "meeting.book", subject: `meeting:${booking.meeting.id}` });
    return booking.meeting;
  }
  throw taken();
}

export async function moveByStaff(ctx: Ctx, meetingId: string, input: Common & Placed): Promise<Meeting> {
  const [meeting] = await ctx.tx.select().from(meetings).where(isBooked(ctx, { meetingId }));
  if (meeting === undefined) throw noMeeting();
  const lengthMs = meeting.endsAt.epochMilliseconds - meeting.startsAt.epochMilliseconds;
  const { resourceId = meeting.resourceId, minutes = lengthMs / 60_000 } = input;
  if (resourceId !== meeting.resourceId) await refuseClosed(ctx, resourceId);
  const [slot] = await slotsAt(ctx, { ...input, resourceId }, minutes);
  const moved = await moveMeeting(ctx, { meetingId, slot: slot!, ...input });
  if (moved.kind === "moved") return moved.meeting;
  throw moved.kind === "not_found" ? noMeeting() : taken();
}

/** Keeps time free of meetings, on one calendar or on all of them: every one or none. `topic` says why. */
export async function blockTime(
  ctx: Ctx,
  input: {
    startsAt: Temporal.Instant;
    minutes: number;
    resourceId?: string | undefined;
    topic: string | null;
    now: Temporal.Instant;
  },
): Promise<Meeting[]> {
  await dropExpiredHolds(ctx, input.now);
  const endsAt = input.startsAt.add({ minutes: input.minutes });
  const span = { startsAt: input.startsAt, endsAt, busyFrom: input.startsAt, busyTo: endsAt };
  const rows = (await slotsAt(ctx, input, input.minutes)).map(({ resourceId }) => ({
    id: newId(),
    businessId: ctx.businessId,
    resourceId,
    status: "booked" as const,
    ...span,
    topic: input.topic,
    source: "staff" as const,
    updatedAt: input.now,
  }));
  const blocked = await unlessTaken(ctx.tx, (tx) => tx.insert(meetings).values(rows).returning());
  if (blocked === null) throw taken();
  for (const { id } of blocked) await showMeeting(ctx, id);
  return blocked;
}

/** Whom a meeting is for: a customer who is known, or a number, with the name that goes with it. */
export async function customerFor(
  ctx: Ctx,
  who: { customerId: CustomerId } | { phone: Phone; name?: string | undefined },
): Promise<CustomerId> {
  if ("phone" in who) {
    const { customerId } = await identifyCustomer(ctx, { kind: "phone", value: who.phone }, "staff");
    if (who.name?.trim()) await saveLead(ctx, { customerId, source: "staff", name: who.name });
    return customerId;
  }
  const [row] = await ctx.tx
    .select({ id: customers.id })
    .from(customers)
    .where(and(eq(customers.businessId, ctx.businessId), eq(customers.id, who.customerId)));
  if (row === undefined) throw new AppError("not_found", `no customer ${who.customerId}`);
  return row.id;
}

/** A calendar that is switched off keeps what stands in it, and takes nothing new. */
async function refuseClosed(ctx: Ctx, resourceId: string | undefined): Promise<void> {
  const isClosed = (await listResources(ctx)).some(({ id, active }) => id === resourceId && !active);
  if (!isClosed) return;
  const fields = [{ path: "resourceId", code: "calendar_off" }];
  throw new AppError("invalid", "that calendar is switched off", { fields });
}

/** The same time at every calendar that is asked for, in the order in which they are taken. */
async function slotsAt(ctx: Ctx, { startsAt, resourceId }: Placed, minutes: number): Promise<FreeSlot[]> {
  const wanted = (await listResources(ctx)).filter(({ id, active }) =>
    resourceId === undefined ? active : id === resourceId,
  );
  if (wanted.length === 0) throw new AppError("not_found", "no such resource; see `resource list`");
  const startMs = startsAt.epochMilliseconds;
  return wanted.map(({ id }) => ({ resourceId: id, startMs, endMs: startMs + minutes * 60_000 }));
}

const taken = () => new AppError("taken", "that time is taken");
const noMeeting = () => new AppError("not_found", "no such booked meeting");
