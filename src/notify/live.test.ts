import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { Browser } from "../app/testing/browser.ts";
import { addPerson, password, testApi } from "../app/testing/people.ts";
import { createSessionCache } from "../auth/session-cache.ts";
import { systemClock } from "../base/clock.ts";
import { type BusinessId, newId } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import { announce, type LiveType } from "../db/announce.ts";
import { sessionsChannel } from "../db/change-notice.ts";
import { connectPostgres } from "../db/connect.ts";
import { businesses } from "../db/schema/business.ts";
import { users } from "../db/schema/user.ts";
import { withSystem, withTenant } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { limits } from "../limits.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { addBusiness } from "../tenants/business.ts";
import { createLiveHub, type LiveHub } from "./live.ts";

let db: TestDatabase;
let a: BusinessId;
let b: BusinessId;
const hubs: LiveHub[] = [];

beforeAll(async () => {
  db = await testDatabase();
  a = await addBusiness(db, { name: "עסק א", phone: "+97231110001" as never });
  b = await addBusiness(db, { name: "עסק ב", phone: "+97231110002" as never });
});
afterEach(async () => {
  for (const hub of hubs.splice(0)) await hub.close();
});
afterAll(() => db.drop());

async function openHub(clock = systemClock): Promise<LiveHub> {
  const hub = createLiveHub({ db, clock, log: silentLog, random: Math.random });
  hubs.push(hub);
  await hub.listening;
  return hub;
}

interface Event {
  id?: string;
  event?: string;
  data?: { type: string; id: string; version?: string; data?: unknown };
}

/** Reads an event stream as a browser does. */
class Panel {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = "";
  lastId: string | null = null;
  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }
  /** The next event that carries data; null = the stream has ended. */
  async next(): Promise<Event["data"] | null> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end < 0) {
        const { done, value } = await this.#reader.read();
        if (done) return null;
        this.#text += new TextDecoder().decode(value);
        continue;
      }
      const lines = this.#text.slice(0, end).split("\n");
      this.#text = this.#text.slice(end + 2);
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      this.lastId = field("id") ?? this.lastId;
      const data = field("data");
      if (data !== undefined) return JSON.parse(data) as Event["data"];
    }
  }
  leave = () => this.#reader.cancel();
}

const owner = (businessId: BusinessId, sessionKey: string = newId()) => ({
  businessId,
  sessionKey,
  expiresAt: systemClock.instant().add({ hours: 1 }),
});
const watch = (hub: LiveHub, businessId: BusinessId, lastSeen: string | null = null) =>
  new Panel(hub.open(owner(businessId), lastSeen));
const tell = (businessId: BusinessId, id: string, type: LiveType = "lead") =>
  withTenant(db, businessId, (tx) => announce(tx, { businessId, type, id }));

test("a change reaches every open panel of the business, in every process, and none of another", async () => {
  const [one, other] = [await openHub(), await openHub()];
  const panels = [watch(one, a), watch(one, a), watch(other, a)];
  const stranger = watch(one, b);
  await tell(a, "lead-1");
  for (const panel of panels) expect(await panel.next()).toMatchObject({ type: "lead", id: "lead-1" });
  await tell(b, "lead-2");
  expect(await stranger.next()).toMatchObject({ id: "lead-2" });
});

test("what is rolled back is told to nobody", async () => {
  const panel = watch(await openHub(), a);
  const failing = withTenant(db, a, async (tx) => {
    await announce(tx, { businessId: a, type: "lead", id: "never" });
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  await tell(a, "after");
  expect(await panel.next()).toMatchObject({ id: "after" });
});

test("whoever comes back is told what it missed, also by another process", async () => {
  const [one, other] = [await openHub(), await openHub()];
  const watcher = watch(other, a);
  const panel = watch(one, a);
  await tell(a, "seen");
  await panel.next();
  await watcher.next();
  const seen = panel.lastId;
  await panel.leave();
  for (const id of ["missed-1", "missed-2"]) await tell(a, id);
  await tell(b, "not-mine");
  expect([(await watcher.next())?.id, (await watcher.next())?.id]).toEqual(["missed-1", "missed-2"]);
  const back = watch(other, a, seen);
  expect([(await back.next())?.id, (await back.next())?.id]).toEqual(["missed-1", "missed-2"]);
  await tell(a, "live-again");
  expect((await back.next())?.id).toBe("live-again");
});

test("a panel that saw nothing before its gap comes back without a reset; an unknown place is a reset", async () => {
  const hub = await openHub();
  const panel = watch(hub, a);
  await tell(b, "to-start-the-listening");
  const reading = panel.next();
  await panel.leave();
  await reading;
  await tell(a, "missed");
  const probe = watch(hub, a, panel.lastId);
  expect((await probe.next())?.id).toBe("missed");
  const lost = watch(hub, a, newId());
  expect((await lost.next())?.type).toBe("reset");
  await tell(a, "afterwards");
  expect((await lost.next())?.id).toBe("afterwards");
});

test("changes of one moment go out together, of one thing only the last", async () => {
  const clock = createVirtualClock();
  const hub = await openHub(clock);
  const real = await openHub();
  const [panel, witness] = [watch(hub, a), watch(real, a)];
  await withTenant(db, a, async (tx) => {
    for (const id of ["x", "y", "x"]) await announce(tx, { businessId: a, type: "task", id });
  });
  await withTenant(db, a, (tx) => announce(tx, { businessId: a, type: "task", id: "end" }));
  while ((await witness.next())?.id !== "end");
  clock.advance(limits.liveGatherMs);
  expect([(await panel.next())?.id, (await panel.next())?.id, (await panel.next())?.id]).toEqual(["y", "x", "end"]);
});

test("a reader that takes nothing is let go and holds nobody up", async () => {
  const clock = createVirtualClock();
  const hub = await openHub(clock);
  const [slow, quick] = [watch(hub, a), watch(hub, a)];
  for (let beat = 0; beat <= limits.liveBehindMax + 2; beat++) {
    hub.moment(a, "call-level", "call-1", { beat });
    expect(await quick.next()).toEqual({ type: "call-level", id: "call-1", data: { beat } });
  }
  expect(hub.size).toBe(1);
  for (;;) if ((await slow.next()) === null) break;
});

test("moments go to who watches, and cost nothing when nobody does", async () => {
  const hub = await openHub();
  expect(hub.watches(a)).toBe(false);
  hub.moment(a, "call-level", "call-1", 1);
  const panel = watch(hub, a);
  expect([hub.watches(a), hub.watches(b)]).toEqual([true, false]);
  hub.moment(b, "call-level", "call-2", 2);
  hub.moment(a, "call-level", "call-1", 3);
  expect(await panel.next()).toEqual({ type: "call-level", id: "call-1", data: 3 });
});

test("a session's streams are bounded; a stream ends with the session's time", async () => {
  const clock = createVirtualClock(systemClock.instant());
  const hub = await openHub(clock);
  const mine = owner(a);
  for (let tab = 0; tab < limits.liveStreamsPerSessionMax; tab++) hub.open(mine, null);
  expect(() => hub.open(mine, null)).toThrow("too many");
  expect(hub.size).toBe(limits.liveStreamsPerSessionMax);
  clock.advance(60 * 60_000 + limits.liveBeatMs);
  expect(hub.size).toBe(0);
});

test("a business's streams are bounded, whoever opens them; another business is let in, and so is its own when one has left", async () => {
  const hub = await openHub();
  const first = hub.open(owner(a), null);
  while (hub.size < limits.liveStreamsPerBusinessMax) hub.open(owner(a), null);
  expect(() => hub.open(owner(a), null)).toThrow(
    expect.objectContaining({ code: "rate_limited", retryAfterSeconds: 5 }),
  );
  hub.open(owner(b), null);
  await first.cancel();
  hub.open(owner(a), null);
  expect(hub.size).toBe(limits.liveStreamsPerBusinessMax + 1);
});

/** A logged-in panel with its stream open over HTTP. */
async function connected(role: "system_admin" | "agent" = "agent") {
  const hub = await openHub();
  const app = testApi(db, undefined, undefined, hub);
  const browser = new Browser(app);
  const person = await addPerson(db, role, role === "agent" ? a : null);
  await browser.login(person.email, password);
  const stream = async (since?: string) => {
    const headers = { Cookie: [...browser.jar].map(([name, value]) => `${name}=${value}`).join("; ") };
    const path = since === undefined ? "/api/events" : `/api/events?since=${since}`;
    const answer = await app.request(path, { headers });
    return { answer, panel: new Panel(answer.body!) };
  };
  return { browser, stream, hub, ...person };
}

test("over HTTP it is an event stream that nobody stores; without a session it is 401", async () => {
  const { browser, stream, hub } = await connected();
  const { answer, panel } = await stream();
  expect(answer.headers.get("content-type")).toStartWith("text/event-stream");
  expect(answer.headers.get("cache-control")).toContain("no-store");
  await tell(a, "over-http");
  expect((await panel.next())?.id).toBe("over-http");
  expect(hub.size).toBe(1);
  browser.jar.clear();
  expect((await browser.ask("/api/events")).status).toBe(401);
});

// What a page loads between who is logged in and its first stream would otherwise stay as it was until the next fact.
test("the first stream begins where the answer about who is logged in ended", async () => {
  const { browser, stream, hub } = await connected();
  const colleague = watch(hub, a);
  await tell(a, "before");
  await colleague.next();
  const { latest } = (await browser.ask<{ latest: string }>("/api/auth/me")).body;
  await tell(a, "meanwhile");
  await colleague.next();
  const { panel } = await stream(latest);
  expect((await panel.next())?.id).toBe("meanwhile");
  await tell(a, "afterwards");
  expect((await panel.next())?.id).toBe("afterwards");
  const unknown = (await stream("from another life")).panel;
  expect((await unknown.next())?.type).toBe("reset");
});

// After an outage of network or process every panel is back at once; one question of the database each is more than may wait.
test("hundreds of panels that come back in one instant are all let in, and those of an ended session are not", async () => {
  const hub = await openHub();
  const sessions = createSessionCache({ db, clock: systemClock, random: Math.random });
  const app = testApi(db, undefined, undefined, hub, sessions);
  const browsers = await Promise.all(
    Array.from({ length: 13 }, async () => {
      const browser = new Browser(app);
      await browser.login((await addPerson(db, "agent", a)).email, password);
      return browser;
    }),
  );
  const answers = await Promise.all(
    browsers.flatMap(({ jar }) => {
      const headers = { Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") };
      return Array.from({ length: limits.liveStreamsPerSessionMax }, () => app.request("/api/events", { headers }));
    }),
  );
  expect([...new Set(answers.map(({ status }) => status))]).toEqual([200]);
  await browsers[0]!.ask("/api/auth/logout", { method: "POST" });
  await tell(a, "after-the-herd");
  const panels = answers.map(({ body }) => new Panel(body!));
  const told = await Promise.all(panels.map(async (panel) => (await panel.next())?.id ?? null));
  expect(told.filter((id) => id === null)).toHaveLength(limits.liveStreamsPerSessionMax);
  expect(new Set(told)).toEqual(new Set([null, "after-the-herd"]));
  await sessions.close();
});

test("the stream ends at logout", async () => {
  const { browser, stream } = await connected();
  const { panel } = await stream();
  await browser.ask("/api/auth/logout", { method: "POST" });
  expect(await panel.next()).toBeNull();
});

test("the stream ends when the person gets another role or is disabled, whoever does it", async () => {
  for (const change of [{ role: "owner" as const }, { status: "disabled" as const }]) {
    const { browser, stream, id } = await connected();
    const { panel } = await stream();
    // As the tenant itself may do it, without any right on sessions.
    await withTenant(db, a, (tx) => tx.update(users).set(change).where(eq(users.id, id)));
    expect(await panel.next()).toBeNull();
    expect((await browser.ask("/api/auth/me")).status).toBe(401);
  }
});

test("the stream ends when the business is suspended", async () => {
  const { stream } = await connected();
  const { panel } = await stream();
  const set = (status: "active" | "suspended") =>
    withSystem(db, (tx) => tx.update(businesses).set({ status }).where(eq(businesses.id, a)));
  await set("suspended");
  try {
    expect(await panel.next()).toBeNull();
  } finally {
    await set("active");
  }
});

test("an administrator's stream ends when they enter or leave a business", async () => {
  const { browser, stream } = await connected("system_admin");
  expect((await stream()).answer.status).toBe(403);
  await browser.ask("/api/auth/impersonation", { body: { businessId: a } });
  const inA = (await stream()).panel;
  await tell(a, "in-a");
  expect((await inA.next())?.id).toBe("in-a");
  await browser.ask("/api/auth/impersonation", { method: "DELETE" });
  expect(await inA.next()).toBeNull();
});

test("a session that ends announces its key, whoever ends it", async () => {
  const sql = connectPostgres(db.address, { connections: 2 });
  const heard: string[] = [];
  const { browser, id } = await connected();
  const end = Promise.withResolvers<void>();
  await sql.listen(sessionsChannel, (payload) => {
    heard.push(payload);
    end.resolve();
  });
  await withSystem(db, (tx) => tx.delete(users).where(eq(users.id, id)));
  await end.promise;
  expect(heard).toHaveLength(1);
  expect((await browser.ask("/api/auth/me")).status).toBe(401);
  await sql.end();
});
