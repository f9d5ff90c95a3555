const minuteMs = 60_000;

/**
 * A local date of one zone with its wall-clock minutes turned into instants. Ordinary days are linear; on the days of
 * a clock change every minute is looked up, a minute that does not exist is null, of a double minute the first counts.
 */
export class LocalDay {
  readonly startMs: number;
  readonly #linear: boolean;

  constructor(
    readonly date: Temporal.PlainDate,
    readonly zone: string,
  ) {
    const midnight = date.toZonedDateTime(zone);
    this.startMs = midnight.epochMilliseconds;
    this.#linear = midnight.hour === 0 && midnight.hoursInDay === 24;
  }

  /** Epoch ms of wall-clock minute 0..1440 (1440 = the next midnight), or null when the clock skips it. */
  instantMs(minute: number): number | null {
    if (this.#linear) return this.startMs + minute * minuteMs;
    const day = minute >= 1_440 ? this.date.add({ days: 1 }) : this.date;
    const time = Temporal.PlainTime.from({ hour: Math.floor((minute % 1_440) / 60), minute: minute % 60 });
    const zoned = day.toZonedDateTime({ timeZone: this.zone, plainTime: time });
    return zoned.toPlainTime().equals(time) ? zoned.epochMilliseconds : null;
  }

  /** The wall-clock minute 0..1439 in which an instant of this day falls. */
  minuteOf(instantMs: number): number {
    if (this.#linear) return Math.floor((instantMs - this.startMs) / minuteMs);
    const zoned = Temporal.Instant.fromEpochMilliseconds(instantMs).toZonedDateTimeISO(this.zone);
    return zoned.hour * 60 + zoned.minute;
  }
}
