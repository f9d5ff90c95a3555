import { AppError } from "../base/errors.ts";

/** Minutes of a local day; `to` does not belong to it. */
export interface Window {
  fromMinute: number;
  toMinute: number;
}

// In the order of the Israeli week; numbers as in ISO 8601.
const days: readonly (readonly [name: string, weekday: number])[] = [
  ["sun", 7],
  ["mon", 1],
  ["tue", 2],
  ["wed", 3],
  ["thu", 4],
  ["fri", 5],
  ["sat", 6],
];

export const dayName = (weekday: number): string => days.find(([, number]) => number === weekday)?.[0] ?? "";

export const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

/** "sun-thu", "fri", "mon,wed,fri" or "fri-sun" as ISO weekdays. @throws AppError "invalid". */
export function readDays(text: string): number[] {
  const weekdays = text.split(",").flatMap((range) => {
    const [first = -1, last = -1, more] = range
      .split("-")
      .map((name) => days.findIndex(([known]) => known === name.trim()));
    const end = range.includes("-") ? last : first;
    if (first < 0 || end < 0 || more !== undefined)
      throw new AppError("invalid", `--days ${JSON.stringify(text)} is not like sun-thu or mon,wed,fri`);
    const count = ((end - first + days.length) % days.length) + 1;
    return Array.from({ length: count }, (_, index) => days[(first + index) % days.length]?.[1] ?? 0);
  });
  return [...new Set(weekdays)];
}

/** "09:00" as minutes of the day, up to 24:00. @throws AppError "invalid". */
export function readClock(name: string, text: string): number {
  const [, hours = "", minutes = ""] = /^(\d{1,2}):(\d\d)$/.exec(text.trim()) ?? [];
  const minute = Number(hours) * 60 + Number(minutes);
  if (hours === "" || Number(minutes) > 59 || minute > 1_440)
    throw new AppError("invalid", `--${name} ${JSON.stringify(text)} is not a time; write one like 09:00`);
  return minute;
}

export interface WindowOptions {
  open?: string;
  close?: string;
  windows?: string;
}

/** One opening by --open and --close, several by --windows, none by --closed; undefined when nothing is said. */
export function readWindows(options: WindowOptions, closed: boolean): Window[] | undefined {
  const { open, close, windows } = options;
  const ways = [closed, windows !== undefined, (open ?? close) !== undefined].filter(Boolean).length;
  if (ways === 0) return undefined;
  if (ways > 1) throw new AppError("invalid", "give --open and --close, or --windows, or --closed: one of them");
  if (closed) return [];
  if (windows !== undefined) return windows.split(",").map((window) => readWindow("windows", window));
  if (open === undefined || close === undefined) throw new AppError("invalid", "--open and --close go together");
  return [ordered(readClock("open", open), readClock("close", close))];
}

/** "09:00-13:00". */
export function readWindow(name: string, text: string): Window {
  const [from = "", to = "", more] = text.split("-");
  if (more !== undefined) throw new AppError("invalid", `--${name} ${JSON.stringify(text)} is not like 09:00-13:00`);
  return ordered(readClock(name, from), readClock(name, to));
}

function ordered(fromMinute: number, toMinute: number): Window {
  if (fromMinute >= toMinute)
    throw new AppError("invalid", `${clock(fromMinute)}-${clock(toMinute)} closes before it opens`);
  return { fromMinute, toMinute };
}
