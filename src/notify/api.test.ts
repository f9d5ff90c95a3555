import { afterAll, beforeAll, expect, test } from "bun:test";
import { Hono } from "hono";
import type { Access, ApiEnv } from "../api/env.ts";
import { systemClock } from "../base/clock.ts";
import { newId, type UserId } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import { withTenant } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { errorHandler } from "../http/errors.ts";
import { addBusiness } from "../tenants/business.ts";
import { createNotificationsApi } from "./api.ts";
import { notify } from "./create.ts";

interface Bell {
  items: { id: string; readAt: string | null }[];
  next: string | null;
  unread: number;
}

let db: TestDatabase;
let access: Access;
let strangers: Access;

beforeAll(async () => {
  db = await testDatabase();
  const member = async (phone: string): Promise<Access> => ({
    via: "session",
    userId: newId<UserId>(),
    name: "דנה",
    role: "agent",
    businessId: await addBusiness(db, { name: "מספרה", phone: phone as never }),
    impersonating: false,
  });
  access = await member("+97231110001");
  strangers = await member("+97231110002");
});
afterAll(() => db.drop());

const tell = (subject: string) =>
  withTenant(db, access.businessId!, (tx) =>
    notify(
      { businessId: access.businessId!, actor: { kind: "system" }, tx },
      { kind: "task_created", title: "t", subject },
    ),
  );

async function call(who: Access | undefined, path: string, method = "GET") {
  const app = new Hono<ApiEnv>();
  app.onError(errorHandler(silentLog));
  app.use(async (c, next) => {
    if (who) c.set("access", who);
    await next();
  });
  app.route("/", createNotificationsApi({ db, clock: systemClock }));
  const answer = await app.request(path, { method });
  return { status: answer.status, body: (await answer.json()) as Bell };
}

test("the bell shows the business's own lines, page by page, and what is unread", async () => {
  for (const subject of ["a", "b", "c"]) await tell(`page:${subject}`);
  const first = await call(access, "/api/notifications?limit=2");
  expect(first.body.items).toHaveLength(2);
  expect(Number(first.body.unread)).toBeGreaterThanOrEqual(3);
  const second = await call(access, `/api/notifications?limit=2&cursor=${first.body.next}`);
  expect(JSON.stringify(second.body.items)).not.toContain(first.body.items[0]!.id);
  expect((await call(strangers, "/api/notifications")).body as unknown).toEqual({ items: [], next: null, unread: 0 });
});

test("a line is read once it is marked; another business's line is not there to be marked", async () => {
  await tell("mark:1");
  const { body } = await call(access, "/api/notifications?limit=1");
  const { id } = body.items[0]!;
  expect((await call(strangers, `/api/notifications/${id}/read`, "POST")).status).toBe(404);
  expect((await call(access, `/api/notifications/${id}/read`, "POST")).body as unknown).toEqual({ marked: 1 });
  const { body: after } = await call(access, "/api/notifications?limit=1");
  expect(after.items[0]!.readAt).not.toBeNull();
});

test.each([
  ["nobody", undefined, "/api/notifications", "GET", 401],
  ["no id", "member", "/api/notifications/seven/read", "POST", 404],
  ["no number", "member", "/api/notifications?limit=many", "GET", 422],
  ["no cursor", "member", "/api/notifications?cursor=x", "GET", 422],
  ["a field that is none", "member", "/api/notifications?page=2", "GET", 422],
])("%s is refused", async (_what, who, path, method, status) => {
  expect((await call(who === undefined ? undefined : access, path, method)).status).toBe(status);
});
