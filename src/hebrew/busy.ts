import type { Fact } from "./scan.ts";
import type { Token } from "./tokens.ts";

const works = /^[הוש]?(?:עובד|עובדת|לומד|לומדת|בעבודה|בלימודימ)$/;
const finishes = /^[הוש]?(?:מסיימ|מסיימת|משתחרר|משתחררת)$/;

const mine = /^ל(?:י|נו)$/;

/** "יש לי פגישה בשלוש אז אולי בארבע": what one already has, beside the time that is proposed after it. */
function alreadyTaken(tokens: readonly Token[], facts: readonly Fact[], fact: Fact): boolean {
  const has = tokens.slice(Math.max(0, fact.at - 5), fact.at).findLastIndex(({ text }) => text === "יש");
  const start = Math.max(0, fact.at - 5) + has;
  if (has < 0 || !mine.test(tokens[start + 1]?.text ?? "") || fact.at < start + 3) return false;
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
    if (fact.kind !== "clock" || fact.relation === "after" || fact.relation === "from") continue;
    if (!fact.relation && alreadyTaken(tokens, facts, fact)) {
      fact.negated = true;
      continue;
    }
    const lead = tokens.slice(Math.max(0, fact.at - 3), fact.at);
    const around = [...lead, ...tokens.slice(fact.next, fact.next + 2)];
    const ends = lead.some(({ text }) => finishes.test(text));
    if (!ends && !(fact.relation && around.some(({ text }) => works.test(text)))) continue;
    fact.relation ??= "until";
    fact.negated = true;
  }
}

const away = /^(?:עובד|עובדת|בעבודה|לומד|לומדת|בלימודימ|במילואימ|נוסע|נוסעת|טס|טסה|בחו"ל|בחול|בטיסה|בצבא|חולה)$/;

/** "ביום שלישי אני עובד": without an hour the whole day is taken, which refuses it. */
export function markBusyDays(tokens: readonly Token[], facts: readonly Fact[], clauses: readonly number[]): void {
  const timed = new Set(facts.filter(({ kind }) => kind !== "date").map(({ at }) => clauses[at]));
  for (const [i, { text }] of tokens.entries()) {
    if (text !== "אני" || !away.test(tokens[i + 1]?.text ?? "") || timed.has(clauses[i])) continue;
    for (const fact of facts) {
      if (fact.kind === "date" && clauses[fact.at] === clauses[i] && !fact.relation) fact.negated = true;
    }
  }
}
