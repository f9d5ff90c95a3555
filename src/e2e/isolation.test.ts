import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Browser } from "../app/testing/browser.ts";
import { askedElsewhere, tenantCases } from "./testing/tenant-cases.ts";
import {
  askRoute as ask,
  expectNothingOf,
  inPath,
  isUnsafe,
  namesForeign,
  openTwoTenants,
  routesOf,
  type Tenant,
  type TwoTenants,
  tenantRoutesOf,
  textOf,
} from "./testing/two-tenants.ts";

// S1, S2, C1: every route of the product, asked as one business with the ids of another. The routes come from the router
// itself: one without a case fails here.
let tenants: TwoTenants;
let a: Tenant;
let b: Tenant;
beforeAll(async () => {
  tenants = await openTwoTenants();
  ({ a, b } = tenants);
}, 60_000);
afterAll(() => tenants.close(), 30_000);

const routes = (): string[] => routesOf(tenants.api);

test("every route has a case, and every case a route", () => {
  const all = routes();
  const cases = [...Object.keys(tenantCases), ...askedElsewhere];
  expect(all.filter((route) => !cases.includes(route))).toEqual([]);
  expect(cases.filter((route) => !all.includes(route))).toEqual([]);
});

describe("S1: one business with another's ids", () => {
  const tried = { routes: 0, withIds: 0 };

  test("gets 404 for what stands in the path, nothing of the other in any answer, and changes no row of it", async () => {
    const before = await tenants.rowsOf(b.ids.business!);
    for (const route of routes().filter((each) => each in tenantCases)) {
      const known = tenantCases[route]!;
      const isAdmin = route.includes(" /api/admin/");
      const { status, body } = await ask(a.owner, route, b.ids);
      const said = textOf(body);
      tried.routes++;
      if (namesForeign(known)) tried.withIds++;
      expect(status, `${route}: ${said}`).toBeLessThan(500);
      if (isAdmin) expect(status, route).toBe(403);
      else if (inPath(known)) expect([status, route], said).toEqual([404, route]);
      else if (namesForeign(known) && isUnsafe(route)) expect(status, `${route}: ${said}`).toBeGreaterThanOrEqual(400);
      expectNothingOf(b.ids, said, route);
      expect(await tenants.rowsOf(b.ids.business!), `${route} changed something of the other business`).toBe(before);
    }
    process.stdout.write(
      `isolation: ${tried.routes} routes tried, ${tried.withIds} of them with the other business's ids\n`,
    );
  }, 120_000);

  test("the ids are real: their own business is not told that they are unknown", async () => {
    const unknown: string[] = [];
    for (const route of routes().filter(
      (each) => each in tenantCases && inPath(tenantCases[each]!) && !isUnsafe(each),
    )) {
      const { status } = await ask(b.owner, route, b.ids);
      if (status === 404) unknown.push(route);
    }
    // Without a real file behind it, or with a token that is none.
    expect(unknown.filter((route) => !/recordings|media|feed|trace/.test(route))).toEqual([]);
  }, 60_000);

  test("an administrator inside the one sees nothing of the other, and no route outside a business", async () => {
    const before = await tenants.rowsOf(b.ids.business!);
    for (const route of tenantRoutesOf(tenants.api)) {
      const { status, body } = await ask(tenants.adminInA, route, b.ids);
      const said = textOf(body);
      expect(status, `${route}: ${said}`).toBeLessThan(500);
      if (inPath(tenantCases[route]!)) expect([status, route], said).toEqual([404, route]);
      expectNothingOf(b.ids, said, route);
    }
    expect(await tenants.rowsOf(b.ids.business!)).toBe(before);
  }, 120_000);
});

test("S2: without a login every route is 401, but for those that are for anybody", async () => {
  const { body } = await tenants.admin.ask<{ paths: Record<string, Record<string, { "x-access"?: string }>> }>(
    "/api/openapi.json",
  );
  let refused = 0;
  for (const route of routes()) {
    const [method = "", path = ""] = route.split(" ");
    if (body.paths[path.replace(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()]?.["x-access"] === "public") continue;
    const stranger = new Browser(tenants.api);
    await stranger.ask("/api/auth/csrf");
    expect((await ask(stranger, route, b.ids)).status, route).toBe(401);
    refused++;
  }
  process.stdout.write(`isolation: ${refused} routes refused without a login\n`);
}, 60_000);

test("S2: every change without the token, with another's, or from a foreign page is 403 and changes nothing", async () => {
  const before = await tenants.rowsOf(a.ids.business!);
  const forged: Record<string, string | null>[] = [
    { "X-CSRF-Token": null },
    { "X-CSRF-Token": b.owner.csrf },
    { "X-CSRF-Token": "x".repeat(43) },
    { Origin: "https://evil.example" },
    { Origin: "null" },
    { Origin: null, "Sec-Fetch-Site": "cross-site" },
  ];
  let refused = 0;
  for (const route of routes().filter(isUnsafe))
    for (const headers of forged) {
      expect((await ask(a.owner, route, a.ids, headers)).status, `${route} ${JSON.stringify(headers)}`).toBe(403);
      refused++;
    }
  expect(await tenants.rowsOf(a.ids.business!)).toBe(before);
  process.stdout.write(`isolation: ${refused} forged changes refused\n`);
}, 60_000);

test("S2: nothing is read for a foreign page with the session's cookie, and it leaves no trace; a link in a tab is followed", async () => {
  const crossSite = { "Sec-Fetch-Site": "cross-site" };
  const forged = [
    crossSite, // an address that tells no more
    { ...crossSite, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image" },
    { ...crossSite, "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", Origin: "https://evil.example" },
    { ...crossSite, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe" },
  ];
  const before = await tenants.rowsOf(a.ids.business!);
  for (const route of routes().filter((each) => !isUnsafe(each)))
    for (const headers of forged) {
      const { status, body } = await ask(a.owner, route, a.ids, headers);
      expect([status, body], `${route} ${JSON.stringify(headers)}`).toEqual([
        403,
        { error: { code: "forbidden", message: "foreign_origin" } },
      ]);
    }
  expect(await tenants.rowsOf(a.ids.business!)).toBe(before);
  const followed = { ...crossSite, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" };
  for (const headers of [followed, { "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors" }]) {
    const answer = await ask(a.owner, "GET /api/auth/me", a.ids, headers);
    expect([answer.status, answer.headers.get("cross-origin-resource-policy")]).toEqual([200, "same-origin"]);
  }
}, 60_000);
