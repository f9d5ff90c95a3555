// Nobody puts us off for longer at a time: then it is asked again, and may say so again.
const longestSeconds = 3_600;

/**
 * How many seconds a server asks us to wait: its header `Retry-After`, in seconds or as a date (RFC 9110, 10.2.3). Null when
 * it does not say, or nothing that can be understood.
 */
export function retryAfterSeconds(header: string | null, now: Temporal.Instant): number | null {
  const text = header?.trim() ?? "";
  if (/^\d+$/.test(text)) return Math.min(Number(text), longestSeconds);
  const at = /^[A-Z][a-z]{2}, .* GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) return null;
  return Math.min(Math.max(0, Math.ceil((at - now.epochMilliseconds) / 1_000)), longestSeconds);
}
