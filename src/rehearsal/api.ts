import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { idParam, json } from "../api/input.ts";
import { instantText } from "../api/page.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import type { Database } from "../db/client.ts";
import { draftInput, listDrafts, publishDraft, saveDraft } from "./drafts.ts";
import { listRuns, startRuns } from "./runs.ts";
import { addExamples, checkSchema, listScenarios, removeScenario, saveScenario, scenarioInput } from "./scenarios.ts";

const tag = "rehearsal";
const scenario = scenarioInput.extend({ id: z.uuid(), createdAt: instantText, updatedAt: instantText });
const scenarioList = z.object({ items: z.array(scenario) });
const draft = draftInput.extend({
  id: z.uuid(),
  basedOn: z.int().nullable(),
  publishedVersion: z.int().nullable(),
  authorName: z.string(),
  createdAt: instantText,
  updatedAt: instantText,
});
const run = z.object({
  id: z.uuid(),
  draftId: z.uuid(),
  scenarioId: z.uuid().nullable(),
  scenarioName: z.string(),
  status: z.enum(["waiting", "passed", "failed", "error"]),
  transcript: z.array(
    z.object({ author: z.enum(["customer", "assistant"]), text: z.string(), tools: z.array(z.string()) }),
  ),
  checks: z.array(checkSchema),
  met: z.array(z.boolean()),
  error: z.string().nullable(),
  createdAt: instantText,
  endedAt: instantText.nullable(),
});
const runList = z.object({ items: z.array(run) });
const wantedRuns = z.strictObject({ scenarioIds: z.array(z.uuid()).max(100).default([]) });

/** `/api/rehearsal`: saved customers played against a draft prompt, before it answers real ones (A10). */
export function createRehearsalApi({ db }: { db: Database }) {
  return new Hono<ApiEnv>().route("/", scenarioRoutes(db)).route("/", draftRoutes(db));
}

function scenarioRoutes(db: Database) {
  return new Hono<ApiEnv>()
    .get(
      "/api/rehearsal/scenarios",
      route({ summary: "Scenarios, oldest first", tag, access: "staff", answer: scenarioList }),
      async (c) => c.json({ items: await inTenant(db, c, listScenarios) }),
    )
    .post(
      "/api/rehearsal/scenarios",
      route({ summary: "Add a scenario", tag, access: "owner", answer: scenario, status: 201 }),
      json(scenarioInput),
      async (c) => c.json(await inTenant(db, c, (ctx) => saveScenario(ctx, c.req.valid("json"))), 201),
    )
    .post(
      "/api/rehearsal/scenarios/examples",
      route({ summary: "Add the example scenarios", tag, access: "owner", answer: scenarioList, status: 201 }),
      async (c) => c.json({ items: await inTenant(db, c, addExamples) }, 201),
    )
    .put(
      "/api/rehearsal/scenarios/:id",
      route({ summary: "Change a scenario", tag, access: "owner", answer: scenario }),
      idParam(),
      json(scenarioInput),
      async (c) =>
        c.json(await inTenant(db, c, (ctx) => saveScenario(ctx, c.req.valid("json"), c.req.valid("param").id))),
    )
    .delete(
      "/api/rehearsal/scenarios/:id",
      route({ summary: "Remove a scenario; its runs stay", tag, access: "owner" }),
      idParam(),
      async (c) => {
        await inTenant(db, c, (ctx) => removeScenario(ctx, c.req.valid("param").id));
        return c.body(null, 204);
      },
    );
}

function draftRoutes(db: Database) {
  return new Hono<ApiEnv>()
    .get(
      "/api/rehearsal/drafts",
      route({
        summary: "Prompt drafts, newest first",
        tag,
        access: "staff",
        answer: z.object({ items: z.array(draft) }),
      }),
      async (c) => c.json({ items: await inTenant(db, c, listDrafts) }),
    )
    .post(
      "/api/rehearsal/drafts",
      route({ summary: "Add a draft", tag, access: "owner", answer: draft, status: 201 }),
      json(draftInput),
      async (c) => c.json(await inTenant(db, c, (ctx) => saveDraft(ctx, c.req.valid("json"))), 201),
    )
    .put(
      "/api/rehearsal/drafts/:id",
      route({ summary: "Change a draft that is not published", tag, access: "owner", answer: draft }),
      idParam(),
      json(draftInput),
      async (c) => c.json(await inTenant(db, c, (ctx) => saveDraft(ctx, c.req.valid("json"), c.req.valid("param").id))),
    )
    .post(
      "/api/rehearsal/drafts/:id/publish",
      route({ summary: "Put the draft in force", tag, access: "owner", answer: z.object({ version: z.int() }) }),
      idParam(),
      async (c) => c.json(await inTenant(db, c, (ctx) => publishDraft(ctx, c.req.valid("param").id))),
    )
    .get(
      "/api/rehearsal/drafts/:id/runs",
      route({ summary: "What came of rehearsing the draft, newest first", tag, access: "staff", answer: runList }),
      idParam(),
      async (c) => c.json({ items: await inTenant(db, c, (ctx) => listRuns(ctx, c.req.valid("param").id)) }),
    )
    .post(
      "/api/rehearsal/drafts/:id/runs",
      route({ summary: "Rehearse the draft", tag, access: "owner", answer: runList, status: 202 }),
      idParam(),
      json(wantedRuns),
      async (c) => {
        const { scenarioIds } = c.req.valid("json");
        const items = await inTenant(db, c, (ctx) => startRuns(ctx, c.req.valid("param").id, scenarioIds));
        return c.json({ items }, 202);
      },
    );
}
