import { type BackoffPolicy, backoffMs } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { Database } from "./client.ts";

export interface Subscriber {
  /** What was announced on the channel. */
  onNotice(payload: string): void;
  /** Listening begins, or begins again: what was announced before, or in between, was missed. */
  onListening(): void;
}

export interface Subscription {
  close(): Promise<void>;
}

const retry: BackoffPolicy = { delaysMs: [100, 250, 500, 1_000, 2_000], jitter: 0.25 };

/** Listens on a channel for as long as the process runs, also when the database is away for a while. */
export function subscribe(
  { db, clock, random }: { db: Database; clock: Clock; random: Random },
  channel: string,
  { onNotice, onListening }: Subscriber,
): Subscription {
  let closed = false;
  const pause = (attempt: number) =>
    new Promise<void>((resolve) => clock.after(backoffMs(retry, attempt, random), resolve));
  const listening = (async () => {
    for (let attempt = 1; !closed; attempt++) {
      try {
        return await db.sql.listen(channel, onNotice, onListening);
      } catch {
        await pause(attempt); // the database is away: whoever asks it for anything says so
      }
    }
    return null;
  })();
  return {
    async close() {
      closed = true;
      const subscription = await Promise.race([listening, null]);
      await subscription?.unlisten().catch(() => {});
    },
  };
}
