import type { SendResult } from "../provider.ts";

type Refused = Extract<SendResult, { kind: "refused" }>;

// Source: Twilio documentation, "Error and warning dictionary". Whatever is not here is final under its own number.
const known: Readonly<Record<number, Refused>> = {
  63016: { kind: "refused", final: true, code: "window_closed" },
  63003: { kind: "refused", final: true, code: "not_on_whatsapp" },
  63024: { kind: "refused", final: true, code: "not_on_whatsapp" },
  21211: { kind: "refused", final: true, code: "not_on_whatsapp" },
  21610: { kind: "refused", final: true, code: "opted_out" },
  63018: { kind: "refused", final: false, code: "rate_limited" },
  20429: { kind: "refused", final: false, code: "rate_limited" },
  20003: { kind: "refused", final: false, code: "not_connected" },
  63049: { kind: "refused", final: true, code: "withheld" },
};

/** What a refusal by number means for the outbox. */
export const refusalOf = (status: number, code: number): Refused => {
  const found = known[code];
  if (found !== undefined) return found;
  if (status === 0) return { kind: "refused", final: false, code: "no_connection" };
  if (status === 401 || status === 403) return { kind: "refused", final: false, code: "not_connected" };
  if (status === 429) return { kind: "refused", final: false, code: "rate_limited" };
  return { kind: "refused", final: true, code: code === 0 ? `http_${status}` : `provider_${code}` };
};
