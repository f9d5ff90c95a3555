import { type Day, isoDate, isoTime, parseIsoLocal, parseIsoTime, weekdayOf } from "./civil.ts";
import type { Clock } from "./clocks.ts";
import { spelled } from "./normalise.ts";
import { partHours, rangeReadings, readingsOf } from "./readings.ts";
import type { ClockRange, DateFact, Fact, PartFact, Relation, Scan } from "./scan.ts";
import type { Talk } from "./talk.ts";
import type { Part } from "./types.ts";

/** The hour of a wish: one or more readings, in minutes since midnight. */
export interface HourWish {
  clock: Clock;
  minutes: number[];
  nightAfter: boolean;
  contradiction: boolean;
  relation: Relation;
}

type Stretch = { from: number[]; to: number[]; fact: ClockRange };

/** What the customer wants, put together from the facts that were not refused or taken back. */
export interface Wish {
  date: DateFact | null;
  /** More than one day was named as alternatives. */
  otherDates: DateFact[];
  dateRelation: Relation;
  hour: HourWish | null;
  otherHours: HourWish[];
  range: Stretch | null;
  /** More stretches of hours that were named as alternatives. */
  otherRanges: Stretch[];
  part: Part | null;
  /** "בבוקר או בערב": the parts of the day among which one has to be chosen; none of them is `part`. */
  otherParts: Part[];
  dawn: boolean;
  negated: Fact[];
}

/** Combines the facts: corrections win over what they correct, a week and a weekday make one day. */
export function readWish(scan: Scan, facts: readonly Fact[], talk: Talk): Wish {
  const kept = withoutReplaced(facts, talk);
  const negated = kept.filter((fact) => fact.negated && !isOver(fact, scan.now.day)); // "אתמול לא" refuses nothing
  const positive = kept.filter((fact) => !fact.negated && !negated.some((later) => takesBack(later, fact)));
  const parts = positive.filter((fact) => fact.kind === "part");
  const named = mergeDates(scan, positive.filter((fact) => fact.kind === "date") as (DateFact & Fact)[]);
  const dates = stillAhead(scan, named.length > 1 ? named.filter((date) => !tellsToday(scan, date)) : named);
  const datePart = dates.map((date) => date.part).find((part) => part !== null) ?? null;
  const limits = parts.filter(({ relation }) => relation);
  const clocks = positive.filter((fact) => fact.kind === "clock");
  const secondPart = (clock: Clock): PartFact | undefined =>
    clock.part === null ? undefined : parts.find((one) => one.at > clock.at && orBetween(scan, clock, one));
  const free = parts.filter((one) => !one.relation && !clocks.some((clock) => secondPart(clock) === one));
  const either = free.some((one, i) => i > 0 && orBetween(scan, free[i - 1]!, one));
  const otherParts = either ? [...new Set(free.map((one) => one.part))] : [];
  const part = either ? null : (free[0]?.part ?? datePart);
  const dawn = parts.some((fact) => fact.dawn);
  const hours = clocks
    .filter(({ at }) => !named.some((date) => date.next === at && !dates.includes(date)))
    .map((clock): HourWish => {
      const readings = readingsOf(clock, part, dawn);
      const second = secondPart(clock); // "בשמונה בבוקר או בערב"
      const more = second ? readingsOf({ ...clock, part: second.part }, null, second.dawn).minutes : [];
      return {
        clock,
        ...readings,
        minutes: [...new Set([...readings.minutes, ...more])],
        relation: clock.relation ?? null,
      };
    });
  hours.push(...limits.map(partLimit));
  const ranges = positive.filter((fact) => fact.kind === "range");
  const stretches = ranges
    .filter((fact, i) => i === 0 || orBetween(scan, ranges[i - 1]!, fact))
    .map((fact): Stretch => ({ ...rangeReadings(fact.from, fact.to, part, dawn), fact }));
  const [range = null, ...otherRanges] = stretches;
  if (hours.length === 0 && scan.tokens.some((token) => token.entry.tag === "same-hour")) {
    const minute = knownMinute(scan.context);
    if (minute !== null) hours.push(settledHour(minute));
  }
  const distinctHours = hours.filter((hour, i) => hours.findIndex((other) => sameHour(other, hour)) === i);
  return {
    date: dates[0] ?? null,
    otherDates: dates.slice(1),
    dateRelation: (dates[0] as Fact | undefined)?.relation ?? null,
    hour: distinctHours[0] ?? null,
    otherHours: distinctHours.slice(1),
    range,
    otherRanges,
    part,
    otherParts,
    dawn,
    negated,
  };
}

const isOver = (fact: Fact, today: Day): boolean =>
  fact.kind === "date" &&
  fact.problem === null &&
  (fact.span?.last ?? fact.moment?.day ?? fact.days[0] ?? today) < today;

/** "בעשר. לא בעשר, באחת עשרה": the same time refused behind it. */
function takesBack(later: Fact, fact: Fact): boolean {
  if (later.at < fact.at || later.relation || fact.relation) return false;
  if (later.kind === "clock" && fact.kind === "clock") return later.hour === fact.hour && later.minute === fact.minute;
  return (
    later.kind === "date" && fact.kind === "date" && fact.days.length > 0 && later.days.join() === fact.days.join()
  );
}

/** "באותה שעה": the hour of the meeting, else of the one offer, else the pending one. */
function knownMinute({ appointment, offered = [], pending }: Scan["context"]): number | null {
  const slot = appointment ?? (offered.length === 1 ? offered[0] : undefined);
  return slot === undefined ? parseIsoTime(pending?.time ?? "") : (parseIsoLocal(slot)?.minute ?? null);
}

/** "עד הצהריים" ends where noon begins, "אחרי הבוקר" begins where the morning ends. */
function partLimit({ part, relation }: PartFact & Fact): HourWish {
  const [from, to] = partHours[part];
  return { ...settledHour((relation === "after" ? to % 24 : from) * 60), relation: relation ?? null };
}

const sameHour = (a: HourWish, b: HourWish): boolean =>
  a.relation === b.relation && a.minutes.join() === b.minutes.join();

/**
 * "בארבע, סליחה, בחמש": what stands before the correction goes. "בחמש במקום בארבע", "במקום בארבע, בחמש": the time
 * right behind "instead" goes.
 */
function withoutReplaced(facts: readonly Fact[], talk: Talk): Fact[] {
  return facts.filter((fact) => {
    if (talk.instead >= 0 && fact.at > talk.instead) {
      const rivals = facts.filter((other) => other !== fact && sameSort(other, fact));
      const first = fact.at <= talk.instead + 2 && rivals.some((other) => other.at > fact.at);
      if (first || rivals.some((other) => other.at < talk.instead)) return false;
    }
    if (talk.correct < 0 || fact.at > talk.correct) return true;
    return !facts.some((other) => other.at > talk.correct && sameSort(other, fact));
  });
}

const sameSort = (a: Fact, b: Fact): boolean => {
  const timeLike = (fact: Fact) => fact.kind === "clock" || fact.kind === "range";
  return a.kind === b.kind || (timeLike(a) && timeLike(b));
};

/** Dates that say the same thing become one; real alternatives stay apart. */
function mergeDates(scan: Scan, dates: (DateFact & Fact)[]): (DateFact & Fact)[] {
  const merged: (DateFact & Fact)[] = [];
  for (const date of dates) {
    const index = merged.findIndex((other) => combine(scan, other, date) !== null);
    if (index >= 0) merged[index] = combine(scan, merged[index]!, date)!;
    else merged.push(date);
  }
  return merged;
}

const past =
  /תי$|תמ$|^[ושכה]?(?:היה|הייתה|היתה|היו|היינו|עשינו|דיברנו|ביקרנו|נפגשנו|קנינו|אמרו|התקשרו|שלחו|הגיע|הגיעה|הגיעו|אמר|אמרה|דיבר|דיברה|התקשר|התקשרה|צלצל|צלצלה|צלצלו|שלח|שלחה)$/;

/** "הייתי לפני שבועיים ואני רוצה מחר", "קניתי לפני שנה": a day that is over is only told, beside a day to come or a verb of the past. */
function stillAhead({ now, tokens }: Scan, dates: (DateFact & Fact)[]): (DateFact & Fact)[] {
  const ahead = dates.filter(({ span, moment, days }) =>
    moment
      ? moment.day * 1440 + Math.max(moment.minute, moment.until ?? 0) >= now.day * 1440 + now.minute
      : (span?.last ?? days[0] ?? now.day) >= now.day,
  );
  return ahead.length > 0 || tokens.some(({ text }) => past.test(text)) ? ahead : dates;
}

/** "היום שלישי, אז ביום רביעי": beside another day the name of today is only told. */
const tellsToday = ({ tokens, now }: Scan, { at, next }: DateFact): boolean =>
  tokens[at]!.entry.shift === 0 && tokens[next]?.prefix === "" && tokens[next].entry.ordinal === now.weekday + 1;

const orBetween = ({ tokens }: Scan, a: Fact, b: Fact): boolean =>
  tokens.slice(a.next, b.at).some((token) => token.entry.tag === "or");

/** Whether `a` is nothing but the day on which the moment `b` lies. */
const namesDayOf = (a: DateFact & Fact, b: DateFact & Fact): boolean =>
  !a.relation && !a.span && a.days.length === 1 && b.moment !== null && b.moment.day === a.days[0];

/** "השבוע, לא יאוחר מחמישי": the bound lies in that week. */
function boundInside({ first, last }: NonNullable<DateFact["span"]>, b: DateFact & Fact): (DateFact & Fact) | null {
  const day = b.weekday === null ? b.days[0] : first + ((b.weekday - weekdayOf(first) + 7) % 7);
  return day !== undefined && day >= first && day <= last && b.problem === null ? { ...b, days: [day] } : null;
}

function combine(scan: Scan, a: DateFact & Fact, b: DateFact & Fact): (DateFact & Fact) | null {
  if (namesDayOf(a, b)) return b; // "בשישי לפני כניסת שבת"
  if (b.relation === "before" && b.weekday === 6 && !a.relation && a.days[0] === b.days[0]! - 1) return a; // "שישי לפני שבת"
  const bound = a.span?.shape === "whole" && !a.relation && b.relation && !b.span ? boundInside(a.span, b) : null;
  if (bound) return bound;
  if (a.relation || b.relation) return null;
  if (orBetween(scan, a, b)) return null;
  if (a.span && b.span) {
    const [outer, inner] = a.span.last - a.span.first > b.span.last - b.span.first ? [a, b] : [b, a];
    const inside =
      outer.span!.shape === "whole" && inner.span!.last >= outer.span!.first && inner.span!.first <= outer.span!.last;
    return inside ? inner : null; // "בחנוכה השנה"
  }
  const span = a.span ?? b.span;
  const day = a.span ? b : a;
  if (span && day.moment === null) {
    if (day.weekday !== null) {
      const first = span.first + ((day.weekday - weekdayOf(span.first) + 7) % 7);
      if (first <= span.last) return { ...day, days: [first], problem: first < scan.now.day ? "passed" : null };
    }
    if (pointsToday(scan, day) && span.first > scan.now.day) return { ...(day === a ? b : a), part: day.part }; // "בשבוע הבא באזור הבוקר"
    const inside = day.days.filter((one) => one >= span.first && one <= span.last);
    return inside.length > 0 ? { ...day, days: inside, part: a.part ?? b.part } : null;
  }
  if (span || a.moment || b.moment) {
    const spot = a.moment?.until === null ? a : b.moment?.until === null ? b : null;
    if (spot && (spot === a ? b : a).days.includes(spot.moment!.day)) return spot; // "היום בעוד שעתיים"
    const shabbat = a.moment?.until ? a : b.moment?.until ? b : null;
    const other = shabbat === a ? b : a;
    return shabbat && other.days.some((one) => shabbat.days.includes(one) || one === shabbat.days[0]! - 1)
      ? shabbat
      : null;
  }
  // "מחר על הבוקר", "מחר הערב": today's part of day next to another day is only a part of day.
  const [today, elsewhere] = pointsToday(scan, a) ? [a, b] : pointsToday(scan, b) ? [b, a] : [null, null];
  if (today && elsewhere && elsewhere.part === null) return { ...elsewhere, part: today.part };
  const common = a.days.filter((one) => b.days.includes(one));
  const part = a.part ?? b.part;
  if (common.length > 0)
    return { ...a, days: common, problem: common.length === 1 ? null : a.problem, part, night: a.night || b.night };
  if (a.weekday !== null && b.weekday === null && b.days.length === 1 && weekdayOf(b.days[0]!) === a.weekday)
    return { ...b, part };
  if (b.weekday !== null && a.weekday === null && a.days.length === 1 && weekdayOf(a.days[0]!) === b.weekday)
    return { ...a, part };
  const verb = scan.tokens[a.next]?.entry.act !== undefined; // "את התור של מחר ולקבוע לראשון" names two days
  if ((a.weekday === null) !== (b.weekday === null) && b.at - a.next <= (verb ? 0 : 1)) {
    return { ...a, days: [...a.days, ...b.days], problem: "mismatch", part };
  }
  return null;
}

/** An hour that is known to the minute: from the conversation, not from the words. */
export function settledHour(minute: number): HourWish {
  const clock: HourWish["clock"] = {
    kind: "clock", at: 0, next: 0, hour: Math.floor(minute / 60), minute: minute % 60, second: 0, named: 0, precise: true,
    meridiem: null, part: null, dawn: false, padded: false, written: false, prefix: "", strong: true, masculine: false, hourWord: false, approx: false, impossible: false,
  }; // biome-ignore format: one value
  return { clock, minutes: [minute], nightAfter: false, contradiction: false, relation: null };
}

const pointsToday = (scan: Scan, { part, days, weekday, night }: DateFact): boolean =>
  part !== null && weekday === null && !night && days.length === 1 && days[0] === scan.now.day;

/** One line of evidence for a fact: the words and what they were taken for. */
export function explain(scan: Scan, fact: Fact): string {
  const words = scan.tokens.slice(fact.at, fact.next).map(({ text }) => text);
  const said = spelled(words.join(" "));
  const bound = fact.relation ? `${fact.relation} ` : "";
  const not = fact.negated ? "not " : "";
  return `${said} = ${not}${bound}${meaningOf(fact)}`;
}

function meaningOf(fact: Fact): string {
  switch (fact.kind) {
    case "clock":
      return `hour ${readingsOf(fact, null, false).minutes.map(isoTime).join(" or ")}`;
    case "part":
      return `part ${fact.part}`;
    case "range":
      return "hours from and to";
    case "date":
      return dateMeaning(fact);
  }
}

function dateMeaning({ days, span, moment, problem }: DateFact): string {
  const why = problem ? ` (${problem})` : "";
  if (span) return `${span.grain} ${isoDate(span.first)} to ${isoDate(span.last)}${why}`;
  if (moment) return `moment ${isoDate(moment.day)} ${moment.minute} min${why}`;
  return days.length === 0 ? `no such date${why}` : `day ${days.map((day: Day) => isoDate(day)).join(" or ")}${why}`;
}
