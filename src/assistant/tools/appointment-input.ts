import { z } from "zod";

/** Arguments about time: local to the business; the customer's words are compared with them. */
export const dateInput = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/)
  .refine((text) => z.iso.date().safeParse(text).success, "no such date") // as a pattern it would be told to the model
  .describe("Local date, YYYY-MM-DD");
export const timeInput = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
  .describe("Local time, HH:MM, 24-hour clock");
export const moveInput = z
  .boolean()
  .default(false)
  .describe("True when the customer wants to move an existing meeting to the new time");
export const meetingInput = z
  .int()
  .min(1)
  .max(5)
  .optional()
  .describe("Which of the customer's open meetings, 1 = the next one. Only needed when there are several");
export const topicInput = z
  .string()
  .trim()
  .max(120)
  .optional()
  .describe("What the meeting is about, in the customer's words");
