import { Hono } from "hono";
import { generateSpecs } from "hono-openapi";
import { z } from "zod";
import type { ApiEnv } from "./env.ts";
import { describedWebhooks } from "./openapi-webhooks.ts";
import { referencePage } from "./reference-page.ts";
import { type RouteAccess, route } from "./route.ts";

/** The part of an OpenAPI 3.1 document that the reference page shows. */
export interface OpenApiDocument {
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, Operation>>;
}

export interface Operation {
  summary?: string;
  description?: string;
  tags?: string[];
  security?: object[];
  "x-access"?: RouteAccess;
  "x-person"?: boolean;
  parameters?: { name: string; in: string; required?: boolean; schema?: unknown }[];
  requestBody?: { content?: Record<string, { schema?: unknown }> };
  responses: Record<string, unknown>;
}

const whoMay: Record<RouteAccess, string> = {
  public: "Anybody.",
  user: "Whoever is logged in.",
  staff: "Whoever works in the business; an administrator inside it.",
  owner: "The business's owner; an administrator inside it.",
  admin: "An administrator of the installation.",
};

const errorSchema = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message"],
      properties: {
        code: { type: "string", description: "Stable, for programs: invalid, not_found, taken, rate_limited …" },
        message: { type: "string" },
        fields: {
          type: "array",
          items: {
            type: "object",
            required: ["path", "code"],
            properties: {
              path: { type: "string" },
              code: { type: "string" },
              limit: { type: "number", description: "With too_small and too_big: the least or the most that fits." },
              origin: {
                type: "string",
                description: "What limit counts: number, string (characters), array (items) …",
              },
            },
          },
        },
      },
    },
  },
};

const components = {
  securitySchemes: {
    session: { type: "apiKey", in: "cookie", name: "sid", description: "`__Host-sid` behind https." },
    csrf: { type: "apiKey", in: "header", name: "X-CSRF-Token", description: "What `auth.me` and `auth.csrf` answer." },
    apiKey: { type: "http", scheme: "bearer" },
  },
  responses: {
    Error: {
      description:
        "401 without a login, 403 without the right or the token, 404 for what is not yours, 409 for a lost race, 413, 422 with the fields at fault, 429 with Retry-After, 5xx.",
      content: { "application/json": { schema: errorSchema } },
    },
  },
};

/** Describes every route of the app from the schemas that check its requests. */
async function describe(app: Hono<ApiEnv>, version: string): Promise<OpenApiDocument> {
  const description =
    "Lists take `limit` and `cursor` and answer `items` and `next`. Instants are ISO 8601 with Z, money is agorot. Names and ids of other businesses do not exist: 404.";
  const documentation = { info: { title: "AgentLocator", version, description }, components };
  const document = (await generateSpecs(app, {
    documentation: documentation as never,
    defaultValidationErrorResponse: false,
    excludeStaticFile: false,
  })) as unknown as OpenApiDocument;
  for (const methods of Object.values(document.paths))
    for (const [method, operation] of Object.entries(methods)) complete(method, operation);
  return Object.assign(document, { webhooks: describedWebhooks });
}

function complete(method: string, operation: Operation): void {
  const access = operation["x-access"];
  operation.responses.default = { $ref: "#/components/responses/Error" };
  if (access === undefined) return;
  operation.description = whoMay[access];
  const token = method === "get" ? {} : { csrf: [] };
  if (access === "public") operation.security = method === "get" ? [] : [token];
  else operation.security = [{ session: [], ...token }, ...(takesKeys(access, operation) ? [{ apiKey: [] }] : [])];
}

/** A key has the rights of staff, and is nobody. */
const takesKeys = (access: RouteAccess, operation: Operation): boolean =>
  (access === "user" || access === "staff") && operation["x-person"] !== true;

/**
 * `/api/openapi.json`, and `/api/docs` for people. Both are made once, from `app` as it is when one is first asked for:
 * strangers may ask, and writing a megabyte anew takes the time of a live call's frame.
 */
export function createReferenceApi(app: () => Hono<ApiEnv>, version: string) {
  const write = async () => {
    const document = await describe(app(), version);
    return { text: JSON.stringify(document), page: referencePage(document) };
  };
  let made: ReturnType<typeof write> | undefined;
  const written = () => {
    made ??= write();
    return made;
  };
  const tag = "reference";
  return new Hono<ApiEnv>()
    .get(
      "/api/openapi.json",
      route({ summary: "This document", tag, access: "public", answer: z.looseObject({ openapi: z.string() }) }),
      async (c) => c.body((await written()).text, 200, { "Content-Type": "application/json" }),
    )
    .get("/api/docs", route({ summary: "The same, to read", tag, access: "public", media: "text/html" }), async (c) => {
      const { html, csp } = (await written()).page;
      return c.html(html, 200, { "Content-Security-Policy": csp });
    });
}
