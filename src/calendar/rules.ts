/** Minutes of a local day, 0..1440; `from` belongs to the window, `to` does not. */
export interface MinuteWindow {
  fromMinute: number;
  toMinute: number;
}

/** One weekly opening; `weekday` as in ISO 8601 and Temporal: Monday 1 .. Sunday 7. */
export interface WeeklyWindow extends MinuteWindow {
  weekday: number;
}

/** How a business takes meetings. Times in minutes, `zone` an IANA name. */
export interface CalendarRules {
  zone: string;
  /** Length of a meeting when nothing else is said. */
  meetingMinutes: number;
  /** Distance between possible starts, counted from the opening of the window. */
  stepMinutes: number;
  bufferBeforeMinutes: number;
  bufferAfterMinutes: number;
  minNoticeMinutes: number;
  /** How many days ahead can be booked, today = 0. */
  horizonDays: number;
}

/** Hours of one person or room. A date in `exceptions` replaces its weekly hours (empty = closed) and its rest days. */
export interface ResourceHours {
  resourceId: string;
  weekly: readonly WeeklyWindow[];
  exceptions: ReadonlyMap<string, readonly MinuteWindow[]>;
}

/** Something that occupies a resource, its buffers included: epoch ms, `endMs` exclusive. */
export interface BusyRange {
  startMs: number;
  endMs: number;
}

/** A stretch of one local day in which nobody works: Shabbat, a holiday, or the eve of one. */
export interface RestWindow extends MinuteWindow {
  why: string;
}

/** Rest of a local date; empty on working days. */
export type RestCalendar = (date: Temporal.PlainDate) => readonly RestWindow[];

/** One bookable start: instants in epoch ms, without buffers. */
export interface FreeSlot {
  resourceId: string;
  startMs: number;
  endMs: number;
}

export const defaultRules: CalendarRules = {
  zone: "Asia/Jerusalem",
  meetingMinutes: 30,
  stepMinutes: 30,
  bufferBeforeMinutes: 0,
  bufferAfterMinutes: 0,
  minNoticeMinutes: 60,
  horizonDays: 60,
};
