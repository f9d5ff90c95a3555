import { describes, readCalendarDate } from "./calendar-dates.ts";
import { civilOf, type Day, dayOf, daysInMonth, monthStart, weekdayOf, weekOf } from "./civil.ts";
import { readDuration } from "./durations.ts";
import { type DateFact, dateFact, type Now, type Scan, skipMarks } from "./scan.ts";
import { daysOfTalk } from "./timed.ts";
import type { Token } from "./tokens.ts";
import { weekdayMissingLetter } from "./typos.ts";

interface Named {
  weekday: number;
  next: number;
  prefix: string;
  part: DateFact["part"];
  /** "יום" was said, or the name can mean nothing but a day. */
  sure: boolean;
}

const dayLetters = "אבגדהו";
/** "יום גימל", as transcriptions write it. */
const letterNames = [["אלפ"], ["בית"], ["גימל"], ["דלת"], ["הא", "הי"], ["וו", "ואו"]];

/** A weekday's name: "יום שלישי", "ביום ג'", "בשלישי", "שבת", "יום ה". */
function readName(tokens: readonly Token[], at: number): Named | null {
  const token = tokens[at];
  if (!token || token.mark !== "") return null;
  const { entry, prefix } = token;
  if (entry.weekday !== undefined)
    return { weekday: entry.weekday, next: at + 1, prefix, part: entry.part ?? null, sure: true };
  if (entry.tag === "day-word" || (entry.tag === "days-word" && token.text.endsWith("ימי"))) {
    const name = tokens[at + 1];
    if (!name || (name.prefix !== "" && name.prefix !== "ה")) return null;
    const weekday = weekdayOfToken(name);
    return weekday === null ? null : { weekday, next: at + 2, prefix, part: null, sure: true };
  }
  if (entry.ordinal !== undefined && !entry.feminine && entry.ordinal <= 6) {
    return { weekday: entry.ordinal - 1, next: at + 1, prefix, part: null, sure: false };
  }
  if (token.letters >= 1 && token.letters <= 6 && token.text.endsWith("'")) {
    return { weekday: token.letters - 1, next: at + 1, prefix, part: null, sure: false };
  }
  if (/^[א-ו]$/.test(token.text) && inLetterRange(tokens, at)) {
    return { weekday: dayLetters.indexOf(token.text), next: at + 1, prefix, part: null, sure: true }; // "ימים א-ד"
  }
  if (/^[אגד]$/.test(token.text) && tokens[at + 1]?.digits?.shape === "clock") {
    return { weekday: dayLetters.indexOf(token.text), next: at + 1, prefix, part: null, sure: true }; // "ג 12:00"
  }
  return null;
}

/** "ד" to the question which day. */
const answeredLetter = ({ tokens, context }: Scan, at: number): Named | null => {
  const text = tokens.length === 1 && context.asked === "date" ? tokens[at]?.text : undefined;
  const weekday = text?.length === 1 ? dayLetters.indexOf(text) : -1;
  return weekday < 0 ? null : { weekday, next: at + 1, prefix: "", part: null, sure: true };
};

const inLetterRange = (tokens: readonly Token[], at: number): boolean =>
  [1, -1].some((step) => tokens[at + step]?.mark === "-" && /^[א-ו]$/.test(tokens[at + 2 * step]?.text ?? ""));

/** The name after "יום": an ordinal, a letter with or without geresh, or שבת. */
export function weekdayOfToken(token: Token): number | null {
  const { entry, letters, text } = token;
  if (entry.weekday !== undefined) return entry.weekday;
  if (entry.ordinal !== undefined && !entry.feminine && entry.ordinal <= 6) return entry.ordinal - 1;
  if (letters >= 1 && letters <= 7) return letters - 1;
  const index = text.length === 1 ? dayLetters.indexOf(text) : letterNames.findIndex((names) => names.includes(text));
  if (index >= 0) return index;
  return token.known || token.mark !== "" ? null : weekdayMissingLetter(text);
}

/**
 * A weekday with what belongs to it. Which week is meant:
 * - bare: the day the talk is about when that is such a day; where the talk is about a later week, it is asked about;
 * - else bare, קרוב, הזה: the next such day after today ("Tuesday" said on Tuesday is next week's; right after midnight it
 *   is asked about, and so is "this Tuesday" said on Tuesday); "לא הקרוב" is the one after that;
 * - הבא: the day in the coming week, Sunday to Saturday, never this week's; said on Saturday about Sunday it is asked about;
 * - "בשבוע הבא", "השבוע", "בעוד שבועיים" name the week; a day of this week that is over is asked about.
 */
export function readWeekday(scan: Scan, at: number): DateFact | null {
  const { tokens } = scan;
  const name = readName(tokens, at) ?? answeredLetter(scan, at);
  if (!name || !trusted(scan, at, name)) return null;
  const { weekday, prefix, part } = name;
  const nth = readNthOfMonth(scan, at, name);
  if (nth) return nth;
  const week = readWeek(scan, name.next);
  const base = { weekday, prefix, part };
  const after = week?.next ?? name.next;
  const date = week?.mode === "last" ? null : confirmingDate(scan, after, weekday);
  if (date) return { ...date, at, prefix, part };
  if (!week) return dateFact(at, name.next, { ...base, ...inTalk(scan, weekday), anyWeek: true });
  const found = inWeek(scan, weekday, week);
  const other = tokens[week.next]?.entry.tag === "or" ? readWeek(scan, week.next + 1) : null;
  if (other === null) return dateFact(at, week.next, { ...base, ...found });
  const named = [...new Set([...found.days, ...inWeek(scan, weekday, other).days])];
  const days = named.length === 1 ? [named[0]!, named[0]! + 7] : named; // "שלישי הזה או הבא" on Saturday
  const problem = days.length > 1 ? "ambiguous" : found.problem; // "חמישי הזה או הבא"
  return dateFact(at, other.next, { ...base, days, problem });
}

/** Beside an offer for Thursday week, "חמישי" is that Thursday, and "רביעי" may be this week's or that one's. */
function inTalk(scan: Scan, weekday: number): Pick<DateFact, "days" | "problem"> {
  const near = nearest(scan.now, weekday);
  const talked = daysOfTalk(scan);
  const [same, more] = [...new Set(talked.filter((day) => weekdayOf(day) === weekday))];
  if (same !== undefined) return more === undefined ? { days: [same], problem: null } : near;
  const [week, otherWeek] = [...new Set(talked.map(weekOf))];
  if (week === undefined || otherWeek !== undefined || near.problem !== null) return near;
  const then = week + weekday;
  return then > near.days[0]! ? { days: [then, near.days[0]!], problem: "ambiguous" } : near;
}

/** The date said right after the weekday: "שני, ה-18 לפברואר". It decides; the weekday only checks it. */
function confirmingDate(scan: Scan, after: number, weekday: number): DateFact | null {
  const { tokens } = scan;
  let at = skipMarks(tokens, after);
  if (tokens[at]?.mark === "-") at++;
  const token = tokens[at];
  if (!token || at > after + 2) return null;
  const isHour =
    token.prefix.includes("ב") &&
    token.digits?.shape !== "date" &&
    token.digits?.shape !== "dotted" &&
    !tokens[at + 1]?.entry.month;
  const ofMonth = tokens[at + 1]?.entry.unit === "month";
  if (isHour && !ofMonth) return null;
  const date = readCalendarDate(scan, at, weekday);
  return date && date.next > at ? date : null;
}

const nearest = (now: Now, weekday: number): Pick<DateFact, "days" | "problem"> => {
  const ahead = (weekday - now.weekday + 7) % 7;
  if (ahead === 0 && now.small) return { days: [now.day, now.day + 7], problem: "ambiguous" };
  return { days: [now.day + (ahead === 0 ? 7 : ahead)], problem: null };
};

type Week = {
  mode: "next" | "this" | "last" | "coming" | "following" | "next-name" | "after-talk";
  weeks: number;
  next: number;
};

/** Which week: a modifier behind the name, or "בשבוע הבא", "השבוע", "בעוד שבועיים". */
function readWeek({ tokens }: Scan, at: number): Week | null {
  const notComing = afterNotComing(tokens, at);
  if (notComing !== null) return { mode: "following", weeks: 1, next: notComing };
  const token = tokens[at];
  if (!token) return null;
  const { tag, unit } = token.entry;
  if (tag === "next" && tokens[at + 1]?.entry.tag === "next") return { mode: "next", weeks: 2, next: at + 2 }; // "הבא הבא"
  if (tag === "next") return { mode: "next-name", weeks: 1, next: at + 1 };
  if (tag === "coming") return { mode: "coming", weeks: 0, next: at + 1 };
  if (isOneAfter(token)) return { mode: "following", weeks: 1, next: at + 1 };
  if (tag === "this") return { mode: "this", weeks: 0, next: at + 1 };
  if (tag === "last" && token.prefix === "") return { mode: "last", weeks: -1, next: at + 1 };
  if (tag === "of" && tokens[at + 1]?.entry.unit === "week") return readWeek({ tokens } as Scan, at + 1);
  if (unit === "week" && token.entry.count === 1) {
    const modifier = tokens[at + 1]?.entry.tag;
    if (modifier === "next") return { mode: "next", weeks: 1, next: at + 2 };
    if (modifier === "last") return { mode: "next", weeks: -1, next: at + 2 };
    if (modifier === "this") return { mode: "next", weeks: 0, next: at + 2 };
    if (modifier === "after") {
      const two = tokens[at + 2]?.entry.tag === "next"; // "בשבוע שאחרי הבא"
      return two ? { mode: "next", weeks: 2, next: at + 3 } : { mode: "after-talk", weeks: 1, next: at + 2 };
    }
    if (token.prefix.endsWith("ה")) return { mode: "next", weeks: 0, next: at + 1 };
  }
  if (tag === "in") {
    const duration = readDuration(tokens, at + 1);
    if (duration?.unit === "week" && duration.fraction === 0)
      return { mode: "next", weeks: duration.count, next: duration.next };
  }
  return null;
}

/** "לא הקרוב, זה שאחריו", "לא הזה אלא הבא": where it ends, null when nothing of the kind begins here. */
function afterNotComing(tokens: readonly Token[], at: number): number | null {
  const no = skipMarks(tokens, at);
  const { tag } = tokens[no + 1]?.entry ?? {};
  if (tokens[no]?.entry.act !== "no" || (tag !== "coming" && tag !== "this")) return null;
  let next = skipMarks(tokens, no + 2);
  if (tokens[next]?.text === "אלא" || tokens[next]?.text === "זה") next++;
  const named = tokens[next];
  return named && (named.entry.tag === "next" || isOneAfter(named)) ? next + 1 : no + 2;
}

/** "שאחרי", "שאחריו". */
export const isOneAfter = (token: Token | undefined): boolean => /^שאחרי[והמ]?$/.test(token?.text ?? "");

function inWeek(scan: Scan, weekday: number, week: Week): Pick<DateFact, "days" | "problem"> {
  const { now } = scan;
  const talked = week.mode === "after-talk" ? daysOfTalk(scan) : [];
  const thisWeek = weekOf(talked.at(-1) ?? now.day); // "שני שבוע אחרי" counts from the meeting
  if (week.mode === "coming") return nearest(now, weekday);
  if (week.mode === "following") return { days: [nearest(now, weekday).days[0]! + 7], problem: null };
  if (week.mode === "this") {
    return weekday === now.weekday ? { days: [now.day, now.day + 7], problem: "ambiguous" } : nearest(now, weekday);
  }
  if (week.mode === "last") {
    const back = (now.weekday - weekday + 7) % 7;
    return { days: [now.day - (back === 0 ? 7 : back)], problem: null };
  }
  const day = thisWeek + week.weeks * 7 + weekday;
  if (week.mode === "next-name" && day === now.day + 1) return { days: [day, day + 7], problem: "ambiguous" };
  if (week.weeks === 0 && day < now.day) return { days: [day + 7, day], problem: "passed" };
  return { days: [day], problem: null };
}

/** "שני האחרון של מרץ", "יום שלישי הראשון של אוקטובר 2027". */
function readNthOfMonth({ tokens, now }: Scan, at: number, name: Named): DateFact | null {
  const which = tokens[name.next];
  const of = tokens[name.next + 1];
  if (!which || !of) return null;
  const last = which.entry.tag === "last";
  const ordinal = which.prefix === "ה" && !which.entry.feminine ? which.entry.ordinal : undefined;
  if (ordinal !== undefined && ordinal > 5) return null; // "יום רביעי השישי בינואר": the date
  if (!last && ordinal === undefined) return null;
  const monthAt = of.entry.tag === "of" ? name.next + 2 : name.next + 1;
  const { month, unit } = tokens[monthAt]?.entry ?? {};
  if (month === undefined && !(unit === "month" && tokens[monthAt]!.prefix !== "")) return null;
  const today = civilOf(now.day);
  const yearToken = tokens[monthAt + 1]?.digits;
  const named =
    yearToken?.shape === "int" && yearToken.value >= 1900 && yearToken.value <= 2100 ? yearToken.value : null;
  const nextMonth = unit === "month" && tokens[monthAt + 1]?.entry.tag === "next";
  const start = nextMonth ? civilOf(monthStart(now.day, 1)) : today;
  const pick = (year: number) => nthWeekday(year, month ?? start.month, name.weekday, last ? -1 : ordinal!);
  let day = pick(named ?? start.year);
  if (named === null && day !== null && day < now.day) {
    const following = civilOf(monthStart(now.day, 1));
    if (month !== undefined) day = pick(today.year + 1);
    else if (!last) day = nthWeekday(following.year, following.month, name.weekday, ordinal!); // next month's first Sunday
  }
  const next = monthAt + (named === null && !nextMonth ? 1 : 2);
  return dateFact(at, next, {
    days: day === null ? [] : [day],
    problem: day === null ? "impossible" : null,
    weekday: name.weekday,
    prefix: name.prefix,
  });
}

function nthWeekday(year: number, month: number, weekday: number, nth: number): Day | null {
  const length = daysInMonth(year, month);
  const first = dayOf(year, month, 1);
  if (nth === -1) return first + length - 1 - ((weekdayOf(first + length - 1) - weekday + 7) % 7);
  const day = first + ((weekday - weekdayOf(first) + 7) % 7) + (nth - 1) * 7;
  return day < first + length ? day : null;
}

/**
 * Whether a name without "יום" is a weekday: שני and ראשון are also two, second, first and a city. After an offer,
 * "השני" picks from the list.
 */
function trusted(scan: Scan, at: number, name: Named): boolean {
  if (name.sure) return true;
  const { tokens, context } = scan;
  const token = tokens[at]!;
  const next = tokens[name.next];
  const before = tokens[at - 1];
  if (token.letters > 0)
    return name.prefix.includes("ב") || isTimeWord(next) || joinsDays(tokens, at) || nextToDay(tokens, at);
  if (token.prefix.endsWith("ה") && token.prefix !== "") {
    const offered = context.offered !== undefined && context.offered.length > 0;
    return !offered && (isTimeWord(next) || before === undefined);
  }
  if (before?.entry.label || next?.entry.countable) return false;
  if (!scan.moving && describes(before, token) && namesDayAt(tokens, name.next)) return false; // "שיעור שלישי ביום שני"
  if (before?.entry.unit === "month" && !before.prefix.endsWith("ה") && name.prefix === "") return false; // "בחודש שישי"
  if (name.prefix === "" && token.entry.number !== undefined && next?.prefix === "ה" && counted.test(next.text))
    return false; // "שני התורים"
  if (next?.entry.unit && next.prefix === "" && /(?:ות|ימ)$/.test(next.text)) return false; // "שני שבועות"
  if (before?.entry.countable && (name.prefix === "" || name.weekday === 0)) return false; // "דירות בראשון": the city
  // "שני חדרי שינה": before a word that is no part of a time it is the number two.
  if (
    next &&
    next.mark === "" &&
    !next.known &&
    token.entry.number !== undefined &&
    !howItIs.test(next.text) &&
    (name.prefix === "" || counted.test(next.text))
  )
    return false;
  if (livesIn(tokens, at) || inAddress(tokens, at)) return false;
  if (before && name.weekday === 1 && name.prefix === "" && introduces.test(before.text) && !isTimeWord(next))
    return false;
  if (before?.text === "עמ" && !/^ו?מה$/.test(tokens[at - 2]?.text ?? "") && name.prefix === "" && !isTimeWord(next))
    return false; // "לדבר עם שני": a name
  if (/[בלמ]$/.test(name.prefix)) return true;
  if (isTimeWord(next) || next === undefined || next.mark !== "")
    return before === undefined || before.known || isTimeWord(next);
  return before === undefined || before.mark !== "" || isTime(before);
}

const namesDayAt = (tokens: readonly Token[], at: number): boolean => {
  const { prefix = "", entry } = tokens[at] ?? {};
  return (
    /^[בל]$/.test(prefix) && (entry?.tag === "day-word" || entry?.weekday !== undefined || (entry?.ordinal ?? 7) <= 6)
  );
};

/** "כאן שני", "מדברת שני": the woman's name. */
const introduces = /^(?:כאנ|זאת|זו|מדברת|שמי|אני|גברת|גב')$/;

/** Behind "בשני" a plural is counted ("בשני תשלומים"), unless it says how people are on that day. */
const counted = /^(?!פתוח|סגור|עובד|יכול|עמוס|באימ|מגיע|נוח).*(?:ימ|ות)$/;

/** "שני פתוח": said of a day. */
const howItIs = /^(?:פתוח|עמוס|מלא|תפוס|סגור)$/;

const isTime = (token: Token): boolean => {
  const { part, tag, act, shift, unit } = token.entry;
  const means = [part, tag, act, shift, unit].some((meaning) => meaning !== undefined);
  return means || /^ו?גמ$/.test(token.text);
};

const isTimeWord = (token: Token | undefined): boolean => {
  if (!token || token.mark === "-") return token !== undefined;
  const { part, tag, number, month, unit } = token.entry;
  return (
    part !== undefined ||
    tag !== undefined ||
    month !== undefined ||
    number !== undefined ||
    unit === "week" ||
    token.digits !== null
  );
};

/** "א'-ה'", "בין א' לה'": letters that stand as a pair are days. */
const joinsDays = (tokens: readonly Token[], at: number): boolean => {
  const paired = (token: Token | undefined) => (token?.letters ?? 0) >= 1;
  return (
    (tokens[at + 1]?.mark === "-" && paired(tokens[at + 2])) ||
    (tokens[at - 1]?.mark === "-" && paired(tokens[at - 2])) ||
    tokens[at - 1]?.entry.tag === "days-word" ||
    tokens[at - 1]?.entry.tag === "between" ||
    tokens[at - 2]?.entry.tag === "between"
  );
};

/** "ב' ד' ה'": day letters in a row. */
const nextToDay = (tokens: readonly Token[], at: number): boolean =>
  !tokens[at - 1]?.entry.label &&
  [tokens[at - 1], tokens[at + 1]].some(
    (token) => token !== undefined && token.letters >= 1 && token.letters <= 6 && token.text.endsWith("'"),
  );

const dwelling =
  /^(?:[הומשב]?)(?:גר|גרה|גרימ|גרות|מתגורר|מתגוררת|נמצא|נמצאת|דירה|הדירה|נכס|בית|משרד|סניפ|הסניפ|עובד|עובדת|נולדתי|מגיע|מגיעה|תושב|תושבת|פרויקט|באה|באימ)$/;

/** The word before the name of a street or square: "רחוב ט' באב" and "כיכר השבת" are no dates. */
export const street = /^[בלמו]?(?:רחוב|רח'|שדרות|שד'|כיכר|ככר|שכונת|שכונה)$/;

/** "רחוב הרצל 5 ראשון": the city, behind a street and its number. */
const inAddress = (tokens: readonly Token[], at: number): boolean =>
  tokens[at]!.entry.ordinal === 1 &&
  tokens[at]!.prefix === "" &&
  (tokens.slice(Math.max(0, at - 5), at).some(({ text }) => street.test(text)) ||
    (tokens[at - 1]?.digits?.shape === "int" && tokens[at - 2]?.known === false && tokens[at + 1] === undefined)); // "הרצל 100 ראשון"

/** "אני גר בראשון": the city, not Sunday, unless "יום" or an hour says otherwise. */
const livesIn = (tokens: readonly Token[], at: number): boolean =>
  tokens[at]!.entry.ordinal === 1 &&
  /[במל]$/.test(tokens[at]!.prefix) &&
  [tokens[at - 1], tokens[at - 2]].some((token) => token !== undefined && dwelling.test(token.text)) &&
  !isTimeWord(tokens[at + 1]);
