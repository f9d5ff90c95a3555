import { z } from "zod";
import { dateInput, instantText, pageOf, pageQuery } from "../api/page.ts";

/** What `/api/calls` takes and answers. */

const list = z
  .string()
  .max(500)
  .transform((text) => text.split(",").filter((word) => word !== ""));

export const callQuery = pageQuery.extend({
  /** Local dates of the business, both included. */
  from: dateInput.optional(),
  to: dateInput.optional(),
  /** End reasons, with commas between them. */
  reason: list.optional(),
  open: z.stringbool().optional(),
  customerId: z.uuid().optional(),
  recorded: z.stringbool().optional(),
  text: z.string().trim().min(2).max(100).optional(),
});

export const recordingParam = z.strictObject({ id: z.uuid(), recording: z.uuid() });

const listed = z.object({
  id: z.uuid(),
  callSid: z.string(),
  /** E.164; null when the caller hides the number. */
  from: z.string().nullable(),
  /** Null for a test call from the browser. */
  to: z.string().nullable(),
  origin: z.enum(["phone", "browser"]),
  customerId: z.uuid().nullable(),
  customerName: z.string().nullable(),
  leadId: z.uuid().nullable(),
  leadStatus: z.string().nullable(),
  status: z.string(),
  endReason: z.string().nullable(),
  startedAt: instantText,
  /** Wall clock of the business. */
  startedLocal: z.string(),
  endedAt: instantText.nullable(),
  durationMs: z.int().nullable(),
  summary: z.string().nullable(),
  costAgorot: z.int().nullable(),
});

export const callPage = pageOf(listed);

const speaking = z.enum(["caller", "assistant", "nobody"]);
export const liveCalls = z.object({
  items: z.array(
    z.object({
      id: z.uuid(),
      from: z.string().nullable(),
      startedAt: instantText,
      startedLocal: z.string(),
      phase: z.string(),
      speaking,
      customerId: z.uuid().nullable(),
      customerName: z.string().nullable(),
    }),
  ),
});

export const callDetail = listed.extend({
  forwardedFrom: z.string().nullable(),
  billedSeconds: z.int().nullable(),
  /**
   * When the stream began, in ms of the call. Turns and events count from the ringing; the trace and recordings whose origin
   * is "stream" count from here. Null when it is not known: no stream, still going on, or an older call.
   */
  streamAtMs: z.int().nullable(),
  turns: z.array(
    z.object({
      role: z.enum(["caller", "assistant"]),
      text: z.string(),
      startMs: z.int(),
      endMs: z.int(),
      interrupted: z.boolean(),
      /** The recorded message that these are the words of, which begins with them; null for what was said in the talk. */
      recordingId: z.uuid().nullable(),
    }),
  ),
  events: z.array(
    z.object({
      atMs: z.int(),
      kind: z.string(),
      detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    }),
  ),
  latency: z.object({
    answers: z.int(),
    p50: z.number().nullable(),
    p95: z.number().nullable(),
    max: z.number().nullable(),
  }),
  recordings: z.array(
    z.object({
      id: z.uuid(),
      origin: z.enum(["stream", "provider"]),
      status: z.enum(["pending", "stored", "failed", "deleted"]),
      bytes: z.int().nullable(),
      durationMs: z.int().nullable(),
      deleteAfter: instantText,
      deletedAt: instantText.nullable(),
    }),
  ),
  usage: z.array(
    z.object({
      model: z.string(),
      kind: z.string(),
      textTokens: z.int(),
      audioTokens: z.int(),
      seconds: z.number(),
    }),
  ),
});

const series = z.array(z.number());
export const trace = z.object({
  stepMs: z.int(),
  levelDb: series,
  floorDb: series,
  thresholdDb: series,
  decisions: series,
  bits: z.record(z.string(), z.int()),
});

export const peaks = z.object({ stepMs: z.int(), caller: series, assistant: series });
