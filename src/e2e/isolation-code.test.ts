import { afterAll, beforeAll, expect, test } from "bun:test";
import { tenantCases } from "./testing/tenant-cases.ts";
import {
  askRoute,
  expectNothingOf,
  inPath,
  isUnsafe,
  openTwoTenants,
  type TwoTenants,
  tenantRoutesOf,
  textOf,
} from "./testing/two-tenants.ts";

// K8, the other half of isolation.test.ts: the database does not keep the businesses apart here, so that only the code does.
// A statement that names no business shows or changes something of the other one.
let tenants: TwoTenants;
beforeAll(async () => {
  tenants = await openTwoTenants();
  await tenants.withoutRowSecurity();
}, 60_000);
afterAll(() => tenants.close(), 30_000);

test("without row-level security, too, one business reads and changes nothing of the other", async () => {
  const { a, b } = tenants;
  const before = await tenants.rowsOf(b.ids.business!);
  let tried = 0;
  for (const route of tenantRoutesOf(tenants.api))
    for (const ids of isUnsafe(route) ? [b.ids] : [b.ids, a.ids]) {
      const { status, body } = await askRoute(a.owner, route, ids);
      const said = textOf(body);
      expect(status, `${route}: ${said}`).toBeLessThan(500);
      if (ids === b.ids && inPath(tenantCases[route]!)) expect([status, route], said).toEqual([404, route]);
      expectNothingOf(b.ids, said, route);
      expect(await tenants.rowsOf(b.ids.business!), `${route} changed something of the other business`).toBe(before);
      tried++;
    }
  process.stdout.write(`isolation: ${tried} requests answered by the code alone\n`);
}, 120_000);
