import { Hono } from "hono";
import type { Access, ApiEnv } from "../../api/env.ts";
import { door, member } from "../../api/testing/door.ts";
import { systemClock } from "../../base/clock.ts";
import { silentLog } from "../../base/log.ts";
import { testBusiness } from "../../calendar/testing/test-business.ts";
import { users } from "../../db/schema/user.ts";
import { withSystem } from "../../db/tenant.ts";
import type { TestDatabase } from "../../db/test-db.ts";
import { errorHandler } from "../../http/errors.ts";
import { createCrmApi } from "../api.ts";

/** The routes of the CRM, with two businesses that must never see each other. */
export async function crmRoom(db: TestDatabase) {
  const [business, other] = [await testBusiness(db), await testBusiness(db)];
  const api = createCrmApi({ db, clock: systemClock, countExport: () => {} });
  const { ask, json } = door(api);
  const [owner, stranger] = [member(business.businessId), member(other.businessId)];
  for (const { userId, businessId } of [owner, stranger])
    await withSystem(db, (tx) =>
      tx.insert(users).values({ id: userId!, businessId, email: `${userId}@example.com`, name: "דנה", role: "owner" }),
    );
  return { db, business, other, owner, stranger, ask, json, send: sender(api) };
}

/** Posts bytes or a form as they are. */
const sender = (api: Hono<ApiEnv>) => (who: Access, path: string, body: BodyInit) => {
  const app = new Hono<ApiEnv>();
  app.onError(errorHandler(silentLog));
  app.use(async (c, next) => {
    c.set("access", who);
    await next();
  });
  app.route("/", api);
  const headers = body instanceof FormData ? {} : { "Content-Type": "text/csv" };
  return app.request(path, { method: "POST", body, headers });
};

export type CrmRoom = Awaited<ReturnType<typeof crmRoom>>;

/** What must never get further than a refusal with the field's name. */
export const nasty = {
  "300 letters": "א".repeat(300),
  NUL: "דנה\u0000",
  "half a character": "דנה\ud800",
  nothing: "   ",
};

/** What is kept letter for letter: the panel escapes it where it shows it. */
export const harmless = {
  HTML: "<img src=x onerror=alert(1)>",
  emoji: "דנה 👩🏽‍🔧 כהן",
  SQL: "'; drop table leads; --",
  "a formula": "=HYPERLINK(1)",
  bidi: "abc \u202e דנה",
};
