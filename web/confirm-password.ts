import { signal } from "@preact/signals";
import { ApiError, api } from "./api.ts";

/** Set while somebody is asked for the password; `settle` says whether it was given. */
export const passwordWanted = signal<{ settle: (given: boolean) => void } | null>(null);

/**
 * Does something that opens doors (K7): when the server wants the password first, it is asked for and the deed is tried again.
 * Null when the person would rather not. @throws ApiError of the deed itself.
 */
export async function withPassword<T>(deed: () => Promise<T>): Promise<T | null> {
  try {
    return await deed();
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== "confirm_password") throw error;
  }
  return (await askForPassword()) ? deed() : null;
}

let asking: Promise<boolean> | null = null;

/** Two deeds that want it at once are one question. */
function askForPassword(): Promise<boolean> {
  asking ??= new Promise<boolean>((settle) => {
    passwordWanted.value = { settle };
  }).finally(() => {
    passwordWanted.value = null;
    asking = null;
  });
  return asking;
}

/** @throws ApiError when it is wrong. */
export async function confirmPassword(password: string): Promise<void> {
  await api.auth.confirm.$post({ json: { current: password } });
}
