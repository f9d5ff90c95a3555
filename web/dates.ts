/** Calendar dates as `YYYY-MM-DD`; arithmetic in UTC, so that no clock change touches it. */
const dayMs = 86_400_000;

const at = (date: string): number => Date.parse(`${date}T00:00:00Z`);
const text = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export const addDays = (date: string, days: number): string => text(at(date) + days * dayMs);

/** Sunday 0 .. Saturday 6. */
export const weekdayOf = (date: string): number => new Date(at(date)).getUTCDay();

/** The Sunday on or before: in Israel the week begins there. */
export const weekStart = (date: string): string => addDays(date, -weekdayOf(date));

export const isDate = (text: string | null): text is string =>
  text !== null && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(at(text));

/** A date as an instant at its noon in UTC: for formats that are told to show UTC. */
export const noonOf = (date: string): Date => new Date(at(date) + dayMs / 2);

/** Minutes since midnight of `YYYY-MM-DDTHH:MM`. */
export const minuteOf = (local: string): number => Number(local.slice(11, 13)) * 60 + Number(local.slice(14, 16));

/** `09:30`. */
export const clockOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
