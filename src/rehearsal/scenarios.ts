import { and, asc, count, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { AppError, tooMany } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { parseInput } from "../base/parse-input.ts";
import { rehearsalRuns, rehearsalScenarios } from "../db/schema/rehearsal.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { exampleScenarios } from "./examples.he.ts";

const text = z.string().trim().min(1).max(500);

export const checkSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("meeting"),
    booked: z.boolean(),
    time: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
      .optional(),
  }),
  z.strictObject({ kind: z.literal("says"), text }),
  z.strictObject({ kind: z.literal("never_says"), text }),
  z.strictObject({ kind: z.literal("tool"), name: z.string().regex(/^[a-z_]{1,60}$/) }),
  z.strictObject({ kind: z.literal("task") }),
]);

/** What staff writes: who the customer is, what is said line by line, what must come of it. */
export const scenarioInput = z.strictObject({
  name: z.string().trim().min(1).max(120),
  lines: z.array(text).min(1).max(limits.rehearsalLinesMax),
  checks: z.array(checkSchema).max(20).default([]),
});

export type ScenarioInput = z.input<typeof scenarioInput>;
export type Scenario = typeof rehearsalScenarios.$inferSelect;

/** In the order in which they were made. */
export function listScenarios({ tx, businessId }: Ctx): Promise<Scenario[]> {
  return tx
    .select()
    .from(rehearsalScenarios)
    .where(eq(rehearsalScenarios.businessId, businessId))
    .orderBy(asc(rehearsalScenarios.createdAt), asc(rehearsalScenarios.id));
}

/**
 * Adds a scenario, or changes the one with `id`.
 * @throws AppError "invalid", also when the business has `limits.rehearsalScenariosMax` already; "not_found".
 */
export async function saveScenario(ctx: Ctx, input: ScenarioInput, id?: string): Promise<Scenario> {
  const values = parseInput(scenarioInput, input);
  if (id === undefined) await requireRoom(ctx, 1);
  const [row] =
    id === undefined
      ? await ctx.tx
          .insert(rehearsalScenarios)
          .values({ id: newId(), businessId: ctx.businessId, ...values })
          .returning()
      : await ctx.tx
          .update(rehearsalScenarios)
          .set({ ...values, updatedAt: sql`now()` })
          .where(mine(ctx, id))
          .returning();
  if (row === undefined) throw new AppError("not_found", "no such scenario");
  return row;
}

/** Three scenarios to begin with. @throws AppError "invalid" when there is no room for them. */
export async function addExamples(ctx: Ctx): Promise<Scenario[]> {
  await requireRoom(ctx, exampleScenarios.length);
  const added: Scenario[] = [];
  for (const example of exampleScenarios) added.push(await saveScenario(ctx, example));
  return added;
}

/** Its runs stay. @throws AppError "not_found". */
export async function removeScenario(ctx: Ctx, id: string): Promise<void> {
  const removed = await ctx.tx.delete(rehearsalScenarios).where(mine(ctx, id)).returning({ id: rehearsalScenarios.id });
  if (removed.length === 0) throw new AppError("not_found", "no such scenario");
  await ctx.tx
    .update(rehearsalRuns)
    .set({ scenarioId: null })
    .where(and(eq(rehearsalRuns.businessId, ctx.businessId), eq(rehearsalRuns.scenarioId, id)));
}

const mine = ({ businessId }: Ctx, id: string) =>
  and(eq(rehearsalScenarios.businessId, businessId), eq(rehearsalScenarios.id, id));

async function requireRoom({ tx, businessId }: Ctx, wanted: number): Promise<void> {
  const [row] = await tx
    .select({ there: count() })
    .from(rehearsalScenarios)
    .where(eq(rehearsalScenarios.businessId, businessId));
  if ((row?.there ?? 0) + wanted > limits.rehearsalScenariosMax) throw tooMany("scenarios", "name");
}
