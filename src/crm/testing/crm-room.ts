import { door, member } from "../../api/testing/door.ts";
import { systemClock } from "../../base/clock.ts";
import { testBusiness } from "../../calendar/testing/test-business.ts";
import type { TestDatabase } from "../../db/test-db.ts";
import { createCrmApi } from "../api.ts";

/** The routes of the CRM, with two businesses that must never see each other. */
export async function crmRoom(db: TestDatabase) {
  const [business, other] = [await testBusiness(db), await testBusiness(db)];
  const { ask, json } = door(createCrmApi({ db, clock: systemClock }));
  return { db, business, other, owner: member(business.businessId), stranger: member(other.businessId), ask, json };
}

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
