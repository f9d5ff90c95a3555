import { markBusy, markBusyDays, proposes } from "./busy.ts";
import { answersCall, isConditional, isUnsure, missedIt, speaksOf } from "./conditions.ts";
import { movesThing, negatedDeed, takenBack } from "./denied-deeds.ts";
import { durationMinutes, readDuration } from "./durations.ts";
import type { Act } from "./lexicon.ts";
import { readNumber } from "./numbers.ts";
import type { Fact, Scan } from "./scan.ts";
import type { Token } from "./tokens.ts";
import { tellsNot } from "./told.ts";

/** What the words around the times do: agree, refuse, move, hesitate. Positions are token indices, -1 for absent. */
export interface Talk {
  yes: number;
  no: number;
  maybe: number;
  think: boolean;
  /** "אם", "בתנאי ש": what is agreed to hangs on something. */
  conditional: boolean;
  cancel: boolean;
  move: "move" | "postpone" | "advance" | null;
  late: boolean;
  arrive: boolean;
  switches: boolean;
  stuck: boolean;
  any: boolean;
  books: boolean;
  correct: number;
  instead: number;
  earliest: boolean;
  latest: boolean;
  both: boolean;
  other: boolean;
  later: boolean;
  earlier: boolean;
  /** Clause number of every token. */
  clauses: number[];
  lines: Line[];
}

/** What a clause holds, gathered in one pass so that long texts stay linear. */
interface Line {
  first: number;
  /** Words that are neither small talk nor times, and the place of the last one. */
  heavy: number;
  lastHeavy: number;
  /** First "לא", "אל" or "לא נראה לי", -1 for none. */
  refusal: number;
  asks: boolean;
  /** A booking verb: "אפשר לקבוע" asks for a meeting, it does not agree to one. */
  wants: boolean;
}

/** Reads the acts and marks the facts that a refusal covers as negated. */
export function readTalk(scan: Scan, facts: Fact[]): Talk {
  const { tokens } = scan;
  const clauses = clausesOf(tokens, facts);
  const first = firstActs(tokens);
  const has = (act: Act): number => first.get(act) ?? -1;
  const conditional = isConditional(tokens);
  const talk: Talk = {
    yes: -1,
    no: -1,
    maybe: has("maybe"),
    think: has("think") >= 0 || trailsOff(tokens) || isUnsure(tokens),
    conditional,
    cancel: has("cancel") >= 0 && !conditional && !(facts.length === 0 && takenBack(tokens, has("cancel"))),
    move: has("move") >= 0 ? "move" : has("postpone") >= 0 ? "postpone" : has("advance") >= 0 ? "advance" : null,
    late: has("late") >= 0 && !conditional, // "מה אם אאחר?"
    arrive: has("arrive") >= 0,
    switches: has("switch") >= 0,
    stuck: has("stuck") >= 0,
    any: has("any") >= 0 && !asksOpeningHours(tokens, has("any")),
    books: has("want") >= 0,
    correct: tokens.findLastIndex(({ entry }) => entry.act === "correct"),
    instead: has("instead"),
    earliest: has("earliest") >= 0,
    latest: has("latest") >= 0,
    both: has("both") >= 0,
    other: has("other") >= 0,
    later: tokens.some((token) => token.entry.tag === "later"),
    earlier: tokens.some((token) => token.entry.tag === "earlier"),
    clauses,
    lines: linesOf(tokens, facts, clauses),
  };
  if (talk.correct < 0) talk.correct = loneNo(tokens, facts);
  readAnswers(scan, facts, talk);
  if (missedIt(tokens)) talk.yes = -1;
  markBusy(tokens, facts);
  markBusyDays(scan, facts, clauses);
  return talk;
}

/** "באיזה שעות אתם עובדים?" asks for no meeting. */
const asksOpeningHours = (tokens: readonly Token[], any: number): boolean =>
  /איזה|אילו/.test(tokens[any]!.text) &&
  tokens.slice(any + 1, any + 4).some(({ text }) => /^(?:עובד|פתוח|סגור|פעיל|מקבל)(?:ת|ה|ימ)?$/.test(text));

/** "כן כן שמעתי, אני חושבת", "כן אבל רגע": who ends with it is still thinking; "כן אני חושבת" is not. */
function trailsOff(tokens: readonly Token[]): boolean {
  const end = tokens.findLastIndex(({ mark }) => mark === "");
  const isCut = /^(?:רגע|אבל)$/.test(tokens[end]?.text ?? "");
  if (isCut && end > 0 && !/^(?:עוד|תוכ|לפני|ב?כל)$/.test(tokens[end - 1]!.text)) return true;
  const last = tokens.findLastIndex(({ mark, entry }) => mark === "" && !entry.filler);
  const before = tokens[last - 1]?.text === "אני" ? tokens[last - 2] : tokens[last - 1];
  return /^חושב(?:ת|ימ)?$/.test(tokens[last]?.text ?? "") && before?.mark === ",";
}

export const comes = /^(?:אני שמ|מגיע|מגיעה|מגיעימ|אגיע|נגיע)$/;
const hesitates = /^(?:רגע|אה|אהה|אופס|אמ|אממ|סליחה)$/;

/** "תשע וחצי, לא, עשר", "בשלוש לא רגע בארבע": a "no" by itself, or with a hesitation, takes back the hour before it. */
function loneNo(tokens: readonly Token[], facts: readonly Fact[]): number {
  const last = facts.at(-1)?.at ?? 0;
  const first = facts[0]?.at ?? last;
  const halts = (i: number): boolean => hesitates.test(tokens[i]?.text ?? "");
  const opens = (i: number): boolean =>
    tokens[i]?.mark === "," || (tokens[i]?.entry.filler === true && tokens[i - 1]?.mark === ",");
  return tokens.findIndex(
    ({ entry, text }, i) =>
      (entry.act === "no" || text === "לא לא") &&
      i > first &&
      i < last &&
      (halts(i + 1) || halts(i - 1) || (tokens[i + 1]?.mark === "," && (opens(i - 1) || opens(i - 2)))),
  );
}

/** The first place of every act that is not denied. */
function firstActs(tokens: readonly Token[]): Map<Act, number> {
  const first = new Map<Act, number>();
  for (const [i, { entry, prefix }] of tokens.entries()) {
    if (prefix.includes("כש") || entry.act === undefined) continue; // "כשאחזור מחו"ל": when, not whether
    if (!first.has(entry.act) && !negatedDeed(tokens, i) && !movesThing(tokens, i)) first.set(entry.act, i);
  }
  return first;
}

/** Clauses end at marks, before "but", and where a new proposal starts after a refusal. */
function clausesOf(tokens: readonly Token[], facts: readonly Fact[]): number[] {
  const inFact = new Set<number>();
  for (const { at, next } of facts) for (let i = at; i < next; i++) inFact.add(i);
  let clause = 0;
  let refused = false;
  let told = false; // "לא נראה לי שזה מתאים": what the refusal says is no proposal
  return tokens.map((token, i) => {
    const { act } = token.entry;
    if ((token.mark === "," || token.mark === "?") && !inFact.has(i)) {
      clause++;
      refused = false;
    } else if (
      act === "but" ||
      (act === "only" && tokens[i + 1]?.prefix.startsWith("ש") === true) || // "מעולה רק שיהיה עם מיכל"
      (refused &&
        (act === "maybe" || act === "prefer" || act === "only" || (!told && startsProposal(token, inFact.has(i + 1)))))
    ) {
      clause++;
      refused = false;
    }
    told = refused && (told || token.prefix.endsWith("ש"));
    if (act === "no" || act === "refuse" || act === "neither") refused = true;
    return clause;
  });
}

function linesOf(tokens: readonly Token[], facts: readonly Fact[], clauses: readonly number[]): Line[] {
  const inFact = new Set<number>();
  for (const { at, next } of facts) for (let i = at; i < next; i++) inFact.add(i);
  const lines: Line[] = [];
  for (const [i, { entry, mark, text }] of tokens.entries()) {
    lines[clauses[i]!] ??= { first: i, heavy: 0, lastHeavy: -1, refusal: -1, asks: false, wants: false };
    const line = lines[clauses[i]!]!;
    if (mark === "?") (lines[clauses[i]! - 1] ?? line).asks = true;
    if (entry.act === "question") line.asks = true;
    if (entry.act === "want" && !/^בוא[יו]?$/.test(text)) line.wants = true; // "בואי נסגור על זה"
    if (refuses(entry.act) && line.refusal < 0) line.refusal = i;
    const small = entry.tag === "of" || entry.filler || entry.greeting || entry.able || entry.act !== undefined;
    if (mark !== "" || small || inFact.has(i) || entry.ordinal !== undefined) continue;
    line.heavy++;
    line.lastHeavy = i;
  }
  return lines;
}

const refuses = (act: Act | undefined): boolean => act === "no" || act === "dont" || act === "refuse";

/** "לא, כן" corrects itself; "לא מאשר" is one refusal, "לא יכול מחר מתאים לי רביעי" a refusal and a proposal. */
const startsProposal = ({ text, entry }: Token, beforeTime: boolean): boolean =>
  text === "אפשר" ||
  text === "בוא" ||
  text === "בואו" ||
  text === "תנ" ||
  (entry.act === "yes" && (!entry.able || beforeTime));

function readAnswers(scan: Scan, facts: Fact[], talk: Talk): void {
  const { tokens } = scan;
  for (const [i, token] of tokens.entries()) {
    const { act } = token.entry;
    if (act === undefined || (token.prefix !== "" && token.prefix !== "ו")) continue;
    if (act === "refuse" && /^ו?אמ$/.test(tokens[i - 1]?.text ?? "")) continue; // "אם אי אפשר, אז בשלוש"
    if (act === "no" && facts.some(({ at, next }) => i > at && i < next)) continue; // "ראשון, לא הקרוב"
    if (act === "yes" && opensClause(tokens, talk, i)) talk.yes = i;
    else if (act === "fine" && lightClause(talk, i)) talk.yes = i;
    else if (
      (act === "refuse" && i !== talk.correct) ||
      (act === "neither" && restIsLight(talk, i) && !tellsNot(tokens, i + 1))
    )
      refuse(scan, facts, talk, i);
    else if (act === "poor" && lightClause(talk, i, true)) refuse(scan, facts, talk, i);
    else if (act === "untimely" && lightClause(talk, i) && !facts.some(({ kind }) => kind === "date"))
      refuse(scan, facts, talk, i);
    else if (act === "arrive" && comes.test(token.text) && lightClause(talk, i)) talk.yes = i;
    else if (act === "no" && i !== talk.correct) readNo(scan, facts, talk, i);
    else if (act === "dont") denyBounds(tokens, facts, talk, i);
    else if (act === "cancel" && token.text.startsWith("לא ")) denyAbsence(tokens, facts, talk, i);
    else if (act === "except") for (const fact of facts) if (fact.at > i && fact.at <= i + 2) except(fact);
  }
}

const reaching = /^ת(?:תקשר|צלצל|בוא|גיע|קבע|שבצ)/;

/** "אל תתקשרו לפני עשר", "אל תבואו בשבת": the bound, and of a call or visit the day too, is what is not wanted. */
function denyBounds(tokens: readonly Token[], facts: readonly Fact[], { clauses }: Talk, i: number): void {
  const whole = reaching.test(tokens[i + 1]?.text ?? "");
  for (const fact of facts)
    if (fact.at > i && clauses[fact.at] === clauses[i] && (whole || fact.relation)) fact.negated = true;
}

/** "לא יכול להגיע מחר אפשר בראשון": the day of the absence is refused, the proposal behind it is not. */
function denyAbsence(tokens: readonly Token[], facts: readonly Fact[], { clauses }: Talk, i: number): void {
  for (const fact of facts) {
    if (clauses[fact.at] !== clauses[i]) continue;
    if (!tokens.slice(i + 1, fact.at).some(proposes)) fact.negated = true;
  }
}

/** "חוץ מיום שני": refused, and its מ is no "from". */
function except(fact: Fact): void {
  fact.negated = true;
  fact.relation = null;
}

/** "למה לא התקשרתם?": what behind it is no time and no answer was not done, and one asks why. */
const asksWhyNot = (tokens: readonly Token[], i: number): boolean => {
  const next = tokens[i + 1];
  return tokens[i]!.text === "למה לא" && next !== undefined && next.mark === "" && !next.known;
};

/** "בטח אתם עמוסים", "בטח שכחתם אותי לגמרי": surely, and no yes. */
const supposes = (tokens: readonly Token[], i: number, heavy: number): boolean =>
  tokens[i]!.text === "בטח" &&
  (heavy > 1 || (heavy > 0 && /^(?:שאתמ|אתמ|אתה|את|יש|זה)$/.test(tokens[i + 1]?.text ?? "")));

/** Only fillers and agreements stand close before the word in its clause, and no refusal. */
function opensClause(tokens: readonly Token[], { clauses, lines }: Talk, i: number): boolean {
  const line = lines[clauses[i]!]!;
  if (line.refusal >= 0 && line.refusal < i) return false;
  if (line.asks && tokens[i]!.text !== "כנ" && line.heavy > 0) return false; // "אין בעיה עם חניה?" asks
  const ofAll = i === line.first && (tokens[i + 1]?.mark !== "?" || tokens[i + 2] === undefined);
  if (line.asks && tokens[i]!.text === "כנ" && !ofAll) return false; // "אז זה כן פנוי?", "כן? מה?"
  const rest = tokens.slice(i + 1, i + 6).filter((_, k) => clauses[i + 1 + k] === clauses[i]);
  if (answersCall(tokens, i, rest) || supposes(tokens, i, line.heavy)) return false;
  if (tokens[i - 1] && speaksOf(tokens[i - 1]!)) return false; // "לא אמרתי כן"
  if (asksWhyNot(tokens, i)) return false;
  for (let k = i - 1; k >= line.first && k > i - 3; k--) {
    const { entry, mark } = tokens[k]!;
    if (speaksOf(tokens[k]!)) return false;
    if (mark === "" && !entry.filler && !entry.greeting && entry.act !== "yes" && !tokens[k]!.known) return false;
  }
  return true;
}

/** Nothing but fillers, acts and times in the clause: "טוב", "אפשר", "בסדר תודה". */
const lightClause = ({ clauses, lines }: Talk, i: number, mayWant = false): boolean => {
  const line = lines[clauses[i]!]!;
  return line.heavy === 0 && line.refusal < 0 && !line.asks && (mayWant || !line.wants);
};

/** A refusal covers the times of its clause; without any it is a plain no. */
function refuse({ tokens, told }: Scan, facts: Fact[], talk: Talk, i: number): void {
  if (told.some(({ at }) => at === i + 1)) return; // "המקרר לא עובד מהבוקר"
  let covered = false;
  for (const fact of facts) {
    if (talk.clauses[fact.at] !== talk.clauses[i] || fact.at === i) continue;
    fact.negated = true;
    covered = true;
  }
  const denied = tokens[i + 1]?.entry.act === "want" ? tokens[i + 2] : tokens[i + 1]; // "לא רציתי לבטל"
  if (!covered && !isNoAnswer(denied)) talk.no = i;
}

/** "לא צריך לבטל", "לא הבנתי": what is denied is a deed or an understanding, not the offer. */
const isNoAnswer = (denied: Token | undefined): boolean => {
  const act = denied?.entry.act;
  return (
    act === "late" ||
    act === "not-about-time" ||
    act === "cancel" ||
    act === "move" ||
    act === "postpone" ||
    act === "advance"
  );
};

function readNo(scan: Scan, facts: Fact[], talk: Talk, i: number): void {
  const { tokens, context } = scan;
  const next = tokens[i + 1];
  if (tellsNot(tokens, i)) return;
  if (next && /^ו?אמ$/.test(tokens[i - 1]?.text ?? "")) return; // "אם לא יתאים": a condition; "אמממ לא" is none
  if (!next || next.mark !== "" || talk.clauses[i + 1] !== talk.clauses[i]) {
    if (/^אחר כ/.test(tokens[i - 1]?.text ?? "")) return; // "פנוי עד 11, אחר כך לא" says the same twice
    const asked = talk.clauses[i]! - 1; // "מחר? לא"
    const lead = facts.filter(
      ({ at, next: end }) =>
        end <= i && (talk.clauses[at] === talk.clauses[i] || (talk.clauses[at] === asked && talk.lines[asked]!.asks)),
    );
    const behind = facts.filter(({ at }) => at > i);
    const onlyHour = [lead, behind].every((some) => some.some(isClock)) && !behind.some(({ kind }) => kind === "date");
    if (lead.length > 0) {
      for (const fact of lead) if (!onlyHour || isClock(fact)) fact.negated = true; // "מחר לא", "מחר ב12? לא, ב1"
    } else talk.no = i;
    return;
  }
  const fact = facts.find(({ at }) => at === i + 1 || (at === i + 2 && !!tokens[i + 1]!.entry.filler));
  const before = fact && tokens[fact.next]?.text === "כנ" ? facts.find(({ next: end }) => end === i) : undefined;
  if (before) {
    before.negated = true; // "ראשון לא, שני כן" in one breath
    return;
  }
  if (fact) {
    negateChain(tokens, facts, fact);
    return;
  }
  if (next.entry.able || next.entry.act === "want") return refuse(scan, facts, talk, i);
  if (isNoAnswer(next)) return;
  if (next.entry.act === "correct" && facts.some(({ at }) => at > i)) return; // "עשר, לא בעצם אחת עשרה"
  if (facts.some(({ at }) => talk.clauses[at] === talk.clauses[i])) return refuse(scan, facts, talk, i);
  if (restIsLight(talk, i) || (talk.yes >= 0 && tokens[i - 1]?.entry.act === "only"))
    talk.no = i; // "כן רק לא באותו יום"
  else if (context.offered?.length && deniesInAWord(tokens, talk, i)) talk.no = i;
}

const isClock = ({ kind }: Fact): boolean => kind === "clock";

const past = /(?:תי|תמ|תנ|נו)$/;

/** "לא שומעים אותך", "לא מכירה אתכם": what is denied is of the other side. */
const you = /^(?:אות|את|לגבי|אחרי|אלי|עלי)כ[מנ]?$/;

/** "לא אידיאלי", "לא מתאפשר": after an offer one or two words behind "לא" refuse it, unless they tell of the past. */
function deniesInAWord(tokens: readonly Token[], { clauses, lines }: Talk, i: number): boolean {
  const line = lines[clauses[i]!]!;
  const said = tokens.slice(i + 1).filter((token, k) => clauses[i + 1 + k] === clauses[i] && !token.entry.filler);
  if (line.asks || tokens.at(-1)?.mark === "?" || said.length > 2 || line.first < i - 1) return false;
  if (said.some(({ text }) => you.test(text))) return false;
  return said.every(({ known, text, entry }) => (!known || entry.act !== undefined) && !past.test(text));
}

/** "לא בימי ראשון ושני": what is joined by ו or "או" is refused with the first. */
function negateChain(tokens: readonly Token[], facts: readonly Fact[], first: Fact): void {
  first.negated = true;
  let last = first;
  for (const fact of facts) {
    const joined =
      fact.at === last.next
        ? tokens[fact.at]!.prefix.startsWith("ו") || tokens[fact.at]!.text === "שבת"
        : tokens[last.next]?.entry.tag === "or" && fact.at === last.next + 1;
    if (fact.at < last.next || fact.kind !== first.kind || !joined) continue;
    fact.negated = true;
    last = fact;
  }
  // "לא מחר בבוקר, מחר בערב": what hangs on the refused day goes with it when another time follows.
  const hung = first.kind === "date" ? facts.find(({ at, kind }) => at === last.next && kind !== "date") : undefined;
  if (hung && !hung.relation && facts.some(({ at }) => at > hung.at)) hung.negated = true;
}

/** After the word at `i` its clause holds only small talk. */
const restIsLight = ({ clauses, lines }: Talk, i: number): boolean => lines[clauses[i]!]!.lastHeavy <= i;

/** Minutes of delay: the first length of time in the text, or a bare number behind the verb ("מאחר ב-10", "ברבע"). */
export function delayMinutes(tokens: readonly Token[]): number | null {
  for (let i = 0; i < tokens.length; i++) {
    const some = tokens[i]!.entry.unit !== undefined && /ות$/.test(tokens[i]!.text); // "בכמה דקות"
    const duration = some ? null : readDuration(tokens, i);
    const minutes = duration && durationMinutes(duration);
    const early = duration ? tokens[duration.next]?.entry.tag : undefined;
    if (early === "ago" || early === "earlier") return null; // "אגיע עשר דקות לפני" is no delay
    if (duration && minutes !== null && minutes > 0) return minutes;
    if (duration) i = Math.max(i, duration.next - 1);
  }
  for (const [i, token] of tokens.entries()) {
    if (token.entry.act !== "late") continue;
    for (let k = i + 1; k <= i + 3 && k < tokens.length; k++) {
      if (tokens[k]!.entry.tag === "quarter") return 15;
      const number = readNumber(tokens, k);
      if (number && number.value >= 2 && number.value < 120) return number.value;
    }
  }
  return null;
}

/** "לדחות בשעה", "להקדים בחצי שעה", "להזיז בשבוע": a shift instead of a new time; days for weeks and days. */
export function readShift(tokens: readonly Token[]): { minutes: number; next: number; at: number } | null {
  for (const [i, token] of tokens.entries()) {
    if (
      token.prefix !== "ב" ||
      (!token.entry.unit && !token.entry.tag && token.entry.number === undefined && !token.digits)
    )
      continue;
    const duration = readDuration(tokens, i);
    if (!duration || duration.unit === "month" || duration.unit === "year") continue;
    if (token.entry.tag === "hour-word" && readNumber(tokens, i + 1)) continue; // "בשעה חמש"
    if (token.entry.tag === "day-word" && duration.next === i + 1 && tokens[i + 1]?.mark === "") continue;
    if (tokens[duration.next]?.entry.tag === "next") continue; // "בשבוע הבא"
    const share = duration.count + duration.fraction;
    const minutes = durationMinutes(duration) ?? share * (duration.unit === "week" ? 10_080 : 1440);
    return { minutes: Math.round(minutes), next: duration.next, at: i };
  }
  return null;
}
