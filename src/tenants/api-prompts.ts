import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { json, param, query } from "../api/input.ts";
import { instantText } from "../api/page.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import type { Database } from "../db/client.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "./ctx.ts";
import { placeholders } from "./placeholders.ts";
import {
  diffPrompt,
  findVersion,
  listPromptVersions,
  type PromptVersion,
  rollBackPrompt,
  savePrompt,
} from "./prompts.ts";
import { getSettings } from "./settings.ts";

const tag = "prompts";
const channel = z.enum(["call", "whatsapp"]);
const number = z.coerce.number().int().min(1).max(1_000_000);

const version = z.object({
  version: z.int(),
  authorName: z.string(),
  restoredVersion: z.int().nullable(),
  createdAt: instantText,
});
const inForce = z.object({
  channel,
  body: z.string(),
  /** 0 = written before versions were kept. */
  version: z.int(),
  maxChars: z.int(),
  placeholders: z.array(z.object({ name: z.string(), label: z.string() })),
});
const versions = z.object({ items: z.array(version) });
const withBody = version.extend({ body: z.string() });
const difference = z.object({
  parts: z.array(z.object({ kind: z.enum(["same", "removed", "added"]), text: z.string() })),
});
const newBody = z.strictObject({
  body: z.string(),
  /** The version that the author saw: with another one in force nothing is overwritten (409). */
  basedOn: z.int().min(0).optional(),
});

const channelParam = z.strictObject({ channel });
const versionParam = z.strictObject({ channel, version: number });

/** `/api/prompts`: what the assistant is told, per channel, with every version it had (A1). */
export const promptRoutes = ({ db }: { db: Database }) =>
  new Hono<ApiEnv>()
    .get(
      "/api/prompts/:channel",
      route({ summary: "The prompt in force", tag, access: "staff", answer: inForce }),
      param(channelParam),
      async (c) => c.json(await inTenant(db, c, (ctx) => current(ctx, c.req.valid("param").channel))),
    )
    .put(
      "/api/prompts/:channel",
      route({ summary: "Save a prompt; in force at once", tag, access: "owner", answer: withBody }),
      param(channelParam),
      json(newBody),
      async (c) => {
        const { body, basedOn } = c.req.valid("json");
        return c.json(
          shown(await inTenant(db, c, (ctx) => savePrompt(ctx, c.req.valid("param").channel, body, basedOn))),
        );
      },
    )
    .get(
      "/api/prompts/:channel/versions",
      route({ summary: "Its versions, newest first", tag, access: "staff", answer: versions }),
      param(channelParam),
      async (c) => {
        const items = await inTenant(db, c, (ctx) =>
          listPromptVersions(ctx, c.req.valid("param").channel, limits.pageRowsMax),
        );
        return c.json({ items: items.map(shown).map(({ body: _body, ...rest }) => rest) });
      },
    )
    .get(
      "/api/prompts/:channel/versions/:version",
      route({ summary: "One version", tag, access: "staff", answer: withBody }),
      param(versionParam),
      async (c) => {
        const { channel, version } = c.req.valid("param");
        return c.json(shown(await inTenant(db, c, (ctx) => findVersion(ctx, channel, version))));
      },
    )
    .get(
      "/api/prompts/:channel/diff",
      route({ summary: "What changed between two versions", tag, access: "staff", answer: difference }),
      param(channelParam),
      query(z.strictObject({ from: number, to: number })),
      async (c) => {
        const { from, to } = c.req.valid("query");
        return c.json({
          parts: await inTenant(db, c, (ctx) => diffPrompt(ctx, c.req.valid("param").channel, from, to)),
        });
      },
    )
    .post(
      "/api/prompts/:channel/rollback",
      route({ summary: "Bring a version back, as a new one", tag, access: "owner", answer: withBody }),
      param(channelParam),
      json(z.strictObject({ version: z.int().min(1) })),
      async (c) => {
        const { version } = c.req.valid("json");
        return c.json(
          shown(await inTenant(db, c, (ctx) => rollBackPrompt(ctx, c.req.valid("param").channel, version))),
        );
      },
    );

async function current(ctx: Ctx, channel: "call" | "whatsapp") {
  const settings = await getSettings(ctx);
  const [newest] = await listPromptVersions(ctx, channel, 1);
  return {
    channel,
    body: channel === "call" ? settings.callPrompt : settings.whatsappPrompt,
    version: newest?.version ?? 0,
    maxChars: limits.promptChars,
    placeholders: Object.entries(placeholders).map(([name, label]) => ({ name, label })),
  };
}

const shown = ({ version, body, authorName, restoredVersion, createdAt }: PromptVersion) => ({
  version,
  body,
  authorName,
  restoredVersion,
  createdAt,
});
