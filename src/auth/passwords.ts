import { z } from "zod";
import { AppError } from "../base/errors.ts";
import { limits } from "../limits.ts";

/** A password that somebody chooses. Length is what counts; composition rules only make people write it down. */
export const newPassword = z.string().min(limits.passwordCharsMin).max(limits.passwordCharsMax);
/** A password as somebody types it; too long to be one is refused before it is hashed. */
export const givenPassword = z.string().min(1).max(limits.passwordCharsMax);

export interface Passwords {
  /** @throws AppError "unavailable" when too many wait, as `check`. */
  hash(password: string): Promise<string>;
  /** True when `password` is the one of `hash`; null = nobody's, which takes as long and is false. */
  check(password: string, hash: string | null): Promise<boolean>;
}

// OWASP's first choice: 19 MiB, two rounds; 44-69 ms on our smallest server, off the main thread.
const argon2 = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

// Of a random password that nobody kept. Checked where there is no user, so that both take the same time.
const dummyHash =
  "$argon2id$v=19$m=19456,t=2,p=1$0VKYOLkyWXw1SsSxl/skYyAuT0QcYANxTJK+q7P1rdQ$tHaw4W9poWD/nGIVPfox9SiKnqd6qRFt10SYZYZb+EQ";

/** Hashes one at a time: ten at once made a call's 20 ms frames up to 268 ms late. */
export function createPasswords(): Passwords {
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    if (waiting >= limits.passwordChecksWaiting)
      throw new AppError("unavailable", "too many passwords to check", { retryAfterSeconds: 5 });
    waiting++;
    const result = turn.then(work).finally(() => waiting--);
    turn = result.catch(() => {});
    return result;
  };
  return {
    hash: async (password) => inTurn(() => Bun.password.hash(password, argon2)),
    check: async (password, hash) =>
      (await inTurn(() => Bun.password.verify(password, hash ?? dummyHash))) && hash !== null,
  };
}
