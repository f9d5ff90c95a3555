import { readCalendarDate } from "./calendar-dates.ts";
import { parseIsoLocal } from "./civil.ts";
import { type Clock, readClock } from "./clocks.ts";
import { namesWeekday, readDuration } from "./durations.ts";
import { readNumber } from "./numbers.ts";
import { readOffset } from "./offsets.ts";
import { type Place, readPeriod } from "./periods.ts";
import { readRelative } from "./relative-dates.ts";
import {
  type ClockRange,
  type DateFact,
  dateFact,
  type Fact,
  type PartFact,
  type Relation,
  type Scan,
  skipMarks,
} from "./scan.ts";
import type { Token } from "./tokens.ts";
import { isOneAfter, readWeekday, street } from "./weekdays.ts";

/** More times than this in one text is no request; the rest is not read, which keeps the work linear. */
const factsMax = 40;

/** All times a text names, in order, each with the bound it stands under. One pass over the tokens. */
export function readFacts(scan: Scan, place: Place): Fact[] {
  const { tokens } = scan;
  const facts: Fact[] = [];
  let i = 0;
  while (i < tokens.length && facts.length < factsMax) {
    const dictated = pastDictated(tokens, i);
    if (dictated > i) {
      i = dictated;
      continue;
    }
    const found = factAt(scan, place, i, facts);
    if (found) {
      facts.push(found);
      i = Math.max(found.next, i + 1);
    } else i = skipQuantity(tokens, i);
  }
  if (scan.moving) disown(scan, facts);
  return facts;
}

/** So many numbers in a row are a phone number or a code; fewer when it opens with its area ("054", "03"). */
const dictatedMin = { bare: 5, area: 3 };

/** "054 שש שש שש", "אפס חמש שתיים שלוש אחת": where a number told digit by digit ends, `at` when none begins there. */
function pastDictated(tokens: readonly Token[], at: number): number {
  const first = tokens[at]!;
  if (first.prefix !== "" || (first.digits === null && first.entry.number === undefined)) return at;
  const area = first.digits !== null && /^0\d{1,3}$/.test(first.text);
  let count = 0;
  let end = at;
  for (let i = at; i < tokens.length; ) {
    const { prefix, digits, mark } = tokens[i]!;
    const next = prefix === "" ? (readNumber(tokens, i)?.next ?? (digits?.shape === "opaque" ? i + 1 : i)) : i;
    if (next > i) [count, end, i] = [count + 1, next, next];
    else if (area && (mark === "-" || mark === ",")) i++;
    else break;
  }
  return count >= (area ? dictatedMin.area : dictatedMin.bare) ? end : at;
}

/** "להזיז את התור של מחר לראשון": beside a new day, or where the meeting is, the day behind "של" is the old one. */
function disown({ tokens, context }: Scan, facts: readonly Fact[]): void {
  const meeting = parseIsoLocal(context.appointment ?? "")?.day;
  const dates = facts.filter(({ kind, negated }) => kind === "date" && !negated);
  const old = dates.filter(({ at }) => tokens[at - 1]?.entry.tag === "of");
  for (const fact of old)
    if (old.length < dates.length || (fact as DateFact).days.some((day) => day === meeting)) fact.negated = true;
}

/** A counted thing or a bare length of time is stepped over whole, so that its parts are not read again. */
function skipQuantity(tokens: readonly Token[], i: number): number {
  const { entry, digits } = tokens[i]!;
  const startsLength = entry.number !== undefined || digits !== null || entry.tag === "half" || entry.tag === "quarter";
  if (!startsLength || entry.ordinal !== undefined) return i + 1;
  const whole = readNumber(tokens, i)?.next ?? i + 1; // no five in "שלושים וחמש"
  const counted = tokens[whole]?.entry.countable ? whole + 1 : whole;
  return Math.max(readDuration(tokens, i)?.next ?? counted, counted);
}

function factAt(scan: Scan, place: Place, i: number, facts: readonly Fact[]): Fact | null {
  const token = scan.tokens[i]!;
  if (token.mark !== "" || token.entry.place || token.entry.greeting) return null;
  const following = theOneAfter(scan.tokens, i, facts);
  if (following) return following;
  if (!mayBegin(token)) return null;
  if (token.prefix === "" && token.digits === null && street.test(scan.tokens[i - 1]?.text ?? "")) return null;
  const offset = readOffset(scan, i, (at) => readRelative(scan, at) ?? readDate(scan, place, at));
  if (offset) return offset;
  const bound = boundAt(scan, i);
  if (bound) {
    const fact = plainFact(scan, place, bound.at, facts, true);
    if (fact) return { ...fact, at: i, relation: bound.relation };
  }
  const fact = plainFact(scan, place, i, facts, false);
  // "מיום רביעי לחמישי" of a move: what stands behind מ is the old time.
  if (fact && scan.moving && /^[וש]*מה?$/.test(fact.prefix)) return { ...fact, negated: true };
  if (fact && /^[והש]*מה?$/.test(fact.prefix) && fact.kind !== "range") return { ...fact, relation: "from" };
  return fact;
}

/** "לא בשבוע הקרוב אלא בזה שאחריו", "לא שלישי הקרוב, זה שאחריו": a week after the day or week before it. */
function theOneAfter(tokens: readonly Token[], i: number, facts: readonly Fact[]): DateFact | null {
  const before = facts.at(-1);
  if (before?.kind !== "date" || !/^ב?זה$/.test(tokens[i]!.text) || !isOneAfter(tokens[i + 1])) return null;
  const { span, days, weekday } = before;
  const after = { ...before, at: i, next: i + 2 };
  if (span?.grain === "week") return { ...after, span: { ...span, first: span.first + 7, last: span.last + 7 } };
  return weekday === null || days.length !== 1 ? null : { ...after, days: [days[0]! + 7] };
}

/** Most words of a sentence begin nothing; they are passed over without trying the matchers. */
function mayBegin(token: Token): boolean {
  if (token.digits !== null || token.letters > 0 || token.text.length === 1) return true;
  const { number, ordinal, weekday, month, unit, part, shift, tag, holiday } = token.entry;
  return [number, ordinal, weekday, month, unit, part, shift, tag, holiday].some((meaning) => meaning !== undefined);
}

const bounds: ReadonlyMap<Token["entry"]["tag"], NonNullable<Relation>> = new Map([
  ["after", "after"],
  ["ago", "before"],
  ["until", "until"],
  ["from", "from"],
]);

/** "אחרי", "לפני", "עד", "החל מ": the bound that the next time stands under. */
function boundAt({ tokens }: Scan, i: number): { relation: Relation; at: number } | null {
  const { tag } = tokens[i]!.entry;
  const ends = tag === "ago" && tokens[i + 1]?.entry.tag === "end"; // "לפני סוף החודש" is until its end
  const relation = ends ? "until" : bounds.get(tag);
  if (relation === undefined) return null;
  const negative = tokens[i]!.text.includes("לא "); // "לא יאוחר משש" needs its מ; "אם לא מאוחר" bounds nothing
  if (negative && !tokens[i + 1]?.prefix.startsWith("מ")) return null;
  let at = i + 1;
  if (tokens[at]?.text === "מ" || tokens[at]?.text === "ל" || tokens[at]?.mark === "-") at++;
  return { relation, at };
}

function plainFact(scan: Scan, place: Place, i: number, facts: readonly Fact[], bound: boolean): Fact | null {
  if (i >= scan.tokens.length) return null;
  const between = scan.tokens[i]!.entry.tag === "between";
  const relative = readRelative(scan, i);
  if (relative) return relative;
  const seasons = between ? readSeason(scan, place, i) : null;
  if (seasons) return seasons;
  const dates = readDateRange(scan, between ? i + 1 : i, i);
  if (dates) return dates;
  const range = readClockRange(scan, between ? i + 1 : i, i);
  if (range) return range;
  const date = readDate(scan, place, i);
  const clock = readClock(scan, i);
  if (date && !(clock && prefersClock(scan, clock, date, facts))) return date;
  if (clock && accepts(scan, clock, facts, bound)) return clock;
  return date ?? readPart(scan, i);
}

const readDate = (scan: Scan, place: Place, i: number): DateFact | null =>
  readCalendarDate(scan, i) ?? readWeekday(scan, i) ?? readPeriod(scan, place, i);

/** "עשרה לחמש" is an hour although "ten of the fifth" could be made of it; asked for an hour, a number is an hour. */
const prefersClock = (scan: Scan, clock: Clock, date: DateFact, facts: readonly Fact[]): boolean =>
  clock.next > date.next ||
  (scan.context.asked === "date" && clock.prefix === "ב" && isBareNumber(scan, date) && facts.some(namesDay)) ||
  (scan.context.asked === "time" && clock.strong && clock.next === date.next && date.weekday === null);

/** "מחר אבל בחמש": with the day already said, a number behind ב is the hour. */
const isBareNumber = ({ tokens }: Scan, { at, next }: DateFact): boolean => readNumber(tokens, at)?.next === next;
const namesDay = (fact: Fact): boolean => fact.kind === "date" && fact.days.length > 0 && !fact.negated;

/** A part of the day on its own: "בערב", "אחר הצהריים". "ארוחת ערב" was made a phrase before. */
function readPart({ tokens }: Scan, i: number): PartFact | null {
  const { entry, prefix } = tokens[i]!;
  if (!entry.part || entry.shift !== undefined || entry.weekday !== undefined) return null;
  return { kind: "part", at: i, next: i + 1, part: entry.part, dawn: entry.tag === "dawn", prefix };
}

/** Whether a number that could be an hour is one here. */
function accepts(scan: Scan, clock: Clock, facts: readonly Fact[], bound: boolean): boolean {
  const { tokens, context } = scan;
  if (clock.part || clock.meridiem) return true;
  if (countsSomething(tokens, clock) || countsNoun(tokens, clock)) return false;
  if (clock.impossible && clock.written) return bound || due(clock, facts); // "75:90" may be anything
  if (tokens[clock.at]!.digits?.shape === "dotted" && clock.prefix === "" && facts.length === 0 && !context.asked)
    return tokens.length === 1 || tokens[clock.at + 1]?.entry.shift !== undefined; // "ריבית 5.25"
  if (clock.precise && clock.written) return true;
  if (clock.strong || bound) return clock.hour <= 24 || clock.impossible;
  if (context.asked === "time") return clock.hour >= 1;
  if (clock.prefix === "" && answersOffer(scan, clock)) return true;
  if (tokens[clock.at - 1]?.entry.tag === "of" && offersHour(scan, clock)) return true; // "זה של אחת"
  const before = facts.at(-1);
  if (before && !clock.masculine && onlyGlue(tokens, before.next, clock.at)) return true;
  if (/^[וש]*ל$/.test(clock.prefix))
    return clock.hour >= 1 && !clock.masculine && (facts.length > 0 || scan.tokens.some(movesOrBooks));
  if (/^[וש]*ה$/.test(clock.prefix)) return offersHour(scan, clock);
  if (tokens[clock.next]?.entry.act === "instead" && offersHourAfter(scan, clock.next)) return true; // "אחת במקום שתיים"
  const later = clock.precise || clock.masculine ? null : readClock(scan, clock.next); // "שתיים שלוש בצהריים"
  if (later?.part && later.at === clock.next && later.prefix === "" && later.hour === clock.hour + 1) return true;
  return startsDate(tokens[clock.next]) || aloneBeforeDay(tokens, clock) || /^מ$/.test(clock.prefix);
}

/** "רגע אחד", "שאלה אחת", "אנחנו שתיים": one of a thing, or how many people come. */
function countsNoun(tokens: readonly Token[], { at, hour, prefix, precise, hourWord, masculine }: Clock): boolean {
  const before = tokens[at - 1];
  if (before === undefined || before.mark !== "" || prefix !== "" || precise || hourWord) return false;
  if (/^(?:אנחנו|נהיה|נבוא)$/.test(before.text)) return true;
  if (masculine && before.entry.act === "arrive") return true; // "נגיע שלושה"
  const { unit, feminine, countable } = before.entry;
  return hour === 1 && (before.text === "רגע" || !before.known || unit !== undefined || !!feminine || !!countable);
}

/** An hour is due here: "ב", "בשעה", or right behind a day. */
const due = ({ hourWord, prefix, at }: Clock, facts: readonly Fact[]): boolean =>
  hourWord || prefix.includes("ב") || facts.at(-1)?.next === at;

const movesOrBooks = ({ entry }: Token): boolean =>
  entry.act === "move" ||
  entry.act === "postpone" ||
  entry.act === "advance" ||
  entry.act === "want" ||
  entry.act === "fine";

const startsDate = (token: Token | undefined): boolean =>
  token !== undefined &&
  (token.entry.shift !== undefined ||
    token.entry.tag === "day-word" ||
    (/^[בל]$/.test(token.prefix) && (token.entry.ordinal ?? 7) <= 6)); // "תשע בחמישי"

/** "כן ארבע, ביום שני": a mark, a yes or a no before the number, and behind its comma the day. */
const aloneBeforeDay = (tokens: readonly Token[], { at, next, masculine }: Clock): boolean => {
  const before = tokens[at - 1];
  const alone = before === undefined || before.mark === "," || isAnswer(before);
  return alone && !masculine && tokens[next]?.mark === "," && startsDate(tokens[skipMarks(tokens, next)]);
};

const isAnswer = ({ entry: { act } }: Token): boolean => act === "yes" || act === "no" || act === "correct";

const offersHour = ({ context }: Scan, clock: Clock): boolean =>
  context.offered?.some((slot) => Number(slot.slice(11, 13)) % 12 === clock.hour % 12) ?? false;

const offersHourAfter = (scan: Scan, at: number): boolean => {
  const instead = readClock(scan, at + 1);
  return instead !== null && offersHour(scan, instead);
};

/** After an offer "10 מעולה" and "אפשר אחת עשרה?" are hours; a number that can be a place in the list is not. */
function answersOffer({ tokens, context }: Scan, clock: Clock): boolean {
  const offered = context.offered?.length ?? 0;
  if (offered === 0 && context.pending === undefined) return false;
  if (offered > 0 && clock.hour <= offered) return false;
  return tokens.every(({ mark, entry }, i) => {
    const inside = i >= clock.at && i < clock.next;
    const light = entry.filler === true || entry.act !== undefined || entry.tag !== undefined;
    return inside || mark !== "" || light || entry.number !== undefined;
  });
}

/** Only marks, fillers, "או" and corrections lie between an accepted time and this number. */
function onlyGlue(tokens: readonly Token[], from: number, to: number): boolean {
  if (to - from > 4) return false;
  return tokens.slice(from, to).every(({ mark, entry }) => {
    if (mark === "," || mark === " ") return true;
    return (
      entry.tag === "or" ||
      entry.act === "correct" ||
      entry.act === "no" ||
      entry.act === "maybe" ||
      entry.act === "instead" ||
      entry.filler === true
    );
  });
}

const countsSomething = (tokens: readonly Token[], clock: Clock): boolean =>
  isLabel(tokens, clock) || countsAfter(tokens, clock);

/** The number labels something: street, floor, age, price. */
function isLabel(tokens: readonly Token[], { at, prefix, written }: Clock): boolean {
  let i = at - 1; // "בגילאי 5, 8 ו-10": a row of numbers behind one label
  while (!written && i > 0 && i > at - 5 && (tokens[i]!.digits?.shape === "int" || tokens[i]!.text === ",")) i--;
  if (i < at - 2 && tokens[i]!.entry.label && tokens[i]!.prefix.startsWith("ב")) return true;
  const before = tokens[at - 1];
  if (before && (before.entry.label || before.mark === "$" || before.entry.tag === "less")) return true;
  const labelled = tokens[at - 2]?.entry.label || tokens[at - 3]?.entry.label;
  return labelled === true && !prefix.includes("ב") && before?.mark === "" && !before.known;
}

/** The number counts what follows: rooms, shekels, hours, or an unknown plural. */
function countsAfter(tokens: readonly Token[], { at, next, precise }: Clock): boolean {
  const after = tokens[next];
  if (!after) return false;
  if (after.mark === "$" || after.entry.countable || after.entry.scale) return true;
  const { unit, tag } = after.entry;
  if (unit && (after.prefix === "" || after.prefix === "ה") && tag !== "day-word") return true;
  if (tag === "day-word" && after.prefix === "" && !namesWeekday(tokens, next)) return true;
  if (after.mark !== "" || after.known || precise) return false;
  return /[א-ת]{2}(?:ימ|ות)$/.test(after.text) || (tokens[at]!.entry.number === 1 && after.text.startsWith("ה"));
}

const isTo = (token: Token | undefined, between: boolean): number => {
  if (!token) return 0;
  if (token.mark === "-" || token.entry.tag === "until") return 1;
  return 0 + (between || token.prefix.endsWith("ל") ? 2 : 0);
};

/** "בין עשר לשתים עשרה", "מ-9 עד 5", "16:00-18:00", "10-12". */
function readClockRange(scan: Scan, i: number, at: number): ClockRange | null {
  const { tokens } = scan;
  const between = i > at;
  const from = readClock(scan, i, between || /^[וש]*מה?$/.test(tokens[i]?.prefix ?? ""));
  if (!from || (from.meridiem === null && countsUnit(tokens, from.next))) return null;
  const how = isTo(tokens[from.next], between);
  if (how === 0) return null;
  const fromPrefix = /מה?$/.test(from.prefix) && !(scan.moving && how === 2);
  if (how === 2 && !between && !fromPrefix) return null;
  const to = readClock(scan, how === 1 ? from.next + 1 : from.next);
  if (!to || to.hour > 24 || countsAfter(tokens, to)) return null;
  if (how === 2 && between && !/^[ול]/.test(to.prefix)) return null;
  if (isLabel(tokens, from)) return null;
  const written = from.written || to.written;
  const sane =
    between ||
    fromPrefix ||
    written ||
    from.strong ||
    to.part !== null ||
    tokens[from.next]?.entry.tag === "until" ||
    digitsOfDay(from, to);
  if (!sane || !noDate(tokens[to.next])) return null;
  return { kind: "range", at, next: to.next, from, to, prefix: from.prefix.replace(/מ$/, "") };
}

/** "10-12" without a word is a stretch of working hours, "3-4" likewise; "5-80" is not. */
const digitsOfDay = (from: Clock, to: Clock): boolean =>
  from.hour >= 1 && to.hour >= 1 && from.hour <= 23 && to.hour <= 24;

const noDate = (token: Token | undefined): boolean =>
  token?.entry.month === undefined && token?.entry.hebrewMonth === undefined;

const countsUnit = (tokens: readonly Token[], next: number): boolean => {
  const token = tokens[next];
  return token?.entry.countable === true || token?.entry.scale !== undefined || token?.mark === "$";
};

/** "א'-ה'", "בין ראשון לשלישי", "מה-5 עד ה-10 בדצמבר", "בין ה-3 ל-8 בינואר". */
function readDateRange(scan: Scan, i: number, at: number): DateFact | null {
  const { tokens } = scan;
  const between = i > at;
  if (tokens[i]?.entry.tag === "days-word") i++;
  const from = dayBeforeDash(scan, i) ?? readWeekday(scan, i) ?? readCalendarDate(scan, i);
  if (!from || from.span || from.days.length === 0) return null;
  const how = isTo(tokens[from.next], between);
  if (how === 0 || (how === 2 && !between && (scan.moving || !/מ/.test(from.prefix)))) return null;
  const j = how === 1 ? from.next + 1 : from.next;
  const to = readCalendarDate(scan, j) ?? readWeekday(scan, j);
  if (!to || to.span || to.days.length === 0 || to.next <= j) return null;
  const first = from.days[0]!;
  let last = to.days[0]!;
  if (from.weekday === null && to.weekday === null && last - first > 31) return { ...to, at };
  if (last < first && to.weekday === null) return null;
  if (last < first) last += 7 * Math.ceil((first - last) / 7);
  return dateFact(at, to.next, { span: { first, last, grain: "day", shape: "interval" }, prefix: "" });
}

/** "בין ראש השנה ליום כיפור": the days after the first feast and before the second. */
function readSeason(scan: Scan, place: Place, at: number): DateFact | null {
  const first = scan.tokens[at + 1]?.entry.holiday === undefined ? null : readPeriod(scan, place, at + 1);
  const second =
    first && scan.tokens[first.next]?.entry.holiday !== undefined ? readPeriod(scan, place, first.next) : null;
  if (!first || !second || !/^[ול]/.test(second.prefix)) return null;
  const [from, to] = [(first.span?.last ?? first.days[0]!) + 1, (second.span?.first ?? second.days[0]!) - 1];
  return from > to ? null : dateFact(at, second.next, { span: { first: from, last: to, grain: "day", shape: "open" } });
}

/** "3-5 בדצמבר": the month behind the second number holds for the first. */
function dayBeforeDash(scan: Scan, i: number): DateFact | null {
  const { tokens } = scan;
  const first = tokens[i]?.digits;
  if (first?.shape !== "int" || first.value < 1 || first.value > 31) return null;
  const dash = tokens[i + 1];
  if (!dash) return null;
  const joined = dash.mark === "-" || dash.entry.tag === "until";
  if (!joined && !dash.prefix.endsWith("ל")) return null;
  const j = joined ? i + 2 : i + 1;
  const end = readCalendarDate(scan, j);
  if (end?.days.length !== 1) return null;
  const second = tokens[j]?.digits;
  const last = dayOfMonth(second);
  const monthNamed = second?.shape !== "int" || tokens[j + 1]?.entry.month !== undefined;
  if (last === null || !monthNamed || last <= first.value) return null;
  return dateFact(i, i + 1, { days: [end.days[0]! - (last - first.value)], prefix: tokens[i]!.prefix });
}

/** The day in "25", "25.12" and "25/12". */
function dayOfMonth(digits: Token["digits"] | undefined): number | null {
  if (digits?.shape === "int") return digits.value;
  if (digits?.shape === "dotted") return digits.left;
  return digits?.shape === "date" ? digits.day : null;
}
