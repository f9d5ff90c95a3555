import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { idParam, json, query } from "../api/input.ts";
import { instantText, pageOf, pageQuery } from "../api/page.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import type { Database } from "../db/client.ts";
import { knowledgeKinds } from "../db/schema/knowledge.ts";
import {
  type Knowledge,
  knowledgeInput,
  listKnowledge,
  publishKnowledge,
  removeKnowledge,
  saveKnowledge,
} from "./knowledge.ts";
import { answerQuestion, dismissQuestion, listUnanswered } from "./questions.ts";

const tag = "knowledge";
const kind = z.enum(knowledgeKinds);
const status = z.enum(["draft", "published"]);
const known = z.object({
  id: z.uuid(),
  kind,
  subject: z.string(),
  body: z.string(),
  status,
  revision: z.int(),
  authorName: z.string(),
  createdAt: instantText,
  updatedAt: instantText,
});
const all = z.object({ items: z.array(known) });
const question = z.object({
  id: z.uuid(),
  question: z.string(),
  conversationId: z.uuid().nullable(),
  createdAt: instantText,
});
const { subject, body } = knowledgeInput.shape;
const changeInput = knowledgeInput.extend({
  /** The revision that the author saw: with another one there nothing is overwritten (409). */
  basedOn: z.int().min(1).optional(),
});

/** `/api/knowledge` (A12) and `/api/questions` (A11). */
export const knowledgeRoutes = ({ db }: { db: Database }) =>
  new Hono<ApiEnv>().route("/", subjects(db)).route("/", questions(db));

const subjects = (db: Database) =>
  new Hono<ApiEnv>()
    .get(
      "/api/knowledge",
      route({ summary: "Facts, procedures and what is never said", tag, access: "staff", answer: all }),
      async (c) => c.json({ items: (await inTenant(db, c, listKnowledge)).map(shown) }),
    )
    .post(
      "/api/knowledge",
      route({ summary: "Add a subject", tag, access: "staff", answer: known, status: 201 }),
      json(knowledgeInput),
      async (c) => c.json(shown(await inTenant(db, c, (ctx) => saveKnowledge(ctx, c.req.valid("json")))), 201),
    )
    .put(
      "/api/knowledge/:id",
      route({ summary: "Change a subject", tag, access: "staff", answer: known }),
      idParam(),
      json(changeInput),
      async (c) => {
        const { basedOn, ...words } = c.req.valid("json");
        const { id } = c.req.valid("param");
        return c.json(shown(await inTenant(db, c, (ctx) => saveKnowledge(ctx, words, id, basedOn))));
      },
    )
    .post(
      "/api/knowledge/:id/publish",
      route({ summary: "A draft is told to customers from now on", tag, access: "staff", answer: known }),
      idParam(),
      async (c) => c.json(shown(await inTenant(db, c, (ctx) => publishKnowledge(ctx, c.req.valid("param").id)))),
    )
    .delete(
      "/api/knowledge/:id",
      route({ summary: "Remove a subject", tag, access: "staff" }),
      idParam(),
      async (c) => {
        await inTenant(db, c, (ctx) => removeKnowledge(ctx, c.req.valid("param").id));
        return c.body(null, 204);
      },
    );

const questions = (db: Database) =>
  new Hono<ApiEnv>()
    .get(
      "/api/questions",
      route({ summary: "Questions that had no answer, newest first", tag, access: "staff", answer: pageOf(question) }),
      query(pageQuery),
      async (c) => c.json(await inTenant(db, c, (ctx) => listUnanswered(ctx, c.req.valid("query")))),
    )
    .post(
      "/api/questions/:id/answer",
      route({ summary: "An answer becomes knowledge, as a draft", tag, access: "staff", answer: known, status: 201 }),
      idParam(),
      json(z.strictObject({ body, subject: subject.optional(), kind: kind.optional() })),
      async (c) =>
        c.json(
          shown(await inTenant(db, c, (ctx) => answerQuestion(ctx, c.req.valid("param").id, c.req.valid("json")))),
          201,
        ),
    )
    .post(
      "/api/questions/:id/dismiss",
      route({ summary: "A question needs no answer", tag, access: "staff" }),
      idParam(),
      async (c) => {
        await inTenant(db, c, (ctx) => dismissQuestion(ctx, c.req.valid("param").id));
        return c.body(null, 204);
      },
    );

const shown = ({ businessId: _business, ...row }: Knowledge) => row;
