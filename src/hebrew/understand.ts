import { type Day, isoDate, isoLocal, parseIsoLocal } from "./civil.ts";
import { speaksOf } from "./conditions.ts";
import { readDeed } from "./deeds.ts";
import { movesThing } from "./denied-deeds.ts";
import { confirmed, coversSlot, pickByPlace, pickByTime, refused, tellsMore } from "./dialogue.ts";
import { readFacts } from "./facts.ts";
import { normalise, spelled } from "./normalise.ts";
import { readSlotShift } from "./offsets.ts";
import { resolveWish } from "./resolve.ts";
import type { Fact, Scan } from "./scan.ts";
import { readTalk, type Talk } from "./talk.ts";
import { ask, contextDay, type Draft, momentAt } from "./timed.ts";
import { tokenise } from "./tokens.ts";
import { untold } from "./told.ts";
import type { Context, Understanding } from "./types.ts";
import { explain, readWish, settledHour, type Wish } from "./wish.ts";
import { createWorld, type World } from "./world.ts";

/** The moment of speaking, the business's IANA zone, its city (for Shabbat) and what was said before. */
export interface Moment {
  now: Temporal.Instant | Temporal.ZonedDateTime;
  zone: string;
  city?: string | undefined;
  context?: Context | undefined;
}

/**
 * Understands one Hebrew utterance as a time, an answer or a deed, without a model and without guessing:
 * normalise, split into tokens, read facts (dates, hours, parts of day), read the talk around them (yes, no, move),
 * combine to a wish, resolve by policy. Deterministic, linear in the text, never throws on text.
 */
export function understand(text: string, { now, zone, city, context = {} }: Moment): Understanding {
  const world = createWorld(now, zone, city);
  const tokens = tokenise(normalise(text));
  const moving = tokens.some(
    ({ entry: { act } }, i) => (act === "move" && !movesThing(tokens, i)) || act === "postpone" || act === "advance",
  );
  const read: Scan = { tokens, now: world.now, context, moving, told: [] };
  const all = readFacts(read, world);
  const facts = untold(read, all);
  const told = facts.length < all.length ? all.filter((fact) => !facts.includes(fact)) : [];
  const scan: Scan = { ...read, told };
  const talk = readTalk(scan, facts);
  const wish = readWish(scan, facts, talk);
  const draft = decide(world, scan, facts, talk, wish);
  return { ...draft, evidence: evidenceOf(scan, facts, talk) } as Understanding;
}

/** The order of the questions is the policy: deeds, hesitation, picks, times, refusals, agreement. */
function decide(world: World, scan: Scan, facts: readonly Fact[], talk: Talk, wish: Wish): Draft {
  const deed = readDeed(world, scan, facts, wish, talk);
  if (deed) return deed;
  if (talk.think) return { kind: "undecided" };
  const picked =
    pickByPlace(scan, facts, talk, wish) ?? pickByTime(scan, wish, talk) ?? shiftedOffer(world, scan, facts);
  if (picked) return isPick(picked) ? withRest(world, scan, wish, talk, picked) : picked;
  const timed =
    boundOnDay(world, scan, facts, wish, talk) ?? resolveWish(world, scan.context, wish, talk, baseDay(scan));
  if (timed && mayBeTold(scan, wish, talk, timed)) return ask(["which", "date", "time"], [timed.start.slice(0, 10)]);
  if (timed) return repeatsOffer(scan.context, timed) ? repeated(scan, wish, talk, timed) : timed;
  const denied = deniedBound(world, scan, wish, talk) ?? refused(wish.negated);
  if (denied && deniesMore(scan, wish, talk, denied)) return ask(["which", "date", "time"], []);
  if (denied) return denied;
  return answer(scan, talk);
}

/** The day an hour without a day belongs to; "באותו יום" also reaches for the customer's meeting. */
function baseDay({ tokens, context }: Scan): Day | null {
  const meeting = tokens.some(({ entry }) => entry.tag === "same-day")
    ? parseIsoLocal(context.appointment ?? "")
    : null;
  return contextDay(context) ?? meeting?.day ?? null;
}

type Pick = Draft & { kind: "choose" | "confirm"; slot: string };

const isPick = (draft: Draft): draft is Pick =>
  (draft.kind === "choose" || draft.kind === "confirm") && draft.slot !== undefined;

/** What else the line says about the picked slot: a condition, another hour from there, or a no to a part of it. */
function withRest(world: World, scan: Scan, wish: Wish, talk: Talk, picked: Pick): Draft {
  if (talk.conditional) return { kind: "undecided" };
  if (wish.negated.some((fact) => coversSlot(fact, picked.slot))) return refused(wish.negated) ?? { kind: "reject" };
  if (talk.other && (wish.hour || wish.date)) return { kind: "reject" }; // "ארבע וחצי אבל ביום אחר"
  if (wish.hour) return picked;
  const moved = shiftedFrom(world, scan, picked.slot); // "השני אבל שעה מוקדם יותר"
  return moved ?? (talk.later || talk.earlier ? laterOrEarlier([picked.slot], talk) : picked);
}

/**
 * The offered day and hour said once more are the pick they are, unless a condition, a no or more than small talk stands
 * beside them: "מחר בחמש יש לי רופא", "ארבע וחצי? מוקדם".
 */
function repeated(scan: Scan, wish: Wish, talk: Talk, timed: Draft & { start: string }): Draft {
  if (talk.conditional) return { kind: "undecided" };
  const isSaid = wish.hour?.clock.next !== 0; // "באותה שעה" is known from the conversation
  const unsure = talk.yes < 0 && (talk.no >= 0 || (isSaid && tellsMore(scan, wish, talk)));
  return unsure ? ask(["which"], [timed.start]) : timed;
}

const repeatsOffer = ({ offered }: Context, timed: Draft): timed is Draft & { start: string } =>
  timed.kind === "instant" && offered?.includes(timed.start) === true;

const pastForm = /^(?!.*(?:אשתי|אחותי|בתי|ביתי|חברתי)$)(?!אצל|בשביל).*(?:תי|תמ|נו|ו)$/;

/** "דיווחתי לכם על זה בשלישי": a weekday alone, beside a word of the past's form and none that wishes or asks, may only be told. */
function mayBeTold(
  { tokens }: Scan,
  { date }: Wish,
  { lines, clauses }: Talk,
  timed: Draft,
): timed is Draft & { start: string } {
  if (timed.kind !== "instant" || timed.time !== undefined || timed.grain !== "day" || !date?.anyWeek) return false;
  if (lines[clauses[date.at]!]!.heavy < 2 || !tokens.some(({ known, text }) => !known && pastForm.test(text)))
    return false;
  return !tokens.some((token) => token.mark === "?" || token.entry.act !== undefined || speaksOf(token));
}

/** "בשני כבר לא הרגשנו את זה": what is denied is told in more words than a refusal takes, so that the weekday may be fine. */
function deniesMore(
  { tokens, context }: Scan,
  { negated: [fact] }: Wish,
  { lines, clauses }: Talk,
  denied: Draft,
): boolean {
  if (denied.kind !== "constraint" || denied.notWeekday === undefined || !fact || context.offered?.length) return false;
  const plain = tokens.some(
    ({ entry }, i) => entry.act === "refuse" || (entry.act === "no" && tokens[i + 1]?.entry.able),
  );
  return !plain && lines[clauses[fact.at]!]!.heavy >= 2;
}

/** "אפשר חצי שעה אחרי?" counts from the one offer. */
function shiftedOffer(world: World, scan: Scan, facts: readonly Fact[]): Draft | null {
  const { offered = [], pending } = scan.context;
  const whole =
    pending?.date !== undefined && pending.time !== undefined ? `${pending.date}T${pending.time}` : undefined;
  const [slot = whole, second] = offered;
  return slot === undefined || second !== undefined || facts.length > 0 ? null : shiftedFrom(world, scan, slot);
}

function shiftedFrom(world: World, scan: Scan, slot: string): Draft | null {
  const at = parseIsoLocal(slot);
  const shift = scan.told.length > 0 ? null : readSlotShift(scan.tokens);
  if (!at || shift === null) return null;
  const minute = at.minute + shift;
  const carry = Math.floor(minute / 1440);
  return momentAt(world, [at.day + carry], settledHour(minute - carry * 1440), false);
}

/** "מחר בבוקר, לא לפני תשע", "מחר לא בבוקר": the refused bound or part of the day holds on the day that is wanted. */
function boundOnDay(world: World, scan: Scan, facts: readonly Fact[], wish: Wish, talk: Talk): Draft | null {
  if (!wish.date || wish.hour || wish.range) return null;
  const [day, other] = wish.date.days;
  const [not] = wish.negated;
  const weekday = not?.kind === "date" && !not.relation ? not.weekday : null;
  if (wish.date.span?.grain === "week" && weekday !== null && !wish.part) {
    const { first, last } = wish.date.span; // "השבוע, חוץ משני"
    return {
      kind: "constraint",
      notWeekday: weekday,
      window: [isoDate(first), isoDate(last)],
      missing: ["date", "time"],
    };
  }
  if (wish.negated[0]?.kind === "part" && !wish.part && day !== undefined && other === undefined)
    return {
      ...refused(wish.negated)!,
      start: isoLocal(day, 0),
      window: [isoDate(day), isoDate(day)],
      missing: ["time"],
    } as Draft;
  if (!wish.negated.some(({ kind, relation }) => kind === "clock" && relation)) return null;
  const turned = facts.map((fact) =>
    fact.negated && fact.relation && fact.kind === "clock" ? turnedRound(fact) : fact,
  );
  return resolveWish(world, scan.context, readWish(scan, turned, talk), talk, baseDay(scan));
}

/** What is refused before a bound is wanted from it on, and the other way round. */
function turnedRound(fact: Fact): Fact {
  if (!fact.relation) return { ...fact, negated: false };
  const relation = fact.relation === "before" || fact.relation === "until" ? "from" : "until";
  return { ...fact, negated: false, relation };
}

/** "לא לפני עשר" is "from ten", "מחר עד 11 אני תפוסה" is "tomorrow from eleven". */
function deniedBound(world: World, scan: Scan, wish: Wish, talk: Talk): Draft | null {
  if (!wish.negated.some(({ relation }) => relation)) return null;
  const turned = readWish(scan, wish.negated.map(turnedRound), talk);
  return resolveWish(world, scan.context, turned, talk, baseDay(scan));
}

function answer(scan: Scan, talk: Talk): Draft {
  const { context } = scan;
  if (talk.any && !(talk.no >= 0 && scan.tokens[talk.no]!.entry.act === "refuse")) return { kind: "open" };
  const toPickFrom = context.offered?.length ?? 0;
  if ((talk.earliest || talk.latest) && (toPickFrom === 0 || (toPickFrom === 1 && talk.yes < 0)))
    return { kind: "open" };
  if ((talk.later || talk.earlier) && (context.offered?.length ?? 0) > 0) return laterOrEarlier(context.offered!, talk);
  if (talk.other && ((context.offered?.length ?? 0) > 0 || context.pending !== undefined)) return { kind: "reject" };
  if (talk.no >= 0 && talk.yes < talk.no) return { kind: "reject" };
  if (talk.yes >= 0 && (asksFirst(scan, talk) || talk.conditional || hedged(scan, talk))) return { kind: "undecided" };
  if (talk.yes >= 0) return confirmed(context);
  if (talk.conditional && scan.tokens.some(({ text }, i) => text === "כנ" && scan.tokens[i + 1]?.mark !== "?"))
    return { kind: "undecided" }; // "אם אצא מוקדם אז כן"
  if (talk.maybe >= 0 || scan.tokens.at(-1)?.text === "עוד לא") return { kind: "undecided" }; // "עוד לא"
  return { kind: "none" };
}

/** "סבבה אבל כמה זה עולה": behind the "but" one asks for what may decide. */
const asksFirst = ({ tokens }: Scan, { yes, lines, clauses }: Talk): boolean =>
  tokens.some(({ entry }, i) => i > yes && entry.act === "but" && lines[clauses[i]!]!.asks);

/** "כן כנראה"; "אם אוכל, אז כן": a condition hedges a yes of any clause. */
const hedged = ({ tokens }: Scan, { yes, maybe, clauses }: Talk): boolean =>
  maybe >= 0 && (clauses[maybe] === clauses[yes] || tokens[maybe]!.text.startsWith("אמ "));

/** "יש משהו מאוחר יותר?" after an offer bounds the search by the offered hours. */
function laterOrEarlier(offered: readonly string[], talk: Talk): Draft {
  const sorted = [...offered].sort();
  const slot = talk.later ? sorted.at(-1)! : sorted[0]!;
  const bound = talk.later ? { from: slot.slice(11, 16) } : { to: slot.slice(11, 16) };
  const days = new Set(offered.map((one) => one.slice(0, 10)));
  return {
    kind: "constraint",
    ...bound,
    ...(days.size === 1 ? { start: `${slot.slice(0, 10)}T00:00` } : {}),
    missing: ["time"],
  };
}

function evidenceOf(scan: Scan, facts: readonly Fact[], talk: Talk): string[] {
  const lines = facts.map((fact) => explain(scan, fact));
  for (const [index, act] of [
    [talk.yes, "yes"],
    [talk.no, "no"],
    [talk.maybe, "maybe"],
  ] as const) {
    if (index >= 0) lines.push(`${spelled(scan.tokens[index]!.text)} = ${act}`);
  }
  return [...new Set(lines)];
}
