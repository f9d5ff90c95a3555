import { inArray } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { sessions } from "../db/schema/user.ts";
import { withSystem } from "../db/tenant.ts";

/**
 * Asks the database whether a session is still there: false when it has ended or goes under another id. Whoever asks while
 * an answer is awaited goes together with all others into the next question: panels come back in a herd, one transaction
 * each would be more than may wait.
 */
export function createSessionCheck(db: Database): (key: string) => Promise<boolean> {
  let next: { keys: Set<string>; answer: Promise<Set<string>> } | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const gather = () => {
    const keys = new Set<string>();
    const answer = last.then(() => {
      next = null;
      return stillThere(db, [...keys]);
    });
    last = answer.catch(() => {});
    return { keys, answer };
  };
  return async (key) => {
    next ??= gather();
    next.keys.add(key);
    return (await next.answer).has(key);
  };
}

async function stillThere(db: Database, keys: string[]): Promise<Set<string>> {
  const found = await withSystem(db, (tx) =>
    tx.select({ key: sessions.key }).from(sessions).where(inArray(sessions.key, keys)),
  );
  return new Set(found.map(({ key }) => key));
}
