import { afterAll, beforeAll, expect, test } from "bun:test";
import { tenantCases } from "./testing/tenant-cases.ts";
import { openTwoTenants, routesOf, type TwoTenants } from "./testing/two-tenants.ts";

// "Never 500": every text that any route takes, replaced by what PostgreSQL or Temporal choke on. Routes and what they take
// come from the router and from the OpenAPI document, so that a new one is tried without a line here.
let tenants: TwoTenants;
beforeAll(async () => {
  tenants = await openTwoTenants();
}, 60_000);
afterAll(() => tenants.close(), 30_000);

const id = "01890000-0000-7000-8000-000000000000";
const odd: readonly string[] = [
  "a\u0000b",
  "\u0000",
  "\ud800",
  "0000-01-01",
  "9999-12-31",
  "+200000-01-01",
  "2026-01-01T00:00:00.1234567890123Z",
  "0000-01-01T00:00:00Z",
  "9999-12-31T23:59:59Z",
  `+200000-01-01T00:00:00Z~${id}`,
  `-000100-01-01T00:00:00Z~${id}`,
  `0000-01-01T00:00:00Z~${id}`,
  "9".repeat(400),
  "-1",
  "1e400",
];

interface Document {
  paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
}

/** Every place of a body that holds a text, with `put` there instead. */
function* replaced(body: unknown, put: string): Generator<unknown> {
  if (typeof body === "string") yield put;
  else if (typeof body === "object" && body !== null)
    for (const [key, inner] of Object.entries(body))
      for (const changed of replaced(inner, put))
        yield Array.isArray(body) ? body.with(Number(key), changed) : { ...body, [key]: changed };
}

const whoAsks = (route: string) => (route.includes(" /api/admin/") ? tenants.admin : tenants.a.owner);
const fill = (text: string, ids: Record<string, string>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => ids[name] ?? whole);

test("what cannot be kept or read is refused as input, in every field of every body", async () => {
  const { a } = tenants;
  let tried = 0;
  for (const route of routesOf(tenants.api)) {
    const { at, body } = tenantCases[route] ?? {};
    const [method = "", path = ""] = route.split(" ");
    if (body === undefined) continue;
    const own: unknown = JSON.parse(fill(JSON.stringify(body), a.ids));
    for (const put of odd)
      for (const changed of replaced(own, put)) {
        const asked = { method, body: changed };
        const { status, body: said } = await whoAsks(route).ask(fill(at ?? path, a.ids), asked);
        const what = `${route} ${JSON.stringify(changed).slice(0, 300)}: ${JSON.stringify(said)}`;
        expect(status, what).toBeLessThan(500);
        expect(status === 422 && fieldsOf(said) === 0, what).toBe(false);
        tried++;
      }
  }
  process.stdout.write(`odd input: ${tried} bodies\n`);
  expect(tried).toBeGreaterThan(1_000);
}, 180_000);

test("the same in every part of every query", async () => {
  const { body } = await tenants.admin.ask<Document>("/api/openapi.json");
  let tried = 0;
  for (const route of routesOf(tenants.api).filter((each) => each.startsWith("GET ") && each in tenantCases)) {
    const path = route.slice("GET ".length);
    const { at = path } = tenantCases[route]!;
    const [plain = "", query = ""] = fill(at, tenants.a.ids).split("?");
    const operation = body.paths[path.replace(/:(\w+)/g, "{$1}")]?.get;
    for (const { name } of (operation?.parameters ?? []).filter((parameter) => parameter.in === "query"))
      for (const put of odd) {
        const search = new URLSearchParams(query);
        search.set(name, put);
        const { status, body: said } = await whoAsks(route).ask(`${plain}?${search}`);
        const what = `${route} ${name}=${JSON.stringify(put)}: ${JSON.stringify(said)}`;
        expect(status, what).toBeLessThan(500);
        expect(status === 422 && fieldsOf(said) === 0, what).toBe(false);
        tried++;
      }
  }
  process.stdout.write(`odd input: ${tried} queries\n`);
  expect(tried).toBeGreaterThan(500);
}, 180_000);

/** How many fields a refusal names: the panel puts a sentence beside each. */
const fieldsOf = (said: unknown): number => (said as { error?: { fields?: unknown[] } }).error?.fields?.length ?? 0;
