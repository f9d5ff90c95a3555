/**
 * What becomes of one message that the business sends:
 * - `ack_lost`: the customer gets it, the acknowledgement does not come. `message_lost`: neither.
 * - `reset_before`, `reset_after`: the socket is cut before or after the message was taken, without acknowledgement.
 */
export type MessageFault =
  | "none"
  | "ack_lost"
  | "message_lost"
  | "reset_before"
  | "reset_after"
  | { ackAfterMs: number }
  | { error: number };

/** What goes wrong for one business's account. Live settings, read at the moment they matter. */
export interface AccountFaults {
  /** One per message, oldest first; then `always`. */
  messages: MessageFault[];
  always: MessageFault;
  /** Queries of these namespaces ("usync", "encrypt", …) get no answer. */
  silentQueries: Set<string>;
  /** Logins are refused with `<failure reason=…>` and these attributes. */
  failLogin: { reason: number; attributes?: Record<string, string> } | null;
}

export const noAccountFaults = (): AccountFaults => ({
  messages: [],
  always: "none",
  silentQueries: new Set(),
  failLogin: null,
});
