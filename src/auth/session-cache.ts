import type { Clock } from "../base/clock.ts";
import type { UserId } from "../base/ids.ts";
import type { Random } from "../base/random.ts";
import { sessionsChannel } from "../db/change-notice.ts";
import type { Database } from "../db/client.ts";
import { subscribe } from "../db/subscribe.ts";
import { limits } from "../limits.ts";
import { type LoggedIn, readSession } from "./sessions.ts";
import { keyOf } from "./tokens.ts";

/** Who is logged in by a cookie. */
export interface Sessions {
  /** Null when the session is unknown or over, or the person or their business may not come in any more. */
  read(token: string): Promise<LoggedIn | null>;
  /** This process has just ended them: it does not wait to hear of it. */
  forget(ended: { key: string } | { userId: UserId }): void;
  close(): Promise<void>;
}

interface Remembered {
  loggedIn: LoggedIn;
  untilMs: number;
}

/**
 * Remembers sessions for some seconds, and no longer than they live: every end is announced by the database itself, whoever
 * brings it about, and heard by all processes when it is committed. Remembers nothing before it can hear that, and forgets
 * everything when it was deaf for a while. Should an announcement be lost with a connection that looks alive, the seconds end it.
 */
export function createSessionCache(deps: { db: Database; clock: Clock; random: Random; max?: number }): Sessions {
  const { db, clock, max = limits.sessionsRemembered } = deps;
  const remembered = new Map<string, Remembered>();
  let hears = false;
  // Of announcements: what was read before the last one may be what it ended.
  let heard = 0;
  // A herd of panels that comes back after an outage has few sessions: who comes during a read waits for that one.
  const reading = new Map<string, { heardBefore: number; answer: Promise<LoggedIn | null> }>();
  const ask = async (key: string, token: string): Promise<LoggedIn | null> => {
    const heardBefore = heard;
    const loggedIn = await readSession(db, token, clock.instant());
    remembered.delete(key);
    if (loggedIn === null || !hears || heard !== heardBefore) return loggedIn;
    if (remembered.size >= max) remembered.delete(remembered.keys().next().value!);
    remembered.set(key, { loggedIn, untilMs: clock.nowMs() + limits.sessionRememberedMs });
    return loggedIn;
  };
  const forgetWhere = (isEnded: (loggedIn: LoggedIn) => boolean): void => {
    for (const [key, { loggedIn }] of remembered) if (isEnded(loggedIn)) remembered.delete(key);
  };
  const subscription = subscribe(deps, sessionsChannel, {
    onNotice(payload) {
      heard++;
      const businessId = /^business:(.+)$/.exec(payload)?.[1];
      if (businessId === undefined) remembered.delete(payload);
      else forgetWhere(({ access }) => access.businessId === businessId);
    },
    onListening() {
      heard++;
      hears = true;
      remembered.clear();
    },
  });
  return {
    async read(token) {
      const key = keyOf(token);
      const known = remembered.get(key);
      if (known !== undefined && clock.nowMs() < known.untilMs) return known.loggedIn;
      const underWay = reading.get(key);
      if (hears && underWay?.heardBefore === heard) return underWay.answer;
      const mine = { heardBefore: heard, answer: ask(key, token) };
      reading.set(key, mine);
      try {
        return await mine.answer;
      } finally {
        if (reading.get(key) === mine) reading.delete(key);
      }
    },
    forget(ended) {
      heard++;
      if ("key" in ended) remembered.delete(ended.key);
      else forgetWhere(({ access }) => access.userId === ended.userId);
    },
    close: () => subscription.close(),
  };
}
