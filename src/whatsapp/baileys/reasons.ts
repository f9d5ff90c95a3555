import { type CloseInput, endingOf } from "./lifecycle.ts";
import type { Closing } from "./protocol.ts";

interface ReadClosing {
  input: CloseInput;
  reason: string;
  /** The library's words, for the log; null = we ended it. */
  detail: string | null;
  /** How long a ban lasts, where it was said. */
  bannedSeconds: number | null;
}

/** What the end of a connection means. `replacedBefore` = the login was in use elsewhere a short while ago too. */
export function readClosing(closing: Closing, replacedBefore: boolean): ReadClosing {
  if (closing.kind === "unreadable")
    return { input: "closed_unreadable", reason: "login_unreadable", detail: closing.detail, bannedSeconds: null };
  if (closing.kind === "in_use")
    return { input: "closed_lost", reason: "login_in_use", detail: "another process uses it", bannedSeconds: null };
  const { code, linked, detail, expiresInSeconds } = closing;
  const { input, reason } = code >= 1_000 ? refusedUpgrade(code - 1_000) : endingOf(code, linked);
  return {
    input: input === "closed_replaced" && replacedBefore ? "closed_replaced_again" : input,
    reason,
    detail,
    bannedSeconds: input === "closed_banned" ? expiresInSeconds : null,
  };
}

/** HTTP's status codes are not WhatsApp's: a 401 of some proxy says nothing about the login. */
const refusedUpgrade = (status: number): { input: CloseInput; reason: string } => ({
  input: status === 429 ? "closed_throttled" : "closed_lost",
  reason: `http_${status}`,
});
