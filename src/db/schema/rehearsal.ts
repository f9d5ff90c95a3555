import { sql } from "drizzle-orm";
import { check, foreignKey, index, integer, jsonb, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { businessId } from "./business.ts";
import { createdAt, instant, updatedAt } from "./columns.ts";
import type { PromptChannel } from "./prompt.ts";

/** What must have come out of a rehearsal. `text` is looked for in the assistant's lines. */
export type RehearsalCheck =
  /** A meeting was booked, at `time` (HH:MM of the business's clock) when that is given; false = none may be. */
  | { kind: "meeting"; booked: boolean; time?: string | undefined }
  | { kind: "says"; text: string }
  | { kind: "never_says"; text: string }
  /** The assistant used this tool. */
  | { kind: "tool"; name: string }
  /** A task for staff was left. */
  | { kind: "task" };

export interface RehearsalLine {
  author: "customer" | "assistant";
  text: string;
  /** What the assistant did before it said this. */
  tools: string[];
}

/** A customer as staff imagines one (A10): what is said line by line, and what should come of it. */
export const rehearsalScenarios = pgTable(
  "rehearsal_scenarios",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    name: text("name").notNull(),
    lines: text("lines").array().notNull(),
    checks: jsonb("checks").$type<RehearsalCheck[]>().notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [unique("rehearsal_scenarios_tenant").on(table.businessId, table.id)],
);

/** A prompt that is tried out before it is in force; publishing makes it a version and keeps its rehearsals with that. */
export const promptDrafts = pgTable(
  "prompt_drafts",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    channel: text("channel").$type<PromptChannel>().notNull(),
    body: text("body").notNull(),
    /** The version in force that its author saw (0 = none); null where nobody knows. With another one in force it is not published. */
    basedOn: integer("based_on"),
    publishedVersion: integer("published_version"),
    authorName: text("author_name").notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique("prompt_drafts_tenant").on(table.businessId, table.id),
    index("prompt_drafts_version").on(table.businessId, table.channel, table.publishedVersion),
    check("prompt_drafts_channel", sql`${table.channel} in ('call', 'whatsapp')`),
  ],
);

/** `error`: it could not be played to its end; `failed`: it was, and a check was not met. */
export type RehearsalStatus = "waiting" | "passed" | "failed" | "error";

/** One scenario played against one draft. */
export const rehearsalRuns = pgTable(
  "rehearsal_runs",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    draftId: uuid("draft_id").notNull(),
    /** Null when the scenario was removed since: its name and words stay. */
    scenarioId: uuid("scenario_id"),
    scenarioName: text("scenario_name").notNull(),
    lines: text("lines").array().notNull(),
    checks: jsonb("checks").$type<RehearsalCheck[]>().notNull(),
    /** SHA-256 of the prompt that was played: a draft may have changed since. */
    bodyHash: text("body_hash").notNull(),
    status: text("status").$type<RehearsalStatus>().notNull().default("waiting"),
    transcript: jsonb("transcript").$type<RehearsalLine[]>().notNull().default([]),
    /** One per check, in their order. */
    met: jsonb("met").$type<boolean[]>().notNull().default([]),
    error: text("error"),
    createdAt: createdAt(),
    endedAt: instant("ended_at"),
  },
  (table) => [
    unique("rehearsal_runs_tenant").on(table.businessId, table.id),
    index("rehearsal_runs_draft").on(table.businessId, table.draftId, table.createdAt),
    check("rehearsal_runs_status", sql`${table.status} in ('waiting', 'passed', 'failed', 'error')`),
    foreignKey({
      columns: [table.businessId, table.draftId],
      foreignColumns: [promptDrafts.businessId, promptDrafts.id],
      name: "rehearsal_runs_draft_fk",
    }).onDelete("cascade"),
  ],
);
