import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { param } from "../api/input.ts";
import { route } from "../api/route.ts";
import { inTenant, tenantOf } from "../api/tenant.ts";
import { AppError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import { maskPhone, type Phone } from "../base/phone.ts";
import { phoneText } from "../base/phone-text.ts";
import type { Database } from "../db/client.ts";
import { changed } from "../tenants/changed.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { listNumbers } from "../tenants/numbers.ts";
import {
  addressesAt,
  checkNames,
  checkNumber,
  checkReasons,
  checkStates,
  type NumberCheckDeps,
} from "./check-number.ts";

export interface NumbersApiDeps extends NumberCheckDeps {
  db: Database;
  /** The business's WhatsApp sender at Twilio; null = it has none. */
  senderOf(businessId: BusinessId): Promise<string | null>;
}

const text = z.string().nullable();
const checked = z.object({
  phone: z.string(),
  /** Whether `connect` can mend what is wrong at Twilio. */
  canConnect: z.boolean(),
  checks: z.array(
    z.object({
      name: z.enum(checkNames),
      state: z.enum(checkStates),
      found: text,
      wanted: text,
      reason: z.enum(checkReasons).nullable(),
    }),
  ),
});
const oneNumber = z.strictObject({ phone: phoneText });
const tag = "numbers";

/** Whether callers of a number reach the assistant, and pointing the number at us. */
export function createNumbersApi(deps: NumbersApiDeps) {
  const { db, numbers, publicBaseUrl, senderOf } = deps;
  const look = async (businessId: BusinessId, phone: Phone) => {
    const { checks, sid } = await checkNumber(deps, { phone, isSender: (await senderOf(businessId)) === phone });
    return { phone, checks, sid };
  };
  const shown = ({ sid, ...found }: Awaited<ReturnType<typeof look>>) => ({ ...found, canConnect: sid !== null });
  return new Hono<ApiEnv>()
    .get(
      "/api/numbers/:phone/check",
      route({ summary: "Ask Twilio whether calls to a number reach us", tag, access: "owner", answer: checked }),
      param(oneNumber),
      async (c) => {
        const { phone } = c.req.valid("param");
        await inTenant(db, c, (ctx) => assertOwn(ctx, phone));
        return c.json(shown(await look(tenantOf(c), phone)));
      },
    )
    .post(
      "/api/numbers/:phone/connect",
      route({ summary: "Point a number at us at Twilio", tag, access: "owner", answer: checked }),
      param(oneNumber),
      async (c) => {
        const { phone } = c.req.valid("param");
        await inTenant(db, c, (ctx) => assertOwn(ctx, phone));
        const found = await numbers.find(phone);
        if (found === null)
          throw new AppError("invalid", "the account has no such number", {
            public: "not_in_account",
            fields: [{ path: "phone", code: "not_in_account" }],
          });
        // Written down first: nothing is changed at Twilio that the log does not know of.
        const detail = { number: maskPhone(phone) };
        await inTenant(db, c, (ctx) =>
          changed(ctx, "number", phone, { action: "number.connect", subject: "number", detail }),
        );
        await numbers.point(found.sid, addressesAt(publicBaseUrl()));
        return c.json(shown(await look(tenantOf(c), phone)));
      },
    );
}

/** @throws AppError "not_found" when the business has no such number. */
async function assertOwn(ctx: Ctx, phone: Phone): Promise<void> {
  if (!(await listNumbers(ctx)).includes(phone)) throw new AppError("not_found", "the business has no such number");
}
