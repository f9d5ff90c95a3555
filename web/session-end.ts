import { signal } from "@preact/signals";

/** Set while the session has ended and its person is asked to log in again, over the page as they left it. */
export const loginWanted = signal<{ settle: () => void } | null>(null);

/** Whose page this is, as the server checks it with every request: `user/business`. Null until somebody is logged in. */
export const pageOf = signal<string | null>(null);

let asking: Promise<void> | null = null;

/** Resolves when they have: whatever was refused for want of a session is asked for once more, and nothing typed is lost. */
export function loggedInAgain(): Promise<void> {
  asking ??= new Promise<void>((settle) => {
    loginWanted.value = { settle };
  }).finally(() => {
    loginWanted.value = null;
    asking = null;
  });
  return asking;
}
