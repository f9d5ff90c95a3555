import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { accessOf, route } from "../api/route.ts";
import { tenantOf } from "../api/tenant.ts";
import { AppError } from "../base/errors.ts";
import type { TestCallDesk } from "./desk.ts";
import { testCallSocketPath } from "./socket.ts";

const begun = z.object({
  callId: z.uuid(),
  callSid: z.string(),
  streamSid: z.string(),
  token: z.string(),
  socket: z.string(),
  /** `demo` = no model is configured: recorded sentences answer and say so. */
  voice: z.enum(["model", "demo"]),
});

/** `/api/test-call`: a call from the panel's microphone (V22). */
export function createTestCallApi({ testCalls, hasModel }: { testCalls: TestCallDesk; hasModel: boolean }) {
  return new Hono<ApiEnv>().post(
    "/api/test-call",
    route({ summary: "Begin a test call from the browser", tag: "calls", access: "staff", answer: begun, status: 201 }),
    async (c) => {
      const { userId, name } = accessOf(c);
      if (userId === null) throw new AppError("forbidden", "a test call needs a person");
      const call = await testCalls.begin(tenantOf(c), { userId, name });
      const voice = hasModel ? ("model" as const) : ("demo" as const);
      return c.json({ ...call, socket: testCallSocketPath, voice }, 201);
    },
  );
}
