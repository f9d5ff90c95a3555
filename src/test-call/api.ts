import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { accessOf, personOf, route } from "../api/route.ts";
import { tenantOf } from "../api/tenant.ts";
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
    route({
      summary: "Begin a test call from the browser",
      tag: "calls",
      access: "staff",
      person: true,
      answer: begun,
      status: 201,
    }),
    async (c) => {
      const call = await testCalls.begin(tenantOf(c), { userId: personOf(c), name: accessOf(c).name });
      const voice = hasModel ? ("model" as const) : ("demo" as const);
      return c.json({ ...call, socket: testCallSocketPath, voice }, 201);
    },
  );
}
