import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { query } from "../api/input.ts";
import { dateInput } from "../api/page.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import { AppError } from "../base/errors.ts";
import type { Database } from "../db/client.ts";
import { limits } from "../limits.ts";
import { spanOfDates, zoneOf } from "../tenants/zone.ts";
import { compare } from "./compared.ts";
import { usageReport } from "./report.ts";

export const usageRange = z.strictObject({ from: dateInput, to: dateInput });
const usageQuery = usageRange.extend({ by: z.enum(["day", "month"]).default("day") });

const amounts = {
  calls: z.int(),
  callSeconds: z.int(),
  messages: z.int(),
  textTokens: z.int(),
  audioTokens: z.int(),
  costAgorot: z.int(),
};
export const usageAnswer = z.object({
  /** A line per day ("2026-11-27"), month ("2026-11") or business (its id). */
  items: z.array(z.object({ label: z.string(), ...amounts })),
  models: z.array(
    z.object({
      model: z.string(),
      kind: z.string(),
      textTokens: z.int(),
      audioTokens: z.int(),
      seconds: z.number(),
      costAgorot: z.int(),
    }),
  ),
  total: z.object(amounts),
  unpriced: z.array(z.string()),
});

const outcomes = z.object({
  answered: z.int(),
  missed: z.int(),
  handedOver: z.int(),
  booked: z.int(),
  costAgorot: z.int(),
});
const compared = z.object({ now: outcomes, before: outcomes });

// More than a year in one answer would be read by nobody.
const daysMax = 400;

/** `/api/usage`: minutes, tokens, messages and what they cost (C6). */
export const createUsageApi = ({ db, usdIlsRate }: { db: Database; usdIlsRate: number }) =>
  new Hono<ApiEnv>()
    .get(
      "/api/usage",
      route({ summary: "What was used, by day or month", tag: "usage", access: "staff", answer: usageAnswer }),
      query(usageQuery),
      async (c) => {
        const { by, ...range } = c.req.valid("query");
        const report = await inTenant(
          db,
          c,
          async (ctx) => usageReport(ctx, by, usageSpan(await zoneOf(ctx), range), usdIlsRate),
          { deadlineMs: limits.jobQueryMs },
        );
        return c.json(report);
      },
    )
    .get(
      "/api/usage/compared",
      route({
        summary: "What came of some days, and of as many before them",
        tag: "usage",
        access: "staff",
        answer: compared,
      }),
      query(usageRange),
      async (c) => {
        const { from, to } = c.req.valid("query");
        const answer = await inTenant(
          db,
          c,
          async (ctx) => {
            const zone = await zoneOf(ctx);
            const now = usageSpan(zone, { from, to });
            const first = Temporal.PlainDate.from(from);
            const days = first.until(Temporal.PlainDate.from(to)).days + 1;
            const earlier = { from: first.subtract({ days }).toString(), to: first.subtract({ days: 1 }).toString() };
            return compare(ctx, { now, before: usageSpan(zone, earlier) }, usdIlsRate);
          },
          { deadlineMs: limits.jobQueryMs },
        );
        return c.json(answer);
      },
    );

/** @throws AppError "invalid" for dates that run backwards or are too far apart. */
export function usageSpan(zone: string, range: z.output<typeof usageRange>) {
  const days = Temporal.PlainDate.from(range.from).until(Temporal.PlainDate.from(range.to)).days + 1;
  if (days < 1 || days > daysMax) {
    const code = days < 1 ? "before_from" : "too_many_days";
    throw new AppError("invalid", `to: ${code}`, { public: `to: ${code}`, fields: [{ path: "to", code }] });
  }
  const { from, before } = spanOfDates(zone, range);
  return { from: from!, before: before! };
}
