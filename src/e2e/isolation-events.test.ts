import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "../app/testing/browser.ts";
import type { BusinessId } from "../base/ids.ts";
import { newId } from "../base/ids.ts";
import { announce, type LiveType, liveTypes, momentTypes } from "../db/announce.ts";
import { withTenant } from "../db/tenant.ts";
import { tenantCases } from "./testing/tenant-cases.ts";
import { askRoute, isUnsafe, openTwoTenants, routesOf, type TwoTenants } from "./testing/two-tenants.ts";

// S1, C1: everything that one business does, and every kind of thing that a live panel can be told; not a byte of it at
// the other's panels. The kinds are closed lists (db/announce.ts), so that a new one is tried by being in its list.
let tenants: TwoTenants;
beforeAll(async () => {
  tenants = await openTwoTenants();
}, 60_000);
afterAll(() => tenants.close(), 30_000);

interface Heard {
  type: string;
  id: string;
  version?: string;
  data?: unknown;
}

/** A panel's stream over HTTP; `until` reads on to the event with that id and returns all that came, as text and read. */
async function watch(who: Browser, lastSeen: string | null = null) {
  const headers = {
    Cookie: [...who.jar].map(([name, value]) => `${name}=${value}`).join("; "),
    ...(lastSeen === null ? {} : { "Last-Event-ID": lastSeen }),
  };
  const answer = await tenants.api.request("/api/events", { headers });
  expect(answer.status).toBe(200);
  const reader = answer.body!.getReader();
  let text = "";
  return {
    async until(id: string): Promise<{ text: string; events: Heard[] }> {
      while (!text.includes(`"${id}"`)) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`the stream ended before ${id}`);
        text += new TextDecoder().decode(value);
      }
      const data = text.split("\n").filter((line) => line.startsWith("data: "));
      return { text, events: data.map((line) => JSON.parse(line.slice("data: ".length)) as Heard) };
    },
    leave: () => reader.cancel(),
  };
}

const tell = (businessId: BusinessId, type: LiveType, id: string) =>
  withTenant(tenants.db, businessId, (tx) => announce(tx, { businessId, type, id }));

/** Nothing of the other business but what these are: the id of a row, a name, its own id. */
function expectNothingOfB(text: string): void {
  for (const [name, value] of Object.entries(tenants.b.ids))
    expect(text.includes(value), `a stream shows ${name} of the other business`).toBe(false);
}

describe("while the other business does all that can be done", () => {
  test("its panels hear of it, and those of this one and of an administrator inside this one hear nothing", async () => {
    const { a, b, adminInA, api } = tenants;
    const strangers = [await watch(a.owner), await watch(adminInA)];
    const own = await watch(b.owner);
    const acts = routesOf(api).filter((route) => isUnsafe(route) && route in tenantCases);
    for (const route of acts) await askRoute(b.owner, route, b.ids);
    const end = newId();
    for (const { businessId } of [b, a]) await tell(businessId, "business", end);
    const heard = new Set((await own.until(end)).events.map(({ type }) => type));
    expect([...heard].toSorted()).toEqual(
      expect.arrayContaining(["business", "customer", "lead", "lead_status", "meeting", "settings", "task"]),
    );
    for (const stranger of strangers) {
      const { text, events } = await stranger.until(end);
      expect(events.map(({ id }) => id)).toEqual([end]);
      expectNothingOfB(text);
    }
    process.stdout.write(`isolation: ${acts.length} acts of another business, none heard by 2 streams\n`);
  }, 60_000);
});

describe("every kind of fact", () => {
  test.each(liveTypes)("%s: heard by its business, live and after a gap, and by nobody else", async (type) => {
    const { a, b } = tenants;
    const [stranger, own] = [await watch(a.owner), await watch(b.owner)];
    const [before, fact, end] = [newId(), newId(), newId()];
    await tell(b.businessId, "business", before);
    const seen = (await own.until(before)).events.at(-1)!.version!;
    await tell(b.businessId, type, fact);
    for (const { businessId } of [b, a]) await tell(businessId, "business", end);
    expect((await own.until(end)).events).toContainEqual(expect.objectContaining({ type, id: fact }));
    expect((await stranger.until(end)).text).not.toContain(fact);
    // A place in the other's stream is a place in time and gives no right to what came there.
    const [strangerAgain, ownAgain] = [await watch(a.owner, seen), await watch(b.owner, seen)];
    expect((await strangerAgain.until(end)).events.map(({ id }) => id)).toEqual([end]);
    expect((await ownAgain.until(end)).events.map(({ id }) => id)).toEqual([fact, end]);
    for (const stream of [stranger, own, strangerAgain, ownAgain]) await stream.leave();
  });
});

describe("every kind of moment", () => {
  test.each(momentTypes)("%s: heard by its business, and by nobody else", async (type) => {
    const { a, b, hub } = tenants;
    const [stranger, own] = [await watch(a.owner), await watch(b.owner)];
    const [moment, end] = [newId(), newId()];
    hub.moment(b.businessId, type, moment, { text: b.ids.marker });
    for (const { businessId } of [b, a]) hub.moment(businessId, type, end, {});
    expect((await own.until(end)).events).toContainEqual({ type, id: moment, data: { text: b.ids.marker } });
    const { text, events } = await stranger.until(end);
    expect(events.map(({ id }) => id)).toEqual([end]);
    expectNothingOfB(text);
    for (const stream of [stranger, own]) await stream.leave();
  });
});
