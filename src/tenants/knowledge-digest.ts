import { and, eq, isNull, sql } from "drizzle-orm";
import { businessSettings } from "../db/schema/business.ts";
import { type KnowledgeKind, knowledge } from "../db/schema/knowledge.ts";
import { workingHours } from "../db/schema/working-hours.ts";
import type { Ctx } from "./ctx.ts";

// Up to this the assistant is told everything at once and answers without a tool; beyond it, the subjects only.
const digestChars = 6_000;

const dayNames: readonly (readonly [weekday: number, name: string])[] = [
  [7, "ראשון"],
  [1, "שני"],
  [2, "שלישי"],
  [3, "רביעי"],
  [4, "חמישי"],
  [5, "שישי"],
  [6, "שבת"],
];

/**
 * Until the transaction's end nobody else changes hours or knowledge of the business. Of two who did at once, both deleted
 * what was there and both put theirs in its place, and the assistant was told what only one of them had seen.
 */
export async function lockFacts({ tx, businessId }: Ctx): Promise<void> {
  await tx
    .select({ businessId: businessSettings.businessId })
    .from(businessSettings)
    .where(eq(businessSettings.businessId, businessId))
    .for("no key update");
}

/** Writes hours and published knowledge into the settings, in the transaction that changed them. */
export async function refreshFacts(ctx: Ctx): Promise<void> {
  await lockFacts(ctx);
  const facts = await ctx.tx
    .select({ kind: knowledge.kind, subject: knowledge.subject, body: knowledge.body })
    .from(knowledge)
    .where(and(eq(knowledge.businessId, ctx.businessId), eq(knowledge.status, "published")))
    .orderBy(knowledge.subject, knowledge.id);
  const hours = await ctx.tx
    .select()
    .from(workingHours)
    .where(and(eq(workingHours.businessId, ctx.businessId), isNull(workingHours.resourceId)));
  await ctx.tx
    .update(businessSettings)
    .set({ facts: digest(hours, facts), updatedAt: sql`now()` })
    .where(eq(businessSettings.businessId, ctx.businessId));
}

interface Fact {
  kind: KnowledgeKind;
  subject: string;
  body: string;
}

interface Hours {
  weekday: number;
  fromMinute: number;
  toMinute: number;
}

/** The text that the assistant is given. Exported for its test. */
export function digest(hours: readonly Hours[], facts: readonly Fact[]): string {
  const linesOf = (kind: KnowledgeKind) =>
    facts.filter((fact) => fact.kind === kind).map((fact) => `- ${fact.subject}: ${fact.body}`);
  const known = facts.filter((fact) => fact.kind === "fact");
  const full = linesOf("fact");
  const fits = full.join("\n").length <= digestChars;
  const sections: [title: string, lines: string[]][] = [
    ["שעות הפעילות", hoursLines(hours)],
    [
      fits ? "מה שידוע על העסק" : "נושאים שיש עליהם מידע (לשאול בכלי answer_from_knowledge)",
      fits ? full : known.map((fact) => `- ${fact.subject}`),
    ],
    ["מה עושים", linesOf("procedure")],
    ["אסור להבטיח או לומר", linesOf("never")],
  ];
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${title}:\n${lines.join("\n")}`)
    .join("\n\n");
}

function hoursLines(hours: readonly Hours[]): string[] {
  return dayNames.flatMap(([weekday, name]) => {
    const windows = hours
      .filter((window) => window.weekday === weekday)
      .toSorted((a, b) => a.fromMinute - b.fromMinute)
      .map((window) => `${clock(window.fromMinute)} עד ${clock(window.toMinute)}`);
    return windows.length === 0 ? [] : [`- ${name}: ${windows.join(", ")}`];
  });
}

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
