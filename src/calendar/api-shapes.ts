import { z } from "zod";
import { dateInput, instantInput, instantText } from "../api/page.ts";
import { phoneText } from "../base/phone-text.ts";
import { notTold } from "./customer-news.ts";
import { outcomes } from "./outcome.ts";
import { startShape } from "./start-input.ts";

/** What `/api/calendar` takes and answers. */

/** Local dates of the business, both included. */
const datesShape = { from: dateInput, to: dateInput };
const limit = z.coerce.number().int().min(1).max(200).default(200);

export const meetingQuery = z.strictObject({
  ...datesShape,
  resourceId: z.uuid().optional(),
  customerId: z.uuid().optional(),
  limit,
  cursor: z.string().max(200).optional(),
});
export const daysQuery = z.strictObject(datesShape);
export const freeQuery = z.strictObject({
  ...datesShape,
  minutes: z.coerce.number().int().min(5).max(720).optional(),
  resourceId: z.uuid().optional(),
  /** Is to be moved: its own time is free for it. */
  meetingId: z.uuid().optional(),
});

const minutes = z.int().min(5).max(720).optional();
const topic = z
  .string()
  .trim()
  .max(300)
  .transform((text) => text || null)
  .nullable()
  .optional();
const placedShape = { ...startShape, minutes, resourceId: z.uuid().optional() };

export const newMeeting = z
  .strictObject({
    ...placedShape,
    topic,
    customerId: z.uuid().optional(),
    /** Somebody who need not be known yet. */
    customer: z.strictObject({ phone: phoneText, name: z.string().trim().max(120).optional() }).optional(),
  })
  .refine(({ customerId, customer }) => (customerId === undefined) !== (customer === undefined), {
    path: ["customerId"],
    message: "customerId or customer",
  });
/** Whether the customer is told of it, in words that staff has seen. */
const tellShape = { tellCustomer: z.boolean().default(false) };
export const movedMeeting = z.strictObject({ ...placedShape, ...tellShape });
export const cancelledMeeting = z.strictObject(tellShape);
/** Where it would move to; without it, that it would be cancelled. */
export const newsQuery = z.strictObject({ startsAt: instantInput.optional() });
export const news = z.object({ text: z.string(), isTemplate: z.boolean(), refused: z.enum(notTold).nullable() });
export const newBlock = z.strictObject({
  ...startShape,
  // A day at most: whole days off are hours of a date.
  minutes: z.int().min(5).max(1_440),
  resourceId: z.uuid().optional(),
  topic,
});
export const outcomeInput = z.strictObject({ outcome: z.enum(outcomes) });

export const meeting = z.object({
  id: z.uuid(),
  startsAt: instantText,
  endsAt: instantText,
  /** Wall clock of the business. */
  startsLocal: z.string(),
  endsLocal: z.string(),
  hebrewDate: z.string(),
  status: z.enum(["booked", "completed", "no_show", "cancelled"]),
  topic: z.string().nullable(),
  source: z.enum(["call", "whatsapp", "chat", "staff"]),
  sequence: z.int(),
  /** Null for time that staff blocked. */
  customerId: z.uuid().nullable(),
  customerName: z.string().nullable(),
  resourceId: z.uuid(),
  resourceName: z.string(),
});
export const meetings = z.object({ zone: z.string(), items: z.array(meeting), next: z.string().nullable() });
export const meetingDetail = meeting.extend({
  evidence: z.object({ heard: z.array(z.string()), understood: z.string(), rule: z.string() }).nullable(),
  conversationId: z.uuid().nullable(),
  createdAt: instantText,
  updatedAt: instantText,
  reminders: z.array(z.object({ dueAt: instantText, status: z.enum(["planned", "sent", "dropped"]) })),
});
/** Null: nobody wanted the customer told, or there is none. */
const customerTold = z.enum(["told", ...notTold]).nullable();
export const changedMeeting = meetingDetail.extend({ customerTold });
export const blocked = z.object({ items: z.array(meetingDetail) });

const window = { fromMinute: z.int(), toMinute: z.int() };
export const days = z.object({
  zone: z.string(),
  items: z.array(
    z.object({
      date: z.iso.date(),
      weekday: z.int(),
      hebrewDate: z.string(),
      /** What kind of day it is, whether the business keeps it or not. */
      rest: z.object({ kind: z.enum(["shabbat", "holiday", "eve"]), name: z.string() }).nullable(),
      /** When nobody works, by the city's sunset; empty for a business that keeps neither Shabbat nor holidays. */
      closed: z.array(z.object({ ...window, why: z.string() })),
      /** When each calendar can be booked, in local minutes. */
      open: z.array(z.object({ resourceId: z.uuid(), ...window })),
    }),
  ),
});

export const free = z.object({
  zone: z.string(),
  items: z.array(
    z.object({ resourceId: z.uuid(), startsAt: instantText, endsAt: instantText, startsLocal: z.string() }),
  ),
  /** There are more than the answer holds. */
  more: z.boolean(),
});
