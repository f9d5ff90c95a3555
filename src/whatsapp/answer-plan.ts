import { limits } from "../limits.ts";
import { burstEnd } from "./answer-due.ts";
import type { WaitingChat } from "./answer-rows.ts";
import { say } from "./say.he.ts";

/** What is done with what a customer wrote. `handled` is the named reason where there is no answer. */
export type Plan =
  | { kind: "answer" }
  | { kind: "wait"; until: Temporal.Instant }
  /** `says`: one sentence for the customer, once a day. */
  | { kind: "put_aside"; handled: string; task: "late" | "unanswered" | null; says: string | null };

export interface PlanFacts {
  chat: WaitingChat;
  now: Temporal.Instant;
  /** Whether there is anything to answer with. */
  hasAssistant: boolean;
  /** The business has used up its day's money. */
  isSpent: boolean;
  isTyping: boolean;
}

const aside = (
  handled: string,
  task: "late" | "unanswered" | null = null,
  says: string | null = null,
): Extract<Plan, { kind: "put_aside" }> => ({ kind: "put_aside", handled, task, says });

/** Pure. Who may be answered, in the order of what forbids it first. */
export function planAnswer({ chat, now, hasAssistant, isSpent, isTyping }: PlanFacts): Plan {
  const { settings, silentUntil, optedOut, burst } = chat;
  const newest = burst.at(-1)!;
  if (optedOut) return aside("opted_out", "unanswered");
  if (silentUntil !== null && Temporal.Instant.compare(silentUntil, now) > 0) return aside("taken_over");
  if (!settings.answers) return aside("answers_off");
  if (!hasAssistant) return aside("no_assistant", "unanswered");
  if (now.since(newest.sentAt).total("hours") >= settings.lateHours) return aside("late", "late");
  if (chat.repliesLastMinute >= limits.waAnswersPerMinute || chat.repliesLastDay >= limits.waAnswersPerDay)
    return aside("too_many", "unanswered");
  if (isSpent) return aside("budget_spent", "unanswered", say.budgetSpent);
  const end = burstEnd(burst[0]!.createdAt);
  if (isTyping && Temporal.Instant.compare(end, now) > 0)
    return { kind: "wait", until: now.add({ milliseconds: 500 }) };
  const notes = burst.filter(({ isUnwritten }) => isUnwritten);
  const patience = notes.map(({ createdAt }) => createdAt.add({ milliseconds: limits.waNoteMs }));
  const until = patience.find((each) => Temporal.Instant.compare(each, now) > 0);
  return until === undefined ? { kind: "answer" } : { kind: "wait", until };
}
