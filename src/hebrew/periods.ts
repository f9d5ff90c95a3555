import { addMonths, civilOf, type Day, dayOf, daysInMonth, monthStart, weekOf } from "./civil.ts";
import { readDuration } from "./durations.ts";
import { endsLongMonth } from "./hebrew-calendar.ts";
import { nextFeast, nextHebrewDate, restEndUtc, restStartUtc } from "./holidays.ts";
import { type DateFact, dateFact, type Scan } from "./scan.ts";
import type { Token } from "./tokens.ts";
import type { Grain } from "./types.ts";

/** What a stretch needs from outside: the wall clock of a UTC minute of a day, and the business's city. */
export interface Place {
  city: string | undefined;
  /** Local minutes since midnight of `day`, for a UTC minute of that day. */
  localMinute(day: Day, utcMinute: number): number;
}

type Shape = "whole" | "open" | "interval";
type Stretch = { first: Day; last: Day; grain: Grain; next: number };

/** Weeks, months, years, their ends and middles, weekends, feasts, and the edges of Shabbat. */
export function readPeriod(scan: Scan, place: Place, at: number): DateFact | null {
  const token = scan.tokens[at];
  if (!token || token.mark !== "") return null;
  const { tag, holiday } = token.entry;
  if (tag === "weekend") return weekend(scan, at);
  if (tag === "shabbat-end" || tag === "shabbat-out" || tag === "candles" || tag === "shabbat-eve")
    return shabbatEdge(scan, place, at);
  if (tag === "hol-hamoed") return holHamoed(scan, at);
  if (tag === "candle") return candle(scan, at);
  if (tag === "new-moon") return newMoon(scan, at);
  if (tag === "end" || tag === "start" || tag === "middle") return edge(scan, at, tag);
  if (token.entry.part === "evening") {
    const eve = feastEve(scan, at);
    if (eve) return eve;
  }
  if (tag === "out") return feastNight(scan, place, at);
  if (holiday) return asFeast(feastDays(scan, at, holiday));
  if (tag === "feast") return asFeast(nextRestFeast(scan, at));
  if (tag === "holidays") return asFeast(theHolidays(scan, at));
  const vague = readNthWeek(scan, at) ?? readComingDays(scan, at);
  if (vague) return span(at, vague, "open", token.prefix);
  const stretch = readStretch(scan, at);
  if (!stretch) return bareYear(scan, at);
  return span(at, stretch, "whole", token.prefix);
}

const asFeast = (date: DateFact | null): DateFact | null => date && { ...date, feast: true };

const span = (at: number, { first, last, grain, next }: Stretch, shape: Shape, prefix: string): DateFact =>
  dateFact(at, next, { span: { first, last, grain, shape }, prefix });

/** A week, month or year as a whole: "בשבוע הבא", "החודש", "בדצמבר", "אוקטובר 2014", "שנה הבאה". */
function readStretch({ tokens, now }: Scan, at: number, sure = false): Stretch | null {
  let i = at;
  if (tokens[i]?.entry.unit === "month" && tokens[i + 1]?.entry.month !== undefined) i++;
  const token = tokens[i];
  if (!token) return null;
  const { unit, month, count } = token.entry;
  if (month !== undefined) return namedMonth(tokens, i, month, i > at || at > 0 || token.prefix !== "", now.day, sure);
  if (unit !== "week" && unit !== "month" && unit !== "year") return null;
  if (count !== 1) return null;
  const modifier = tokens[i + 1];
  const { tag } = modifier?.entry ?? {};
  let shift: number | null = null;
  let next = i + 2;
  if (tag === "next" && modifier!.prefix === "") shift = 1;
  else if (tag === "after" && tokens[i + 2]?.entry.tag === "next")
    [shift, next] = [2, i + 3]; // "שבוע אחרי הבא"
  else if (tag === "last") shift = -1;
  else if (tag === "this") shift = 0;
  else if (tag === "coming") shift = unit === "week" && now.weekday < 5 ? 0 : 1;
  else if (token.prefix.endsWith("ה")) {
    shift = 0;
    next = i + 1;
  }
  if (shift === null || tokens[at - 1]?.digits || tokens[at - 1]?.entry.number !== undefined) return null;
  return stretchOf(unit, shift, now.day, next);
}

function stretchOf(unit: "week" | "month" | "year", shift: number, today: Day, next: number): Stretch {
  if (unit === "week") {
    const first = weekOf(today) + shift * 7;
    return { first, last: first + 6, grain: "week", next };
  }
  if (unit === "month") {
    const first = monthStart(today, shift);
    return { first, last: addMonths(first, 1) - 1, grain: "month", next };
  }
  const year = civilOf(today).year + shift;
  return { first: dayOf(year, 1, 1), last: dayOf(year, 12, 31), grain: "year", next };
}

/** "בשבוע השני של דצמבר": days 8 to 14 of the month. */
function readNthWeek({ tokens, now }: Scan, at: number): Stretch | null {
  const { unit, count } = tokens[at]!.entry;
  const which = tokens[at + 1];
  if (
    unit !== "week" ||
    count !== 1 ||
    which?.prefix !== "ה" ||
    which.entry.ordinal === undefined ||
    which.entry.ordinal > 4
  )
    return null;
  const monthAt = tokens[at + 2]?.entry.tag === "of" ? at + 3 : at + 2;
  const month = tokens[monthAt]?.entry.month;
  if (month === undefined) return null;
  const today = civilOf(now.day);
  const start = dayOf(month < today.month ? today.year + 1 : today.year, month, 1) + (which.entry.ordinal - 1) * 7;
  return { first: start, last: start + 6, grain: "day", next: monthAt + 1 };
}

/** "בשבועיים הקרובים", "בימים הקרובים", "בחודש הקרוב" of more than one: from today on. */
function readComingDays({ tokens, now }: Scan, at: number): Stretch | null {
  const duration = readDuration(tokens, at);
  const tag = duration && tokens[duration.next]?.entry.tag;
  if (!duration || (tag !== "coming" && tag !== "next")) return null;
  const plural = duration.count > 1 || tokens[at]!.entry.tag === "days-word";
  const days = {
    minute: 0,
    hour: 0,
    day: tokens[at]!.entry.tag === "days-word" ? 4 : 1,
    week: 7,
    month: 30,
    year: 365,
  }[duration.unit];
  if (!plural || days === 0) return null;
  return { first: now.day, last: now.day + days * duration.count, grain: "day", next: duration.next + 1 };
}

/** Month names that are also given names need a preposition, a year or "הבא" before they count. */
function namedMonth(
  tokens: readonly Token[],
  i: number,
  month: number,
  led: boolean,
  today: Day,
  sure: boolean,
): Stretch | null {
  const after = tokens[i + 1];
  const { year: thisYear, month: thisMonth } = civilOf(today);
  const year =
    after?.digits?.shape === "int" && after.digits.value >= 1900 && after.digits.value <= 2100
      ? after.digits.value
      : null;
  const modifier = after?.entry.tag === "next" || after?.entry.tag === "coming" || after?.entry.tag === "this";
  const isName = month >= 4 && month <= 7;
  const leads =
    sure || tokens[i]!.prefix !== "" || year !== null || modifier || tokens.length === 1 || (led && !isName);
  if (!leads) return null;
  const chosen = year ?? (month < thisMonth ? thisYear + 1 : thisYear);
  const first = dayOf(chosen, month, 1);
  return {
    first,
    last: first + daysInMonth(chosen, month) - 1,
    grain: "month",
    next: year !== null || modifier ? i + 2 : i + 1,
  };
}

/** "1954" alone is a year; with anything beside it a number may be anything. */
function bareYear({ tokens }: Scan, at: number): DateFact | null {
  const { digits, prefix } = tokens[at]!;
  if (tokens.length !== 1 || digits?.shape !== "int" || digits.value < 1900 || digits.value > 2100 || prefix !== "")
    return null;
  const first = dayOf(digits.value, 1, 1);
  return span(at, { first, last: dayOf(digits.value, 12, 31), grain: "year", next: at + 1 }, "whole", "");
}

/** Length of "the end" and "the beginning" in days: what people mean by it is about a week of a month, three days of a week. */
const edgeDays = { week: 3, month: 7, year: 31 } as const;

/** "סוף החודש", "תחילת השבוע הבא", "אמצע מרץ". The middle of a named month is its 15th. */
function edge(scan: Scan, at: number, tag: "end" | "start" | "middle"): DateFact | null {
  const { tokens, now } = scan;
  const { prefix } = tokens[at]!;
  const target = tokens[at + 1];
  if (target?.entry.shift === 0) return null;
  let stretch = target ? readStretch(scan, at + 1, true) : null;
  if (
    !stretch &&
    target?.entry.unit &&
    target.entry.count === 1 &&
    target.entry.unit !== "day" &&
    target.entry.unit !== "hour"
  ) {
    if (target.entry.unit !== "minute") stretch = stretchOf(target.entry.unit, 0, now.day, at + 2);
  }
  if (!stretch) return null;
  const unit = stretch.grain === "week" ? "week" : stretch.grain === "year" ? "year" : "month";
  if (tag === "start" && stretch.first + edgeDays[unit] <= now.day && target?.entry.unit) {
    stretch = { ...stretchOf(unit, 1, now.day, stretch.next) }; // the beginning has passed: the next one
  }
  const { first, last, next } = stretch;
  if (tag === "middle" && target?.entry.month !== undefined) return dateFact(at, next, { days: [first + 14], prefix });
  const middle =
    unit === "week" ? [first + 2, first + 3] : unit === "month" ? [first + 10, first + 19] : [first + 121, first + 243];
  const end = unit === "week" ? [first + 3, first + 5] : [last - edgeDays[unit] + 1, last];
  const [from, to] = tag === "start" ? [first, first + edgeDays[unit] - 1] : tag === "end" ? end : middle;
  const open = { first: Math.max(from!, Math.min(now.day, to!)), last: to!, grain: "day" as const, next };
  return span(at, open, "open", prefix);
}

/** The Israeli weekend is Friday and Saturday; on Saturday "the weekend" without "this" is the next one. */
function weekend({ tokens, now }: Scan, at: number): DateFact {
  const { tag } = tokens[at + 1]?.entry ?? {};
  const friday = weekOf(now.day) + 5;
  const shift = tag === "next" ? 7 : tag === "last" ? -7 : now.weekday === 6 && tag !== "this" ? 7 : 0;
  const next = tag === "next" || tag === "last" || tag === "this" || tag === "coming" ? at + 2 : at + 1;
  return span(
    at,
    { first: friday + shift, last: friday + shift + 1, grain: "day", next },
    "interval",
    tokens[at]!.prefix,
  );
}

/** מוצאי שבת is Saturday night from the three stars, צאת שבת that very minute, ערב שבת is Friday. */
function shabbatEdge({ tokens, now }: Scan, place: Place, at: number): DateFact {
  const { tag } = tokens[at]!.entry;
  const { prefix } = tokens[at]!;
  const modifier = tokens[at + 1]?.entry.tag;
  const named = modifier === "next" || modifier === "coming" || modifier === "this";
  const next = named ? at + 2 : at + 1;
  const saturday = weekOf(now.day) + 6 + (modifier === "next" ? 7 : 0);
  if (tag === "shabbat-eve" || tag === "candles") {
    const friday = saturday - 1 < now.day ? saturday + 6 : saturday - 1;
    if (tag === "shabbat-eve") return dateFact(at, next, { days: [friday], prefix });
    const minute = place.localMinute(friday, restStartUtc(friday, place.city));
    return dateFact(at, next, { moment: { day: friday, minute, second: 0, grain: "minute", until: null }, prefix });
  }
  const minute = place.localMinute(saturday, restEndUtc(saturday, place.city));
  const until = tag === "shabbat-end" ? 1440 : null;
  return dateFact(at, next, {
    moment: { day: saturday, minute, second: 0, grain: "minute", until },
    days: [saturday],
    part: "evening",
    prefix,
  });
}

/** The working days inside Passover or Sukkot; the nearer one when the feast is not named. */
function holHamoed({ tokens, now }: Scan, at: number): DateFact {
  const after = tokens[at + 1]?.entry.tag === "of" ? at + 2 : at + 1;
  const named = tokens[after]?.entry.holiday;
  const options = (["sukkot", "pesach"] as const)
    .filter((id) => (named !== "sukkot" && named !== "pesach") || named === id)
    .map((id) => ({ id, ...nextFeast(id, now.day)! }))
    .sort((a, b) => a.first - b.first);
  const { id, first, last } = options[0]!;
  const next = named === id ? after + 1 : at + 1;
  // Passover's seventh day is a holiday of rest; Sukkot is followed by one.
  return span(
    at,
    { first: first + 1, last: id === "pesach" ? last - 1 : last, grain: "day", next },
    "interval",
    tokens[at]!.prefix,
  );
}

/** "נר שלישי של חנוכה": each candle is lit on the evening before its day. */
function candle({ tokens, now }: Scan, at: number): DateFact | null {
  const nth = tokens[at + 1]?.entry.ordinal;
  const of = tokens[at + 2]?.entry.tag === "of" ? at + 3 : at + 2;
  const feast = tokens[of]?.entry.holiday === "hanukkah" ? nextFeast("hanukkah", now.day) : null;
  if (nth === undefined || nth > 8 || !feast) return null;
  return dateFact(at, of + 1, { days: [feast.first + nth - 2], part: "evening", prefix: tokens[at]!.prefix });
}

/** "ראש חודש טבת": the first of the month, and the 30th of the month before it when there is one. */
function newMoon({ tokens, now }: Scan, at: number): DateFact | null {
  const month = tokens[at + 1]?.entry.hebrewMonth;
  const first = month === undefined ? null : nextHebrewDate(month, 1, now.day);
  if (first === null) return null;
  const { prefix } = tokens[at]!;
  return endsLongMonth(first - 1)
    ? span(at, { first: first - 1, last: first, grain: "day", next: at + 2 }, "interval", prefix)
    : dateFact(at, at + 2, { days: [first], prefix });
}

/** "ערב פסח", "ערב חג". */
function feastEve({ tokens, now }: Scan, at: number): DateFact | null {
  const target = tokens[at + 1];
  if (!target || (target.prefix !== "" && target.prefix !== "ה")) return null;
  const feast = target.entry.holiday
    ? nextFeast(target.entry.holiday, now.day + 1)
    : target.entry.tag === "feast"
      ? soonestRest(now.day + 1)
      : null;
  return feast ? dateFact(at, at + 2, { days: [feast.first - 1], prefix: tokens[at]!.prefix }) : null;
}

/** "מוצאי כיפור", "צאת החג": from the stars of the feast's last day. Which day ends the long feasts is not said. */
function feastNight({ tokens, now }: Scan, place: Place, at: number): DateFact | null {
  const { holiday, tag } = tokens[at + 1]?.entry ?? {};
  const feast = holiday ? nextFeast(holiday, now.day) : tag === "feast" ? soonestRest(now.day) : null;
  if (!feast || (feast.last - feast.first > 1 && holiday !== "pesach")) return null;
  const minute = place.localMinute(feast.last, restEndUtc(feast.last, place.city));
  return dateFact(at, at + 2, {
    moment: { day: feast.last, minute, second: 0, grain: "minute", until: 1440 },
    days: [feast.last],
    part: "evening",
    prefix: tokens[at]!.prefix,
  });
}

function feastDays({ tokens, now }: Scan, at: number, id: string): DateFact | null {
  const token = tokens[at]!;
  if (
    token.entry.unit &&
    (tokens[at - 1]?.digits ||
      tokens[at - 1]?.entry.number !== undefined ||
      token.prefix.endsWith("ה") ||
      tokens[at + 1]?.entry.tag === "next")
  )
    return null; // "שבועות הבאים", "שלושה שבועות": weeks, not the feast
  if (id === "new-year-eve") {
    const { year } = civilOf(now.day);
    return dateFact(at, at + 1, { days: [dayOf(year, 12, 31)], prefix: token.prefix });
  }
  const feast = nextFeast(id, now.day);
  if (!feast) return null;
  if (feast.first === feast.last)
    return dateFact(at, at + 1, { days: [feast.first], prefix: token.prefix, part: id === "seder" ? "evening" : null });
  return span(at, { first: feast.first, last: feast.last, grain: "day", next: at + 1 }, "interval", token.prefix);
}

const restFeasts = ["rosh-hashana", "yom-kippur", "sukkot", "simchat-torah", "pesach", "pesach-7", "shavuot"];

const soonestRest = (from: Day) =>
  restFeasts
    .map((id) => nextFeast(id, from))
    .filter((feast) => feast !== null)
    .sort((a, b) => a.first - b.first)[0] ?? null;

/** "החג", "אחרי החג": the holiday of rest that runs now or comes next. */
function nextRestFeast({ tokens, now }: Scan, at: number): DateFact | null {
  const feast = soonestRest(now.day);
  return feast ? span(at, { ...feast, grain: "day", next: at + 1 }, "interval", tokens[at]!.prefix) : null;
}

/** "החגים": from the eve of Rosh Hashana to Simchat Torah. */
function theHolidays({ tokens, now }: Scan, at: number): DateFact | null {
  const last = nextFeast("simchat-torah", now.day);
  if (!last) return null;
  return span(
    at,
    { first: last.first - 21, last: last.first, grain: "day", next: at + 1 },
    "interval",
    tokens[at]!.prefix,
  );
}
