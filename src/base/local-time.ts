/** Wall clock of a zone, "YYYY-MM-DDTHH:MM". */
export const localTime = (at: Temporal.Instant, zone: string): string =>
  at.toZonedDateTimeISO(zone).toPlainDateTime().toString({ smallestUnit: "minute" });
