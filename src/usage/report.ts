import { type SQL, sql } from "drizzle-orm";
import type { Tx } from "../db/client.ts";
import { businesses } from "../db/schema/business.ts";
import { calls } from "../db/schema/call.ts";
import { messages } from "../db/schema/message.ts";
import { usage } from "../db/schema/usage.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { type Consumption, costOf } from "./cost.ts";
import type { UsageKind } from "./prices.ts";

/** From the first instant to the last, the second not included. */
export interface Span {
  from: Temporal.Instant;
  before: Temporal.Instant;
}

/** By what amounts are added up: a local day or month of the business, or the business itself. */
export type Label = "day" | "month" | "business";

/** Whose consumption: one business's, or everybody's, which only a system transaction sees. */
export type Whose = Pick<Ctx, "tx" | "businessId"> | { readonly tx: Tx; readonly businessId: "all" };

export interface Amounts {
  label: string;
  calls: number;
  callSeconds: number;
  messages: number;
  textTokens: number;
  audioTokens: number;
  costAgorot: number;
}

export interface ModelAmounts {
  model: string;
  kind: string;
  textTokens: number;
  audioTokens: number;
  seconds: number;
  costAgorot: number;
}

export interface UsageReport {
  items: Amounts[];
  /** The same consumption by model, over the whole span. */
  models: ModelAmounts[];
  total: Omit<Amounts, "label">;
  /** Models whose price nobody knows: their part of the sums is estimated, at the dearest of their kind. */
  unpriced: string[];
}

/**
 * What was used in a span (C6). Each line's cost is rounded once; the total is the
 * sum of the lines, as people add them up.
 */
export async function usageReport(whose: Whose, by: Label, span: Span, usdIlsRate: number): Promise<UsageReport> {
  const consumed = await readConsumed(whose, by, span);
  const byLabel = new Map<string, Amounts>();
  const lineOf = (label: string): Amounts => {
    const line = byLabel.get(label) ?? { label, ...nothing };
    byLabel.set(label, line);
    return line;
  };
  for (const { label, calls, seconds } of await readCalls(whose, by, span)) {
    const line = lineOf(label);
    line.calls = calls;
    line.callSeconds = Math.round(seconds);
  }
  for (const { label, count } of await readMessages(whose, by, span)) lineOf(label).messages = count;
  for (const [label, parts] of Map.groupBy(consumed, (part) => part.label)) {
    const line = lineOf(label);
    line.textTokens = sumOf(parts, textTokensOf);
    line.audioTokens = sumOf(parts, audioTokensOf);
    line.costAgorot = Math.round(agorotOf(parts, usdIlsRate));
  }
  const items = [...byLabel.values()].sort((a, b) => (a.label < b.label ? 1 : -1));
  return { items, models: modelsOf(consumed, usdIlsRate), total: totalOf(items), unpriced: unpricedOf(consumed) };
}

const nothing = { calls: 0, callSeconds: 0, messages: 0, textTokens: 0, audioTokens: 0, costAgorot: 0 };

interface Consumed extends Consumption {
  label: string;
  kind: UsageKind;
  /** UTC day: prices hold from a day on. */
  day: string;
}

const labelOf = (by: Label, table: Counted, at: SQL.Aliased | SQL): SQL => {
  if (by === "business") return sql`${table.businessId}::text`;
  return sql`to_char(timezone(${businesses.timezone}, ${at}), ${sql.raw(by === "day" ? "'YYYY-MM-DD'" : "'YYYY-MM'")})`;
};

type Counted = typeof usage | typeof calls | typeof messages;

/** The rows of a span, with the business whose clock says on which day they were. */
function rowsOf({ businessId }: Whose, table: Counted, at: SQL, { from, before }: Span): SQL {
  const own = businessId === "all" ? sql`` : sql` and ${table.businessId} = ${businessId}`;
  return sql`from ${table} join ${businesses} on ${businesses.id} = ${table.businessId}
    where ${at} >= ${from.toString()}::timestamptz and ${at} < ${before.toString()}::timestamptz${own}`;
}

async function readConsumed(whose: Whose, by: Label, span: Span): Promise<Consumed[]> {
  const at = sql`${usage.createdAt}`;
  return whose.tx.execute<Consumed & Record<string, unknown>>(sql`
    select ${labelOf(by, usage, at)} as label, to_char(timezone('UTC', ${at}), 'YYYY-MM-DD') as day,
      ${usage.model} as model, ${usage.kind} as kind,
      sum(${usage.textInputTokens})::float8 as "textInputTokens", sum(${usage.audioInputTokens})::float8 as "audioInputTokens",
      sum(${usage.cachedTextTokens})::float8 as "cachedTextTokens", sum(${usage.cachedAudioTokens})::float8 as "cachedAudioTokens",
      sum(${usage.textOutputTokens})::float8 as "textOutputTokens", sum(${usage.audioOutputTokens})::float8 as "audioOutputTokens",
      sum(${usage.seconds})::float8 as seconds, count(*) filter (where ${usage.kind} = 'message')::float8 as items
    ${rowsOf(whose, usage, at, span)} group by 1, 2, 3, 4`);
}

async function readCalls(whose: Whose, by: Label, span: Span) {
  const at = sql`${calls.startedAt}`;
  return whose.tx.execute<{ label: string; calls: number; seconds: number }>(sql`
    select ${labelOf(by, calls, at)} as label, count(*)::int as calls,
      coalesce(sum(${calls.durationMs}), 0)::float8 / 1000 as seconds
    ${rowsOf(whose, calls, at, span)} group by 1`);
}

async function readMessages(whose: Whose, by: Label, span: Span) {
  const at = sql`${messages.createdAt}`;
  return whose.tx.execute<{ label: string; count: number }>(sql`
    select ${labelOf(by, messages, at)} as label, count(*)::int as count
    ${rowsOf(whose, messages, at, span)} group by 1`);
}

/** Unrounded, each day at its own prices. */
function agorotOf(parts: readonly Consumed[], usdIlsRate: number): number {
  let agorot = 0;
  for (const [day, ofDay] of Map.groupBy(parts, (part) => part.day)) agorot += costOf(ofDay, { usdIlsRate, day }).exact;
  return agorot;
}

function modelsOf(consumed: readonly Consumed[], usdIlsRate: number): ModelAmounts[] {
  return [...Map.groupBy(consumed, ({ model, kind }) => `${model} ${kind}`).values()]
    .map((parts) => ({
      model: parts[0]!.model,
      kind: parts[0]!.kind,
      textTokens: sumOf(parts, textTokensOf),
      audioTokens: sumOf(parts, audioTokensOf),
      seconds: sumOf(parts, (part) => part.seconds),
      costAgorot: Math.round(agorotOf(parts, usdIlsRate)),
    }))
    .sort((a, b) => b.costAgorot - a.costAgorot || (a.model < b.model ? -1 : 1));
}

function unpricedOf(consumed: readonly Consumed[]): string[] {
  const names = consumed.flatMap((part) => costOf([part], { usdIlsRate: 1, day: part.day }).unpriced);
  return [...new Set(names)].sort();
}

function totalOf(items: readonly Amounts[]): Omit<Amounts, "label"> {
  const total = { ...nothing };
  for (const item of items)
    for (const name of Object.keys(nothing) as (keyof typeof nothing)[]) total[name] += item[name];
  return total;
}

const textTokensOf = (part: Consumption): number => part.textInputTokens + part.textOutputTokens;
const audioTokensOf = (part: Consumption): number => part.audioInputTokens + part.audioOutputTokens;
const sumOf = <T>(parts: readonly T[], of: (part: T) => number): number =>
  parts.reduce((sum, part) => sum + of(part), 0);
