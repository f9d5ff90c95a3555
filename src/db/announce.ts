import { sql } from "drizzle-orm";
import { type BusinessId, newId } from "../base/ids.ts";
import { liveChannel } from "./change-notice.ts";
import type { Tx } from "./client.ts";

/** Areas in which something may change. A closed list, so that the isolation test tries each of them (S1). */
export const liveTypes = [
  "business",
  "settings",
  "number",
  "hours",
  "resource",
  "prompt",
  "knowledge",
  "question",
  "customer",
  "lead",
  "lead_status",
  "task",
  "meeting",
  "notification",
  "call",
  "conversation",
  "whatsapp",
  "rehearsal",
  // Who works here, and on which devices they are told.
  "team",
] as const;
export type LiveType = (typeof liveTypes)[number];

/** Kinds of what is worth nothing in a second (notify/live); closed for the same reason. */
export const momentTypes = ["call-turn", "call-event", "call-end", "call-level"] as const;
export type MomentType = (typeof momentTypes)[number];

/** Something of a business has changed: panels that show it read it again. */
export interface LiveFact {
  businessId: BusinessId;
  /** Area of what changed. */
  type: LiveType;
  id: string;
}

/** A fact as it travels: no two have the same version, and every process hears them in the order of their commits. */
export interface SentFact extends LiveFact {
  version: string;
}

/** Tells every open panel of the business, in every process, when the caller's transaction commits. */
export async function announce(tx: Tx, fact: LiveFact): Promise<void> {
  const sent: SentFact = { ...fact, version: newId() };
  await tx.execute(sql`select pg_notify(${liveChannel}, ${JSON.stringify(sent)})`);
}
