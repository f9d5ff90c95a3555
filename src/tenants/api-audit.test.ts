import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Access } from "../api/env.ts";
import { door, member } from "../api/testing/door.ts";
import { systemClock } from "../base/clock.ts";
import { type BusinessId, newId } from "../base/ids.ts";
import { auditLog } from "../db/schema/audit.ts";
import { withTenant } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { createTenantsApi } from "./api.ts";
import { addBusiness } from "./business.ts";

interface AuditPage {
  items: { action: string; userId: string | null }[];
  next: string | null;
}

let db: TestDatabase;
let api: ReturnType<typeof door>;
let owner: Access;
let stranger: Access;
const [dana, ron] = [newId(), newId()];

const act = (businessId: BusinessId, userId: string, action: string, at: string) =>
  withTenant(db, businessId, (tx) =>
    tx.insert(auditLog).values({
      id: newId(),
      businessId,
      userId,
      actorName: "דנה",
      action,
      subject: "x",
      detail: {},
      createdAt: Temporal.Instant.from(at),
    }),
  );

beforeAll(async () => {
  db = await testDatabase();
  api = door(
    createTenantsApi({ db, followRules: async () => {}, clock: systemClock, secret: "s", readCode: async () => {} }),
  );
  owner = member(await addBusiness(db, { name: "מספרת דנה" }));
  stranger = member(await addBusiness(db, { name: "מוסך" }));
  const mine = owner.businessId!;
  await act(mine, dana, "lead.add", "2026-03-01T21:59:59Z"); // in Jerusalem still the first of March
  await act(mine, ron, "lead_status.add", "2026-03-01T22:00:00Z");
  await act(mine, dana, "lead.export", "2026-03-02T10:00:00Z");
  await act(mine, ron, "lead.change", "2026-03-02T10:00:00Z");
  await act(mine, dana, "team.invite", "2026-03-02T22:00:00Z");
  await act(stranger.businessId!, dana, "lead.erase", "2026-03-02T11:00:00Z");
});
afterAll(() => db.drop());

const read = async (who: Access, query: string) => (await api.json<AuditPage>(who, `/api/audit?${query}`)).body;
const acts = async (who: Access, query: string) =>
  (await read(who, query)).items.map(({ action }) => action).toSorted();

test.each([
  [`userId=${dana}`, ["lead.add", "lead.export", "team.invite"]],
  ["action=lead", ["lead.add", "lead.change", "lead.export"]],
  ["action=lead.export", ["lead.export"]],
  ["from=2026-03-02&to=2026-03-02", ["lead.change", "lead.export", "lead_status.add"]],
  [`userId=${ron}&action=lead&from=2026-03-02&to=2026-03-02`, ["lead.change"]],
  [`userId=${newId()}`, []],
])("%s narrows the audit to acts of this business", async (query, found) => {
  expect(await acts(owner, query)).toEqual(found);
});

const march = "from=2026-03-01&to=2026-03-03";

test("pages follow each other without a gap or a repetition, also between acts of one instant", async () => {
  const whole = await read(owner, march);
  const parts: AuditPage["items"] = [];
  let cursor = "";
  do {
    const page = await read(owner, `${march}&limit=1${cursor}`);
    parts.push(...page.items);
    cursor = page.next === null ? "" : `&cursor=${encodeURIComponent(page.next)}`;
  } while (cursor !== "");
  expect(parts).toEqual(whole.items);
  expect(parts).toHaveLength(5);
});

test("another business's cursor and person open nothing of it", async () => {
  const { next } = await read(owner, "limit=1");
  expect(await acts(stranger, `cursor=${encodeURIComponent(next!)}`)).toEqual(["lead.erase"]);
  expect(await acts(stranger, `userId=${dana}`)).toEqual(["lead.erase"]);
  expect(await acts(stranger, `userId=${ron}`)).toEqual([]);
});
