import { expect, test } from "bun:test";
import { join } from "node:path";
import { and, eq } from "drizzle-orm";
import { meetings } from "../db/schema/meeting.ts";
import { testDatabase } from "../db/test-db.ts";
import type { RaceInput } from "./booking-race.worker.ts";
import { testBusiness } from "./testing/test-business.ts";

// Two customers were once told the same hour is theirs: check and insert were two steps. Here two processes book each of
// 50 slots 20 times each at one moment; the database gives every slot to exactly one of the 40.
test("50 slots, 20 racing bookings each from two processes: exactly 50 meetings", async () => {
  const db = await testDatabase();
  const business = await testBusiness(db, { customers: 20 });
  const startMs = Date.parse("2026-11-25T07:00:00Z");
  const slots = Array.from({ length: 50 }, (_, index) => ({
    resourceId: business.resourceIds[0] as string,
    startMs: startMs + index * 1_800_000,
    endMs: startMs + (index + 1) * 1_800_000,
  }));
  const input: RaceInput = {
    address: db.address,
    businessId: business.businessId,
    customerIds: business.customerIds,
    slots,
    now: "2026-11-24T08:15:00Z",
  };
  const race = async (): Promise<{ booked: number; taken: number }> => {
    const child = Bun.spawn([process.execPath, "--no-install", join(import.meta.dir, "booking-race.worker.ts")], {
      stdin: new Blob([JSON.stringify(input)]),
      stdout: "pipe",
      stderr: "inherit",
    });
    return JSON.parse(await new Response(child.stdout).text());
  };
  const [one, other] = await Promise.all([race(), race()]);
  expect(one.booked + other.booked).toBe(50);
  expect(one.taken + other.taken).toBe(50 * 40 - 50);
  const rows = await business.run((ctx) =>
    ctx.tx
      .select()
      .from(meetings)
      .where(and(eq(meetings.businessId, business.businessId), eq(meetings.status, "booked"))),
  );
  expect(new Set(rows.map((row) => row.startsAt.epochMilliseconds)).size).toBe(50);
  expect(rows.length).toBe(50);
  await db.drop();
}, 60_000);
