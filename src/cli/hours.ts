import { systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import { replanLater } from "../calendar/replan.ts";
import type { Ctx } from "../tenants/ctx.ts";
import {
  type CalendarRulesInput,
  type OpeningHours,
  readOpeningHours,
  setCalendarRules,
  setDayHours,
  setWeeklyHours,
} from "../tenants/hours.ts";
import { given, readBusiness, readDate, readId, readList, readSwitch, readWhole, requireSome } from "./read.ts";
import { clock, dayName, readClock, readDays, readWindows, type Window } from "./read-hours.ts";
import { readOptions, verbs, visitBusiness } from "./visit.ts";

/** When the business can be booked: weekly hours, single dates, and the rules of its calendar. */
export const run = verbs("hours", { show, set });

/** Options of `hours set` that are a whole number, with the rule that each sets and its least value. */
const counts = {
  length: ["meetingMinutes", 5],
  step: ["stepMinutes", 5],
  "buffer-before": ["bufferBeforeMinutes", 0],
  "buffer-after": ["bufferAfterMinutes", 0],
  notice: ["minNoticeMinutes", 0],
  horizon: ["horizonDays", 1],
} as const;
type Count = keyof typeof counts;
const countNames = Object.keys(counts) as Count[];

function show(args: string[]): Promise<unknown> {
  const { options } = readOptions(args, ["business", "from"]);
  const businessId = readBusiness(options.business);
  const from = readDate("from", options.from) ?? systemClock.instant().toZonedDateTimeISO("UTC").toPlainDate();
  return visitBusiness(businessId, async (ctx) => spelled(await readOpeningHours(ctx, from.toString())));
}

const optionNames = [
  "business",
  "resource",
  "days",
  "date",
  "open",
  "close",
  "windows",
  "reason",
  ...countNames,
  "keeps-shabbat",
  "reminders",
  "quiet",
] as const;
type Options = Partial<Record<(typeof optionNames)[number], string>>;

function set(args: string[]): Promise<unknown> {
  const { options, flags } = readOptions(args, optionNames, 0, ["closed", "weekly"]);
  const businessId = readBusiness(options.business);
  const resourceId = readId("resource", options.resource) ?? null;
  const week = readWeek(options, flags.has("closed"));
  const day = readDay(options, flags);
  const rules = readRules(options);
  if (week === null && day === null) {
    if ((options.open ?? options.close ?? options.windows) !== undefined || flags.size > 0)
      throw new AppError("invalid", "say for which days: --days sun-thu or --date 2026-12-31");
    requireSome(rules, "--days, --date, --length, …; see `help`");
  }
  return visitBusiness(businessId, async (ctx) => {
    const from = systemClock.instant().toZonedDateTimeISO("UTC").toPlainDate().toString();
    if (week) await setWeekdays(ctx, resourceId, week);
    if (day) await setDayHours(ctx, resourceId, day.date, day.hours);
    if (Object.keys(rules).length > 0) await setCalendarRules(ctx, rules, replanLater);
    return spelled(await readOpeningHours(ctx, from));
  });
}

interface Week {
  weekdays: number[];
  windows: Window[];
}

function readWeek(options: Options, closed: boolean): Week | null {
  if (options.days === undefined) return null;
  if (options.date !== undefined) throw new AppError("invalid", "give --days or --date, not both");
  const windows = readWindows(options, closed);
  if (windows === undefined) throw new AppError("invalid", "--days needs --open and --close, --windows, or --closed");
  return { weekdays: readDays(options.days), windows };
}

interface Day {
  date: string;
  /** Null gives the date back to the weekly hours. */
  hours: { windows: Window[]; reason?: string } | null;
}

function readDay(options: Options, flags: ReadonlySet<"closed" | "weekly">): Day | null {
  const date = readDate("date", options.date)?.toString();
  if (date === undefined) return null;
  const windows = readWindows(options, flags.has("closed"));
  if (flags.has("weekly") === (windows !== undefined))
    throw new AppError("invalid", "--date needs --open and --close, --windows, --closed, or --weekly: one of them");
  return { date, hours: windows === undefined ? null : { windows, ...given({ reason: options.reason }) } };
}

function readRules(options: Options): CalendarRulesInput {
  const numbers = countNames.map((name) => [counts[name][0], readWhole(name, options[name], counts[name][1])]);
  const [quietFrom, quietTo, more] = options.quiet?.split("-") ?? [];
  if (options.quiet !== undefined && (quietFrom === undefined || quietTo === undefined || more !== undefined))
    throw new AppError("invalid", `--quiet ${JSON.stringify(options.quiet)} is not like 21:00-08:00`);
  return given({
    ...Object.fromEntries(numbers),
    keepsShabbat: readSwitch("keeps-shabbat", options["keeps-shabbat"]),
    reminderMinutes: readList(options.reminders)?.map((text) => readWhole("reminders", text, 15) ?? 0),
    quietFromMinute: quietFrom === undefined ? undefined : readClock("quiet", quietFrom),
    quietToMinute: quietTo === undefined ? undefined : readClock("quiet", quietTo),
  });
}

/** The named days change, the others stay as they are. */
async function setWeekdays(ctx: Ctx, resourceId: string | null, { weekdays, windows }: Week): Promise<void> {
  const { weekly } = await readOpeningHours(ctx, "9999-12-31");
  const kept = weekly
    .filter((window) => window.resourceId === resourceId && !weekdays.includes(window.weekday))
    .map(({ weekday, fromMinute, toMinute }) => ({ weekday, fromMinute, toMinute }));
  const added = weekdays.flatMap((weekday) => windows.map((window) => ({ weekday, ...window })));
  await setWeeklyHours(ctx, resourceId, [...kept, ...added]);
}

/** As people write hours. */
function spelled({ weekly, exceptions, rules }: OpeningHours): unknown {
  const { quietFromMinute, quietToMinute, ...numbers } = rules;
  return {
    weekly: weekly.map(({ resourceId, weekday, fromMinute, toMinute }) => ({
      day: dayName(weekday),
      open: clock(fromMinute),
      close: clock(toMinute),
      ...(resourceId === null ? {} : { resourceId }),
    })),
    exceptions: exceptions.map(({ resourceId, date, fromMinute, toMinute, reason }) => ({
      date,
      ...(fromMinute === null || toMinute === null
        ? { closed: true }
        : { open: clock(fromMinute), close: clock(toMinute) }),
      ...(reason === null ? {} : { reason }),
      ...(resourceId === null ? {} : { resourceId }),
    })),
    rules: { ...numbers, quiet: `${clock(quietFromMinute)}-${clock(quietToMinute)}` },
  };
}
