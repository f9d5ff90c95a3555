import type { Tx } from "../db/client.ts";
import { sqlState } from "../db/errors.ts";

// exclusion_violation; deadlock_detected: two inserts waited for each other, the other one goes on; lock_not_available:
// another transaction has been taking this very slot for a second.
const takenCodes = new Set(["23P01", "40P01", "55P03"]);

/**
 * Runs `write` in a savepoint. Null = the database found the slot taken; the transaction around it goes on.
 * Everything else that goes wrong is thrown as it is.
 */
export async function unlessTaken<T>(tx: Tx, write: (savepoint: Tx) => Promise<T>): Promise<T | null> {
  try {
    return await tx.transaction(write);
  } catch (error) {
    if (takenCodes.has(sqlState(error))) return null;
    throw error;
  }
}
