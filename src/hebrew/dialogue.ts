import { isoDate, isoLocal, isoTime, parseIsoLocal, weekdayOf } from "./civil.ts";
import { speaksOf } from "./conditions.ts";
import { readNumber } from "./numbers.ts";
import { readingsOf } from "./readings.ts";
import type { Fact, Scan } from "./scan.ts";
import type { Talk } from "./talk.ts";
import { ask, type Draft } from "./timed.ts";
import type { Context, Part } from "./types.ts";
import type { Wish } from "./wish.ts";

const choice = (context: Context, index: number): Draft => {
  const slot = context.offered?.[index];
  return slot === undefined ? { kind: "choose", index } : { kind: "choose", index, slot };
};

/** "הראשון", "השנייה", "אופציה ב'", "2", "האחרון", "המאוחר": a pick from the offered list by its place. */
export function pickByPlace(scan: Scan, facts: readonly Fact[], talk: Talk, wish: Wish): Draft | null {
  const { tokens, context } = scan;
  const offered = context.offered ?? [];
  if (offered.length === 0) return null;
  if (talk.both) return talk.no >= 0 ? { kind: "reject" } : ask(["which"], offered);
  if (offered.length > 1 && (talk.earliest || talk.latest)) {
    const sorted = [...offered].sort();
    return choice(context, offered.indexOf(talk.earliest ? sorted[0]! : sorted.at(-1)!));
  }
  if (offered.length === 3 && scan.tokens.some(({ entry }) => entry.act === "middle" || entry.tag === "middle"))
    return choice(context, 1);
  const inFact = (i: number) => facts.some((fact) => i >= fact.at && i < fact.next);
  let picks: number[] = [];
  let asked = false;
  const turn = lastTurn(scan);
  for (const i of tokens.keys()) {
    const turned = turn >= 0 && i > turn && i <= turn + 2;
    if (inFact(i) || (!turned && deniedAt(scan, talk, i))) continue;
    const place = placeAt(scan, i, offered.length);
    if (place === null) continue;
    if (i > turn && turn >= 0) picks = [];
    asked ||= speaksOf(tokens[talk.lines[talk.clauses[i]!]!.first]!); // "מה היה השני?"
    picks.push(place);
  }
  const distinct = [...new Set(picks)];
  if (distinct.length === 0) return null;
  if (asked) return ask(["which"], offered);
  if (distinct.length > 1 || distinct[0]! > offered.length) return ask(["which"], offered);
  if (!fits(offered[distinct[0]! - 1]!, wish) || namesOtherHour(scan, distinct[0]!)) return ask(["which"], offered); // "השני אבל ביום חמישי"
  return choice(context, distinct[0]! - 1);
}

/** "אחת", "1" where one of the other slots is at one o'clock: a place or an hour, so it is asked. */
const namesOtherHour = ({ tokens, context: { offered = [] } }: Scan, place: number): boolean =>
  tokens.some((token, i) => token.entry.ordinal === undefined && onlyNumber(tokens, i) && token.mark === "") &&
  offered.some((slot, index) => index !== place - 1 && Number(slot.slice(11, 13)) % 12 === place % 12);

/** "הראשון, לא סליחה השני", "השני. לא, השלישי": where the pick before is taken back, -1 for nowhere. */
const lastTurn = ({ tokens }: Scan): number =>
  tokens.findLastIndex(
    ({ entry: { act } }, i) => act === "correct" || (i > 0 && act === "no" && tokens[i + 1]?.mark === ","),
  );

/** "לא הראשון", "השני לא טוב לי": that place is refused, not picked; in "השני לא הראשון" the second is not. */
function deniedAt({ tokens }: Scan, { clauses }: Talk, i: number): boolean {
  const refusesAt = (k: number): boolean => {
    const { act, tag } = tokens[k]?.entry ?? {};
    return (
      clauses[k] === clauses[i] &&
      (act === "no" || tag === "less" || act === "refuse" || act === "poor" || act === "untimely")
    );
  };
  if (refusesAt(i - 1) || refusesAt(i - 2)) return true;
  const behind = refusesAt(i + 1) ? i + 1 : tokens[i + 1]?.entry.filler && refusesAt(i + 2) ? i + 2 : -1;
  return behind > 0 && tokens[behind + 1]?.entry.ordinal === undefined;
}

function placeAt({ tokens }: Scan, i: number, count: number): number | null {
  const token = tokens[i]!;
  if (token.mark !== "") return null;
  const { ordinal, feminine, tag } = token.entry;
  const article = token.prefix.endsWith("ה");
  if (ordinal !== undefined && (article || (feminine && onlyNumber(tokens, i)))) return ordinal;
  if (feminine && tokens[i - 1]?.entry.act === "option") return ordinal!;
  if (tag === "last" && tokens.length <= 4 && /^[בל]?האחרו/.test(token.text)) return count;
  const led = tokens[i - 1]?.entry.act === "option" || tokens[i - 1]?.text === "מספר";
  if (led && token.letters >= 1 && token.letters <= count) return token.letters;
  if ((led || tokens.length === 1) && token.text.length === 1 && "אבגד".includes(token.text))
    return "אבגד".indexOf(token.text) + 1;
  if (token.prefix !== "" && token.prefix !== "ה" && token.prefix !== "את") return null;
  const number = led || onlyNumber(tokens, i) ? readNumber(tokens, i) : null;
  return number && Number.isInteger(number.value) && number.value >= 1 && (led || number.value <= count)
    ? number.value
    : null;
}

/** "2", "אחד": the whole message is the number, apart from fillers. */
const onlyNumber = (tokens: Scan["tokens"], i: number): boolean =>
  tokens.every(
    (token, k) => k === i || token.mark !== "" || token.entry.filler === true || token.entry.act === "yes",
  ) && !tokens[i]!.entry.gender?.startsWith("c");

/**
 * A day or an hour that fits exactly one offered slot picks it ("בחמש", "ביום שני"); one that fits several is asked
 * about. With one offer and a yes, or with the full time, it is left to the caller.
 */
export function pickByTime(scan: Scan, wish: Wish, talk: Talk): Draft | null {
  const offered = scan.context.offered ?? [];
  const { date, hour } = wish;
  const partial = date === null || hour === null || hour.minutes.length > 1; // the offer says which seven is meant
  if (offered.length === 0 || wish.otherDates.length > 0 || wish.otherHours.length > 0 || wish.range) return null;
  if (date?.problem === "mismatch") return null; // "שלישי ה-25": which of the two is meant decides first
  if (date && namesTwoWeeks(scan, date)) return null;
  if ((date === null && hour === null && wish.part === null) || wish.dateRelation || hour?.relation) return null;
  let fitting = fitsOf(offered, wish);
  if (fitting.length === 0 && date?.part) fitting = fitsOf(offered, { ...wish, date: null }); // "זה של הבוקר"
  if (fitting.length === 0) return bareOrdinal(scan, wish);
  if (fitting.length > 1)
    return partial
      ? ask(
          ["which"],
          fitting.map((index) => offered[index]!),
        )
      : null;
  if (talk.yes >= 0 && talk.no > talk.yes) return ask(["which"], [offered[fitting[0]!]!]); // "רביעי כן, השעה לא"
  const place = placeBesideDay(scan, wish, fitting[0]!);
  if (place !== null) return ask(["which"], [offered[fitting[0]!]!, offered[place]!]);
  if (partial && talk.yes < 0 && (tellsMore(scan, wish, talk) || asksAbout(scan, wish, talk)))
    return ask(
      ["which"],
      fitting.map((index) => offered[index]!),
    );
  if (offered.length === 1 && partial && talk.no >= 0 && talk.yes < 0) return null; // "לא, ברביעי": not that slot
  if (offered.length === 1 && (talk.yes >= 0 || (partial && hour !== null)))
    return { kind: "confirm", slot: offered[0]! };
  if (offered.length === 1 && partial && date !== null) return { kind: "confirm", slot: offered[0]! };
  return partial || talk.yes >= 0 ? choice(scan.context, fitting[0]!) : null;
}

/** "חמישי הזה או הבא": the offered one is only one of the two. */
const namesTwoWeeks = ({ tokens }: Scan, { at, next, weekday, days }: NonNullable<Wish["date"]>): boolean =>
  weekday !== null && days.length > 1 && tokens.slice(at, next).some(({ entry }) => entry.tag === "or");

/** "ברביעי אני עובדת", "אני מסיים בארבע": words beside the time that are no small talk, so it may be no choice. */
export function tellsMore({ tokens }: Scan, { date, hour }: Wish, { clauses, lines }: Talk): boolean {
  return [date?.at, hour?.clock.at].some((at) => at !== undefined && tokens[at] && lines[clauses[at]!]!.heavy > 0);
}

/** "מה יש בשלישי?", "למה דווקא בשלישי?": a question about the day takes nothing; "רק ארבע?" does. */
const asksAbout = ({ tokens }: Scan, { date, hour }: Wish, { lines, clauses }: Talk): boolean =>
  [date?.at, hour?.clock.at].some(
    (at) => at !== undefined && tokens[at] && speaksOf(tokens[lines[clauses[at]!]!.first]!),
  );

const fitsOf = (offered: readonly string[], wish: Wish): number[] =>
  offered.flatMap((slot, index) => (fits(slot, wish) ? [index] : []));

function fits(slot: string, { date, hour, part }: Wish): boolean {
  const at = parseIsoLocal(slot);
  if (!at) return false;
  if (date && !dateHas(date, at.day)) return false;
  if (hour && !hour.minutes.includes(at.minute)) return false;
  if (hour || !part) return true;
  return inPart(at.minute, part);
}

function inPart(minute: number, part: Part): boolean {
  const from = { morning: 0, noon: 690, afternoon: 780, "late-afternoon": 900, evening: 1020, night: 1140 }[part];
  const to = { morning: 720, noon: 930, afternoon: 1110, "late-afternoon": 1170, evening: 1440, night: 1440 }[part];
  return minute >= from && minute < to;
}

/** Whether what was refused is the slot itself: its day, its hour, or a bound or part of the day that may hold it. */
export function coversSlot(fact: Fact, slot: string): boolean {
  const at = parseIsoLocal(slot);
  if (!at) return false;
  switch (fact.kind) {
    case "date":
      return dateHas(fact, at.day);
    case "clock":
      return !!fact.relation || readingsOf(fact, null, false).minutes.includes(at.minute);
    case "part":
      return inPart(at.minute, fact.part);
    case "range":
      return true;
  }
}

/** A bare weekday after an offer means the day in the offer, whatever week it lies in. */
function dateHas(date: NonNullable<Wish["date"]>, day: number): boolean {
  if (date.days.includes(day)) return true;
  if (date.span) return day >= date.span.first && day <= date.span.last && date.span.shape === "interval";
  return date.anyWeek && weekdayOf(day) === date.weekday && date.problem === null;
}

/** "ראשון" where Sunday is offered, and not first: the day or the place in the list. The other place, or null. */
function placeBesideDay({ tokens, context }: Scan, wish: Wish, day: number): number | null {
  const { date } = wish;
  if (!date || wish.hour || wish.part || date.prefix !== "" || date.next - date.at !== 1) return null;
  const place = (tokens[date.at]!.entry.ordinal ?? 0) - 1;
  const slot = context.offered?.[place];
  return slot !== undefined && place !== day ? place : null;
}

/** "שני" alone after two offers, neither on Monday: the second or Monday, so it is asked. */
function bareOrdinal(scan: Scan, { date, hour }: Wish): Draft | null {
  const offered = scan.context.offered ?? [];
  if (!date || hour || date.weekday === null || date.prefix !== "" || date.next - date.at !== 1 || offered.length < 2)
    return null;
  const token = scan.tokens[date.at]!;
  const place = token.entry.ordinal;
  if (place === undefined || place > offered.length || scan.tokens.length > 2) return null;
  return ask(["which"], [offered[place - 1]!, ...date.days.map((day) => isoDate(day))]);
}

/** A yes: books the one offered slot or the full pending one; asks which, or for what is missing. */
export function confirmed({ offered = [], pending }: Context): Draft {
  if (offered.length > 1) return ask(["which"], offered);
  const [only] = offered;
  if (only !== undefined) return { kind: "confirm", slot: only };
  if (pending?.date !== undefined && pending.time !== undefined)
    return { kind: "confirm", slot: `${pending.date}T${pending.time}` };
  if (pending?.date !== undefined) return ask(["time"], [], { start: `${pending.date}T00:00`, grain: "day" });
  if (pending?.time !== undefined) return ask(["date"], [], { time: pending.time });
  return { kind: "confirm" };
}

/** What was refused: a weekday becomes a bound for the search, another day or hour a refusal. */
export function refused(negated: readonly Fact[]): Draft | null {
  const [fact] = negated;
  if (!fact) return null;
  if (fact.kind === "date") {
    if (fact.weekday !== null && !fact.relation) return { kind: "constraint", notWeekday: fact.weekday };
    if (fact.span) return { kind: "constraint", from: isoDate(fact.span.last + 1), missing: ["date", "time"] };
    return fact.days.length > 0 ? { kind: "reject", start: isoLocal(fact.days[0]!, 0) } : { kind: "reject" };
  }
  if (fact.kind === "part") return refusedPart(fact.part);
  if (fact.kind === "clock" && fact.relation) return null;
  return { kind: "reject" };
}

function refusedPart(part: NonNullable<Wish["part"]>): Draft {
  if (part === "morning") return { kind: "constraint", from: isoTime(720), missing: ["date", "time"] };
  if (part === "evening" || part === "night")
    return { kind: "constraint", to: isoTime(1080), missing: ["date", "time"] };
  return { kind: "constraint", missing: ["date", "time"] };
}
