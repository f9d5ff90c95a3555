import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import type { OpenApiDocument, Operation } from "./openapi.ts";

const style = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1c1c1e; background: #fff; }
  h2 { margin-top: 2.5rem; } code, pre { font: 13px/1.5 ui-monospace, monospace; } pre { overflow-x: auto; background: #f3f4f6; padding: .8rem; }
  details { border-top: 1px solid #d5d7db; padding: .5rem 0; } summary { cursor: pointer; } summary b { display: inline-block; width: 4.5rem; }
  @media (prefers-color-scheme: dark) { body { color: #eee; background: #16171a; } pre { background: #23252a; } details { border-color: #3a3d44; } }
`;
// The page runs no script; its one style sheet is named by its hash.
const csp = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; frame-ancestors 'none'`;

/** The document as one page without scripts: it works under any policy, offline, and in a text browser. */
export function referencePage({ info, paths }: OpenApiDocument): { html: string; csp: string } {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const areas = [...Map.groupBy(operations, ({ operation }) => operation.tags?.[0] ?? "other")].sort();
  const page = html`<!doctype html><html lang="en" dir="ltr"><head><meta charset="utf-8"><title>${info.title} API</title>
    <meta name="viewport" content="width=device-width, initial-scale=1"><style>${raw(style)}</style></head><body>
    <h1>${info.title} API ${info.version}</h1><p>${info.description}</p><p>As data: <a href="/api/openapi.json">/api/openapi.json</a></p>
    ${areas.map(([area, list]) => html`<h2>${area}</h2>${list.map(({ method, path, operation }) => entry(method, path, operation))}`)}
    </body></html>`;
  return { html: String(page), csp };
}

function entry(method: string, path: string, operation: Operation) {
  const { summary = "", description = "", parameters = [], requestBody, responses } = operation;
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  const answer = Object.entries(responses).find(([status]) => status.startsWith("2"));
  return html`<details><summary><b>${method}</b> <code>${path}</code> ${summary}</summary><p>${description}</p>
    ${parameters.length > 0 ? html`<ul>${parameters.map(({ name, in: place }) => html`<li><code>${name}</code> (${place})</li>`)}</ul>` : ""}
    ${body === undefined ? "" : html`<p>Takes</p><pre>${JSON.stringify(body, null, 2)}</pre>`}
    <p>Answers ${answer?.[0] ?? ""}</p><pre>${JSON.stringify(answer?.[1] ?? {}, null, 2)}</pre></details>`;
}
