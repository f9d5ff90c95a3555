import { expect, test } from "bun:test";
import { newId } from "../base/ids.ts";
import { limits } from "../limits.ts";
import { type PlanFacts, planAnswer } from "./answer-plan.ts";
import type { WaitingChat, WaitingMessage } from "./answer-rows.ts";
import { say } from "./say.he.ts";
import { whatsappByDefault } from "./settings.ts";

const now = Temporal.Instant.from("2026-11-24T08:15:00Z");
const ago = (ms: number) => now.subtract({ milliseconds: ms });
const hourMs = 3_600_000;

/** One that came `ms` ago. */
const written = (ms: number, rest: Partial<WaitingMessage> = {}): WaitingMessage => ({
  id: newId(),
  text: "שלום",
  providerId: null,
  identityId: null,
  sentAt: ago(ms),
  createdAt: ago(ms),
  isUnwritten: false,
  quoted: null,
  ...rest,
});

type Given = Partial<Omit<WaitingChat, "settings">> &
  Partial<Omit<PlanFacts, "chat">> & { answers?: boolean; lateHours?: number };

function plan({ hasAssistant = true, isSpent = false, isTyping = false, answers, lateHours, ...rest }: Given) {
  const chat: WaitingChat = {
    conversationId: newId(),
    customerId: newId(),
    customerName: null,
    address: null,
    burst: [written(2_000)],
    settings: { ...whatsappByDefault, answers: answers ?? true, lateHours: lateHours ?? 6 },
    silentUntil: null,
    optedOut: false,
    isFirst: false,
    repliesLastMinute: 0,
    repliesLastDay: 0,
    tries: 0,
    ...rest,
  };
  return planAnswer({ chat, now, hasAssistant, isSpent, isTyping });
}

const late = written(6 * hourMs);

test.each<[string, Given, [handled: string, task: string | null, says: string | null]]>([
  [
    "who opted out waits for a person",
    { optedOut: true, silentUntil: now.add({ minutes: 1 }) },
    ["opted_out", "unanswered", null],
  ],
  ["a person has the chat", { silentUntil: now.add({ milliseconds: 1 }), answers: false }, ["taken_over", null, null]],
  ["the business answers itself", { answers: false, hasAssistant: false }, ["answers_off", null, null]],
  ["there is no model", { hasAssistant: false, burst: [late] }, ["no_assistant", "unanswered", null]],
  ["it is hours old", { burst: [late], repliesLastDay: 10_000 }, ["late", "late", null]],
  ["too many answers in a minute", { repliesLastMinute: limits.waAnswersPerMinute }, ["too_many", "unanswered", null]],
  [
    "too many answers in a day",
    { repliesLastDay: limits.waAnswersPerDay, isSpent: true },
    ["too_many", "unanswered", null],
  ],
  ["the day's money is used up", { isSpent: true, isTyping: true }, ["budget_spent", "unanswered", say.budgetSpent]],
])("not answered, and what forbids it first is the reason: %s", (_, given, [handled, task, says]) =>
  expect(plan(given)).toEqual({ kind: "put_aside", handled, task, says } as never),
);

test.each<[string, Given]>([
  ["what waits", {}],
  ["a person's time is over", { silentUntil: now }],
  ["the newest of several is not late", { burst: [late, written(6 * hourMs - 1)] }],
  [
    "one answer less than a minute or a day takes",
    { repliesLastMinute: limits.waAnswersPerMinute - 1, repliesLastDay: limits.waAnswersPerDay - 1 },
  ],
  ["somebody who never stops typing", { isTyping: true, burst: [written(limits.waQuietMaxMs), written(100)] }],
  ["a voice note that stays without words", { burst: [written(limits.waNoteMs, { isUnwritten: true })] }],
])("answered: %s", (_, given) => expect(plan(given)).toEqual({ kind: "answer" }));

test("while the customer types it waits half a second, while a voice note is written out for its words", () => {
  expect(plan({ isTyping: true })).toEqual({ kind: "wait", until: now.add({ milliseconds: 500 }) });
  const notes = [
    written(limits.waNoteMs + 1, { isUnwritten: true }),
    written(30_000, { isUnwritten: true }),
    written(1),
  ];
  expect(plan({ burst: notes })).toEqual({ kind: "wait", until: ago(30_000 - limits.waNoteMs) });
});
