import type { Fact } from "./scan.ts";
import type { Token } from "./tokens.ts";

const works = /^[הוש]?(?:עובד|עובדת|לומד|לומדת|בעבודה|בלימודימ)$/;
const finishes = /^[הוש]?(?:מסיימ|מסיימת|משתחרר|משתחררת)$/;

/**
 * "אני עובדת עד ארבע", "אני מסיים לעבוד בחמש": the hour ends the time that is taken. Such a fact becomes a refused
 * bound, which the policy turns round: free from then on.
 */
export function markBusy(tokens: readonly Token[], facts: readonly Fact[]): void {
  for (const fact of facts) {
    if (fact.kind !== "clock" || fact.relation === "after" || fact.relation === "from") continue;
    const lead = tokens.slice(Math.max(0, fact.at - 3), fact.at);
    const around = [...lead, ...tokens.slice(fact.next, fact.next + 2)];
    const ends = lead.some(({ text }) => finishes.test(text));
    if (!ends && !(fact.relation && around.some(({ text }) => works.test(text)))) continue;
    fact.relation ??= "until";
    fact.negated = true;
  }
}
