import { afterAll, beforeAll, expect, test } from "bun:test";
import { eq, sql } from "drizzle-orm";
import { type BusinessId, type CustomerId, newId } from "../base/ids.ts";
import { seededRandom } from "../base/random.ts";
import type { Tx } from "./client.ts";
import { businesses } from "./schema/business.ts";
import { customers } from "./schema/customer.ts";
import { withSystem, withTenant } from "./tenant.ts";
import { type TestDatabase, testDatabase } from "./test-db.ts";

let db: TestDatabase;
const tenants = Array.from({ length: 6 }, () => newId<BusinessId>());

beforeAll(async () => {
  db = await testDatabase();
  for (const id of tenants)
    await withTenant(db, id, async (tx) => {
      await tx.insert(businesses).values({ id, name: id, timezone: "Asia/Jerusalem" });
      await tx.insert(customers).values({ id: newId(), businessId: id });
    });
});

afterAll(() => db.drop());

// A transaction that got another one's tenant would show one business's customers to another. The driver had a report
// of two transactions on one connection under load (postgres #823), so this hunts where it would happen: more work
// than connections, failures and plain reads in between.
test("thousands of mixed transactions never see another tenant's rows", async () => {
  const seed = Date.now() % 100_000;
  const random = seededRandom(seed);
  const pick = () => tenants[Math.floor(random() * tenants.length)] as BusinessId;
  const expectOwn = async (tenant: BusinessId): Promise<void> => {
    await withTenant(db, tenant, async (tx) => {
      const first = await tx.select().from(customers);
      await tx.execute(sql`select 1`);
      const second = await tx.select().from(businesses);
      expect([first.map((row) => row.businessId), second.map((row) => row.id)], `seed ${seed}`).toEqual([
        [tenant],
        [tenant],
      ]);
    });
  };
  const failing = (tenant: BusinessId): Promise<void> =>
    withTenant(db, tenant, async (tx) => {
      await tx.insert(customers).values({ id: newId(), businessId: tenant });
      throw new Error("undo");
    }).catch((error: Error) => expect(error.message).toBe("undo"));
  const stealing = (tenant: BusinessId): Promise<unknown> => {
    const other = tenants.find((id) => id !== tenant) as BusinessId;
    const theft = withTenant(db, tenant, (tx) => tx.insert(customers).values({ id: newId(), businessId: other }));
    return theft.then(
      () => expect(`seed ${seed}`).toBe("refused"),
      (error: { cause: { code: string } }) => expect(error.cause.code).toBe("42501"),
    );
  };
  const bare = async (): Promise<void> => expect(await db.orm.select().from(customers), `seed ${seed}`).toEqual([]);
  const system = async (): Promise<void> => {
    const rows = await withSystem(db, (tx) => tx.select().from(businesses));
    expect(rows.length, `seed ${seed}`).toBe(tenants.length);
  };
  const rounds = 60;
  for (let round = 0; round < rounds; round++) {
    const work = Array.from({ length: 50 }, () => {
      const dice = random();
      if (dice < 0.6) return expectOwn(pick());
      if (dice < 0.75) return failing(pick());
      if (dice < 0.85) return stealing(pick());
      return dice < 0.95 ? bare() : system();
    });
    await Promise.all(work);
  }
}, 60_000);

test("a tenant's number from the outside is data, not SQL", async () => {
  const hostile = "'; select set_config('role', 'app_system', true); --" as BusinessId;
  const rows = withTenant(db, hostile, (tx) => tx.select().from(businesses));
  expect(await rows.catch((error: { cause: { code: string } }) => error.cause.code)).toBe("22P02");
});

test("the tenant ends with its transaction", async () => {
  await withTenant(db, tenants[0] as BusinessId, (tx) => tx.select().from(businesses));
  for (let read = 0; read < 20; read++) expect(await db.orm.select().from(businesses)).toEqual([]);
});

test("a tenant can make its own business only", async () => {
  const id = newId<BusinessId>();
  const insert = withTenant(db, tenants[0] as BusinessId, (tx) =>
    tx.insert(businesses).values({ id, name: "x", timezone: "UTC" }),
  );
  expect(await insert.catch((error: { cause: { code: string } }) => error.cause.code)).toBe("42501");
  expect(await withSystem(db, (tx) => tx.select().from(businesses).where(eq(businesses.id, id)))).toEqual([]);
});

test("a transaction of a single statement is over with it, and keeps what it did", async () => {
  const [tenant] = tenants as [BusinessId];
  const id = newId<CustomerId>();
  const second = withTenant(
    db,
    tenant,
    async (tx) => {
      await tx.insert(customers).values({ id, businessId: tenant });
      await tx.select().from(businesses);
    },
    { single: true },
  );
  expect((await second.catch((error: unknown) => error)) as Error).toMatchObject({ code: "unavailable" });
  const read = () =>
    withTenant(db, tenant, (tx) => tx.select().from(customers).where(eq(customers.id, id)), { single: true });
  expect(await read()).toHaveLength(1);
  const failing = withTenant(db, tenant, (tx) => tx.execute(sql`select 1/0`), { single: true });
  expect(await failing.catch((error: { cause: { code: string } }) => error.cause.code)).toBe("22012");
  expect(await read()).toHaveLength(1);
  await withTenant(db, tenant, (tx) => tx.delete(customers).where(eq(customers.id, id)), { single: true });
  expect(await read()).toEqual([]);
});

// The connection is somebody else's by then.
test("a statement that comes after its transaction's end is refused", async () => {
  const [tenant] = tenants as [BusinessId];
  for (const single of [false, true]) {
    const late = await withTenant(
      db,
      tenant,
      async (tx) => {
        await tx.select().from(businesses);
        return tx;
      },
      { single },
    );
    expect(
      await late
        .select()
        .from(businesses)
        .catch((error: Error) => error.message),
    ).toContain("Failed query");
  }
});

test("plans are kept for the transaction that asks for it only", async () => {
  const modeOf = async (plans?: "kept") => {
    const shown = await withTenant(db, tenants[0]!, (tx) => tx.execute(sql`show plan_cache_mode`), plans && { plans });
    return shown[0]?.plan_cache_mode;
  };
  for (let round = 0; round < 12; round++) {
    expect(await modeOf("kept")).toBe("force_generic_plan");
    expect(await modeOf()).toBe("force_custom_plan");
  }
});

test("who waits too long for a row that somebody else changes is told to come again: it was called a bug", async () => {
  const [id] = tenants as [BusinessId];
  const change = (tx: Tx) => tx.update(businesses).set({ name: "renamed" }).where(eq(businesses.id, id));
  await withTenant(db, id, async (first) => {
    await change(first);
    const second = withTenant(db, id, async (tx) => {
      await tx.execute(sql`set local lock_timeout = 1`);
      await change(tx);
    });
    await expect(second).rejects.toMatchObject({ code: "unavailable", retryAfterSeconds: 1 });
  });
});
