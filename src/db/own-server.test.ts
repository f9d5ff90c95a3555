import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { systemClock } from "../base/clock.ts";
import { type BusinessId, newId, type UserId } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import type { Phone } from "../base/phone.ts";
import { enqueue } from "../jobs/queue.ts";
import { createRunner } from "../jobs/runner.ts";
import { addBusiness, listBusinesses } from "../tenants/business.ts";
import type { DatabaseAddress } from "./address.ts";
import { type Database, openDatabase } from "./client.ts";
import { connectPostgres } from "./connect.ts";
import { type EmbeddedServer, startEmbedded } from "./embedded.ts";
import { migrate } from "./migrate.ts";
import { auditLog } from "./schema/audit.ts";
import { businesses } from "./schema/business.ts";
import { sessions, users } from "./schema/user.ts";
import { withSystem, withTenant } from "./tenant.ts";
import { installedVersions, makeContainersOwner, serverOf } from "./testing/installed-servers.ts";

// The house as an operator's own server gives it, and the container of compose.yaml: a login that owns its database but is no
// superuser, on the packaged PostgreSQL and on every older one that a distribution has installed here.
describe.each(["packaged", ...installedVersions])("PostgreSQL %s", (version) => {
  let folder: string;
  let server: EmbeddedServer;
  let address: DatabaseAddress;
  let db: Database;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "agentlocator-older-"));
    const root = join(folder, "database");
    server = await startEmbedded({ root, log: silentLog, ...serverOf(version), durable: false });
    await makeContainersOwner(server, "secret");
    if (server.address.kind !== "socket") throw new Error("unreachable");
    address = { ...server.address, user: "agentlocator", database: "agentlocator" };
    await migrate(address);
    await migrate(address);
    db = openDatabase({ address, log: silentLog, connections: 3 });
  }, 60_000);

  afterAll(async () => {
    await db.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("K8: the login of the containers is no superuser and bypasses nothing", async () => {
    const login = connectPostgres(address, { connections: 1 });
    const [role] = await login`select rolsuper, rolbypassrls from pg_roles where rolname = current_user`;
    await login.end();
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false });
  });

  test("tenants are apart for an owner who is no superuser", async () => {
    const mine = await addBusiness(db, { name: "mine", phone: "+97231111111" as Phone });
    const theirs = await addBusiness(db, { name: "theirs", phone: "+97232222222" as Phone });
    expect((await listBusinesses(db)).map(({ id }) => id)).toEqual(expect.arrayContaining([mine, theirs]));
    expect((await withTenant(db, mine, (tx) => tx.select().from(businesses))).map(({ id }) => id)).toEqual([mine]);
    expect(await db.orm.select().from(businesses)).toEqual([]);
    const stolen = withTenant(db, mine, (tx) => enqueue(tx, { businessId: theirs, queue: "q", payload: {} }));
    expect(await stolen.catch((error) => error.cause.code)).toBe("42501");
  });

  test("S3: a session that ends inside a business is written down for such an owner as well", async () => {
    const businessId = await addBusiness(db, { name: "inside", phone: "+97234444444" as Phone });
    const [userId, now] = [newId<UserId>(), systemClock.instant()];
    const session = {
      key: "k",
      userId,
      impersonatedTenantId: businessId,
      confirmedAt: now,
      seenAt: now,
      expiresAt: now,
    };
    const acts = await withSystem(db, async (tx) => {
      await tx.insert(users).values({ id: userId, email: "admin@example.com", name: "דנה", role: "system_admin" });
      await tx.insert(sessions).values(session);
      await tx.update(users).set({ status: "disabled" }).where(eq(users.id, userId));
      return tx.select().from(auditLog).where(eq(auditLog.userId, userId));
    });
    expect(acts).toMatchObject([{ action: "impersonation.stop", userId, actorName: "דנה" }]);
  });

  test("a login that may not create roles is told what it lacks", async () => {
    const superuser = connectPostgres(server.address, { connections: 1 });
    await superuser`create role powerless login`;
    await superuser`create database poor owner powerless`;
    // Roles are the server's: those of the house before must not help this one.
    await superuser.unsafe("alter role app_rt rename to app_rt_away");
    if (address.kind !== "socket") throw new Error("unreachable");
    const refused = await migrate({ ...address, user: "powerless", database: "poor" }).catch((error: Error) => error);
    await superuser.unsafe("alter role app_rt_away rename to app_rt");
    await superuser.end();
    expect((refused as Error).message).toBe(
      "the database's user needs CREATEROLE, for the roles that keep businesses apart",
    );
  });

  test("a login that comes to roles of another one is told the statement that gives them to it, and needs no more", async () => {
    const superuser = connectPostgres(server.address, { connections: 1 });
    await superuser`create role newcomer login`;
    await superuser`create database second owner newcomer`;
    if (address.kind !== "socket") throw new Error("unreachable");
    const second = { ...address, user: "newcomer", database: "second" };
    const refused = (await migrate(second).catch((error: Error) => error)) as Error;
    expect(refused.message).toContain("belong to another login; run as a superuser of the database: grant app_rt");
    await superuser.unsafe(refused.message.split("database: ")[1]!);
    await superuser.end();
    await migrate(second);
    const other = openDatabase({ address: second, log: silentLog, connections: 1 });
    expect(await listBusinesses(other)).toEqual([]);
    await other.close();
  });

  test("jobs run", async () => {
    const id = await addBusiness(db, { name: "jobs", phone: "+97233333333" as Phone });
    const done = Promise.withResolvers<BusinessId | null>();
    const handlers = { q: async (job: { businessId: BusinessId | null }) => done.resolve(job.businessId) };
    const runner = createRunner({ db, handlers, clock: systemClock, log: silentLog, random: Math.random });
    runner.start();
    await withTenant(db, id, (tx) => enqueue(tx, { businessId: id, queue: "q", payload: { id: newId() } }));
    expect(await done.promise).toBe(id);
    await runner.stop();
  });
});
