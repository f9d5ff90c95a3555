/** Twilio's Messages resource, as this provider needs it; `src/twilio/messages.ts` is one. */
export interface TwilioMessaging {
  /** False = no account is configured. */
  readonly hasAccount: boolean;
  /** Asks once: what must not be doubled is never repeated here. */
  create(form: Record<string, string>): Promise<Created>;
  /**
   * The id of the newest message with these fields that was made at `since` or later; null = there is none. `body` null =
   * whatever its words, e.g. of a template, whose words only the provider knows.
   * @throws AppError "upstream" or "unavailable" when Twilio does not say.
   */
  find(sent: { from: string; to: string; body: string | null; since: Temporal.Instant }): Promise<string | null>;
  /** Writes a file of a message. `ref` = "Messages/MM…/Media/ME…". @throws AppError "not_found", "too_large", "unavailable". */
  fetchMedia(ref: string, to: { file: string; bytesMax: number }): Promise<{ bytes: number }>;
}

/**
 * `refused`: it was not made; `status` 0 = the request never left; `retryAfterMs` = Twilio asks us to wait for so long. `unclear`: it may have been made.
 */
export type Created =
  | { kind: "created"; sid: string }
  | { kind: "refused"; status: number; code: number; retryAfterMs?: number }
  | { kind: "unclear"; code: string };
