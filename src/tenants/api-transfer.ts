import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { assertFresh } from "../api/fresh.ts";
import { json } from "../api/input.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { Database } from "../db/client.ts";
import { limits } from "../limits.ts";
import { type CodeCall, checkTransferCode, startTransferCheck } from "./transfer-check.ts";

export interface TransferDeps {
  db: Database;
  clock: Clock;
  /** The installation's secret. */
  secret: string;
  /** Places the call that reads the code. @throws AppError when the phone network does not take it. */
  readCode(call: CodeCall): Promise<void>;
}

const tag = "settings";
const codeInput = z.strictObject({ code: z.string().regex(/^\d{6}$/) });
const started = z.object({ expiresInSeconds: z.int() });

/** `/api/settings/transfer-check`: a call reads a code to the transfer number, and its person types it here (K16, V20). */
export const transferRoutes = ({ db, clock, secret, readCode }: TransferDeps) =>
  new Hono<ApiEnv>()
    .post(
      "/api/settings/transfer-check",
      route({
        summary: "Call the transfer number and read it a code",
        tag,
        access: "owner",
        answer: started,
        status: 202,
      }),
      async (c) => {
        assertFresh(c, clock.instant());
        await readCode(await inTenant(db, c, (ctx) => startTransferCheck(ctx, secret, clock.instant())));
        return c.json({ expiresInSeconds: limits.transferCodeMs / 1_000 }, 202);
      },
    )
    .post(
      "/api/settings/transfer-check/code",
      route({ summary: "Type the code that was read", tag, access: "owner" }),
      json(codeInput),
      async (c) => {
        const { code } = c.req.valid("json");
        const given = { secret, code, now: clock.instant() };
        const { verified, triesLeft } = await inTenant(db, c, (ctx) => checkTransferCode(ctx, given));
        if (verified) return c.body(null, 204);
        const retryAfterSeconds = limits.transferCodeMs / 1_000;
        if (triesLeft < 0) throw new AppError("rate_limited", "too many codes were typed", { retryAfterSeconds });
        throw new AppError("invalid", "another code was read", { fields: [{ path: "code", code: "wrong_code" }] });
      },
    );
