import { isTest, type Source } from "./sources.ts";

/**
 * Where the routes of an area stand (ARCHITECTURE.md); every other module that names such a path is a second home.
 * A home that ends in `api` is all files of the folder that begin so, one that ends in `/` the whole folder: areas too long
 * for one file.
 */
const homes: readonly [prefix: RegExp, module: string][] = [
  [/^\/webhook\/whatsapp\//, "src/twilio/whatsapp-webhooks.ts"],
  [/^\/webhook\//, "src/twilio/voice-webhooks.ts"],
  [/^\/ws\/twilio-media/, "src/twilio/media-socket.ts"],
  [/^\/(?:health|readyz)/, "src/health/health.ts"],
  [/^\/api\/(?:openapi\.json|docs)/, "src/api/openapi.ts"],
  [/^\/api\/auth\//, "src/auth/"],
  [/^\/api\/calendar\//, "src/calendar/api"],
  [/^\/api\/calls/, "src/calls/api"],
  [/^\/api\/rehearsal/, "src/rehearsal/api.ts"],
  [/^\/api\/test-call/, "src/test-call/api.ts"],
  [/^\/api\/numbers\/:id\//, "src/twilio/api-numbers.ts"],
  [/^\/api\/(?:business|settings|numbers|hours|resources|prompts|knowledge|questions)\b/, "src/tenants/api"],
  [/^\/api\/audit/, "src/tenants/api"],
  [/^\/api\/team/, "src/auth/api-team.ts"],
  [/^\/api\/usage/, "src/usage/api.ts"],
  [/^\/api\/admin\//, "src/admin/api.ts"],
  [/^\/api\/(?:keys|webhooks)/, "src/integrations/api"],
  [/^\/api\/events/, "src/notify/api-events.ts"],
  [/^\/api\/notifications/, "src/notify/api"],
  [/^\/api\/leads\/(?:export|import)/, "src/crm/api-leads-csv.ts"],
  [/^\/api\/leads/, "src/crm/api-leads.ts"],
  [/^\/api\/lead-statuses/, "src/crm/api-lead-statuses.ts"],
  [/^\/api\/search/, "src/crm/api-search.ts"],
  [/^\/api\/tasks/, "src/crm/api-tasks.ts"],
  [/^\/api\/whatsapp\//, "src/whatsapp/api"],
];

const registration = /\.(get|post|put|patch|delete|all)\(\s*["'`](\/[^"'`]*)["'`]/g;

/** Each route is registered once, in the module of its area. Parameters count as equal whatever their name. */
export function checkRoutes(sources: readonly Source[]): string[] {
  const problems: string[] = [];
  const seen = new Map<string, string>();
  for (const { path, text } of sources) {
    if (!path.startsWith("src/") || path.startsWith("src/sim/") || isTest(path)) continue;
    for (const match of text.matchAll(registration)) {
      const route = (match[2] ?? "").replace(/:\w+/g, ":id");
      const home = homes.find(([prefix]) => prefix.test(route))?.[1];
      if (home !== undefined && !path.startsWith(home))
        problems.push(`${path} registers ${route}, whose home is ${home}`);
      // Sub-apps of different areas are mounted under different prefixes: a short path may repeat between files.
      const key = `${home ?? path} ${match[1]} ${route}`;
      const twin = seen.get(key);
      if (twin !== undefined) problems.push(`${path} registers ${match[1]} ${route} again (first in ${twin})`);
      seen.set(key, path);
    }
  }
  return problems;
}
