import type { Fact, Scan } from "./scan.ts";
import type { Token } from "./tokens.ts";

const works = /^[הוש]?(?:עובד|עובדת|לומד|לומדת|בעבודה|בלימודימ)$/;
const finishes = /^[הוש]?(?:מסיימ|מסיימת|מסיימימ|גומר|גומרת|גומרימ|משתחרר|משתחררת)$/;

const mine = /^ל(?:י|נו)$/;
const engagement = /^(?:ישיבה|פגישה|שיעור|עבודה|תור|חוג|בחינה|מבחן|טיפול|אימון|הרצאה|משמרת)$/;
const errand = /^[הוש]?(?:אוספ|אוספת|לוקח|לוקחת|חוזר|חוזרת|יוצא|יוצאת)$/;

const away =
  /^(?:עובד|עובדת|בעבודה|לומד|לומדת|בלימודימ|במילואימ|נוסע|נוסעת|טס|טסה|בחו"ל|בחול|בטיסה|בצבא|חולה|בפגישה|בישיבה|בשיעור|באימונ|בחתונה)$/;

/** "יש לי פגישה בשלוש אז אולי בארבע": what one already has, beside the time that is proposed after it. */
function alreadyTaken(tokens: readonly Token[], facts: readonly Fact[], fact: Fact): boolean {
  const lead = tokens.slice(Math.max(0, fact.at - 5), fact.at);
  const has = lead.findLastIndex(({ text }, i) => text === "יש" && mine.test(lead[i + 1]?.text ?? ""));
  if ((has < 0 || has + 2 >= lead.length) && !lead.some(({ text }) => errand.test(text))) return false;
  const proposal = facts.find((other) => other.at >= fact.next && other.kind === "clock");
  return (
    proposal !== undefined &&
    tokens
      .slice(fact.next, proposal.at)
      .some(({ text, entry }) => text === "אז" || entry.act === "maybe" || text === "אפשר")
  );
}

/**
 * "אני עובדת עד ארבע", "אני מסיים לעבוד בחמש": the hour ends the time that is taken. Such a fact becomes a refused
 * bound, which the policy turns round: free from then on.
 */
export function markBusy(tokens: readonly Token[], facts: readonly Fact[]): void {
  for (const fact of facts) {
    if (fact.kind === "date" && fact.relation === "until" && isAway(tokens, fact)) fact.negated = true; // "בצבא עד רביעי"
    if (fact.kind !== "clock" || fact.relation === "after" || fact.relation === "from") continue;
    if (!fact.relation && alreadyTaken(tokens, facts, fact)) {
      fact.negated = true;
      continue;
    }
    const lead = tokens.slice(Math.max(0, fact.at - 3), fact.at);
    const end = facts.find(({ at }) => at === fact.next)?.next ?? fact.next; // "עד חמש ביום ראשון אני עובדת"
    const around = [...lead, ...tokens.slice(end, end + 2)];
    const ends = lead.some(({ text }) => finishes.test(text));
    const engaged =
      fact.relation && lead.some(({ text }, i) => engagement.test(text) && mine.test(lead[i - 1]?.text ?? ""));
    if (!ends && !engaged && !(fact.relation && around.some(({ text }) => works.test(text)))) continue;
    fact.relation ??= "until";
    fact.negated = true;
  }
}

const isAway = (tokens: readonly Token[], { at }: Fact): boolean =>
  tokens.slice(Math.max(0, at - 3), at).some(({ text }) => away.test(text));

/**
 * "ביום שלישי אני עובד", "מחר בארבע אני בעבודה": the day or hour before it is taken, and the day behind it when no hour
 * narrows it. A day alone of an offered slot is left: only a part of it may be taken, which is asked.
 */
export function markBusyDays({ tokens, context }: Scan, facts: readonly Fact[], clauses: readonly number[]): void {
  for (const [i, { text }] of tokens.entries()) {
    if (text !== "אני" || !away.test(tokens[i + 1]?.text ?? "")) continue;
    const beside = facts.filter(({ at, relation }) => clauses[at] === clauses[i] && !relation);
    if (facts.some((fact) => fact.at < i && clauses[fact.at] === clauses[i] && fact.relation && fact.negated)) continue;
    const timed = facts.some(({ at, kind }) => clauses[at] === clauses[i] && kind !== "date");
    if (!timed && context.offered?.length) continue;
    const proposal = tokens.findIndex((token, k) => k > i && proposes(token));
    for (const fact of beside) {
      const habit = fact.kind === "part" && fact.at === i + 2; // "אני לומדת בבקרים"
      const taken =
        fact.at < i || habit ? true : fact.kind === "date" && !timed && (proposal < 0 || fact.at < proposal);
      if (taken) fact.negated = true;
    }
  }
}

/** "אפשר", "אולי", "עדיף", "נקבע": what follows is a proposal; "פגישה" alone is not. */
export const proposes = ({ text, entry: { act } }: Token): boolean =>
  act === "fine" || act === "maybe" || act === "prefer" || /קבוע|קבע/.test(text);
