import { sql } from "drizzle-orm";
import { type BusinessId, parseBusinessId } from "../base/ids.ts";
import { whatsappChannel } from "../db/change-notice.ts";
import type { Tx } from "../db/client.ts";

/** What waits: a message to be sent, or a wish about the session itself. */
export type Bell = "outbox" | "session";

/** Wakes whichever process works for this business when the caller's transaction commits. */
export async function ring(tx: Tx, businessId: BusinessId, bell: Bell): Promise<void> {
  await tx.execute(sql`select pg_notify(${whatsappChannel}, ${`${bell}:${businessId}`})`);
}

/** Whose bell rang, and which; null for a text that `ring` did not write. */
export function readBell(text: string): { bell: Bell; businessId: BusinessId } | null {
  const [bell, id = ""] = text.split(":");
  const businessId = parseBusinessId(id);
  return businessId !== null && (bell === "outbox" || bell === "session") ? { bell, businessId } : null;
}
