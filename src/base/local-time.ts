/** Wall clock of a zone, "YYYY-MM-DDTHH:MM". */
export const localTime = (at: Temporal.Instant, zone: string): string =>
  at.toZonedDateTimeISO(zone).toPlainDateTime().toString({ smallestUnit: "minute" });

/** The one instant that a wall clock shows so; a word where the clock skips that time, or shows it twice. */
export function instantOfLocal(local: Temporal.PlainDateTime, zone: string): Temporal.Instant | "skipped" | "repeated" {
  const [first, last] = (["earlier", "later"] as const).map((disambiguation) =>
    local.toZonedDateTime(zone, { disambiguation }),
  ) as [Temporal.ZonedDateTime, Temporal.ZonedDateTime];
  if (first.epochMilliseconds === last.epochMilliseconds) return first.toInstant();
  return first.toPlainDateTime().equals(local) ? "repeated" : "skipped";
}
