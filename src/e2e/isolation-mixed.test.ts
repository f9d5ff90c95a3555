import { afterAll, beforeAll, expect, test } from "bun:test";
import { type TenantCase, tenantCases } from "./testing/tenant-cases.ts";
import type { Seeded } from "./testing/tenant-seed.ts";
import {
  askRoute,
  expectNothingOf,
  isUnsafe,
  openTwoTenants,
  type TwoTenants,
  tenantRoutesOf,
  textOf,
} from "./testing/two-tenants.ts";

// S1: one id at a time is another's, and every other one in path, query and body is the asker's own: a parent of mine says
// nothing of a child of theirs. And whatever is another's is answered as if nobody had it.
let tenants: TwoTenants;
beforeAll(async () => {
  tenants = await openTwoTenants();
}, 60_000);
afterAll(() => tenants.close(), 30_000);

const routes = (): string[] => tenantRoutesOf(tenants.api);

const namesIn = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!))];
const pathNames = ({ at = "" }: TenantCase): string[] => namesIn(at.split("?")[0] ?? "");
const allNames = ({ at = "", body }: TenantCase): string[] => namesIn(at + JSON.stringify(body ?? ""));

/** What nobody has, as well-formed as what somebody has. */
const nobodys = (name: string): string =>
  ({ phone: "+972535559999", email: "nobody@example.com", status: "nobody_status", marker: "NOBODYS1" })[name] ??
  crypto.randomUUID();

/** That an address or a number is in use is told to whoever wants it: it can be had once in the whole installation. */
const isTakenFor: Readonly<Record<string, string>> = { "POST /api/team": "email", "POST /api/numbers": "phone" };

/** Exports are counted before anything is looked up: which of two is one too many says nothing of the id. */
const isCounted = (route: string): boolean => route.includes("/export");

const said = ({ body }: { body: unknown }): string => textOf(body);

test("an own parent with another's child is refused and shows nothing, wherever the foreign id stands", async () => {
  const { a, b } = tenants;
  const rows = async (ids: Seeded) => tenants.rowsOf(ids.business!);
  let tried = 0;
  for (const route of routes()) {
    const known = tenantCases[route]!;
    for (const foreign of allNames(known)) {
      if (isTakenFor[route] === foreign) continue;
      const before = [await rows(a.ids), await rows(b.ids)];
      const answer = await askRoute(a.owner, route, { ...a.ids, [foreign]: b.ids[foreign]! });
      const what = `${route} with a foreign ${foreign}: ${answer.status} ${said(answer)}`;
      if (answer.status === 429 && isCounted(route)) continue;
      if (pathNames(known).includes(foreign)) expect(answer.status, what).toBe(404);
      else if (isUnsafe(route)) expect(answer.status, what).toBeOneOf([404, 409, 422]);
      else expect(answer.status, what).toBeLessThan(500);
      expectNothingOf(b.ids, said(answer), route);
      const after = [await rows(a.ids), await rows(b.ids)];
      if (isUnsafe(route)) expect(after, `${what} changed something`).toEqual(before);
      tried++;
    }
  }
  process.stdout.write(`isolation: ${tried} own parents with a foreign id tried\n`);
}, 120_000);

test("what is another's is answered as what nobody has, in status and body", async () => {
  const { a, b } = tenants;
  let compared = 0;
  for (const route of routes())
    for (const foreign of allNames(tenantCases[route]!)) {
      if (isTakenFor[route] === foreign || isCounted(route)) continue;
      const unknown = nobodys(foreign);
      const asked = (id: string) => askRoute(a.owner, route, { ...a.ids, [foreign]: id });
      const one = await asked(b.ids[foreign]!);
      const other = await asked(unknown);
      // A sentence may repeat what was sent.
      const spoken = said(one).replaceAll(b.ids[foreign]!, unknown);
      expect([one.status, spoken], `${route} with a foreign ${foreign}`).toEqual([other.status, said(other)]);
      compared++;
    }
  process.stdout.write(`isolation: ${compared} foreign ids answered as unknown ones\n`);
}, 120_000);
