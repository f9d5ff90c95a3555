import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { describeError } from "../base/errors.ts";
import { limits } from "../limits.ts";
import { answerIncomingCall } from "./answer-incoming.ts";
import { answerStreamEnded, answerTransferResult } from "./answer-next.ts";
import { CallQuota } from "./call-quota.ts";
import type { Instruction } from "./call-register.ts";
import { takeRecording, takeStatus, takeStreamStatus } from "./take-reports.ts";
import { createSignedRoute, type VoiceWebhookDeps, type Webhook } from "./webhook.ts";

export type VoiceEdgeDeps = Omit<VoiceWebhookDeps, "quota">;

/**
 * Twilio's voice callbacks. Every one is signed and idempotent, waits for the database no longer than
 * `limits.webhookDatabaseMs`, and answers a caller with something to hear whatever fails behind it.
 */
export function createVoiceWebhooks(given: VoiceEdgeDeps): Hono {
  const quota = new CallQuota(given.clock, (callSid) => given.desk.find(callSid) !== undefined);
  const deps: VoiceWebhookDeps = { ...given, quota };
  const app = new Hono();
  const signed = createSignedRoute(deps);

  /** The caller is waiting: answers TwiML, always. */
  const ask = (decide: (deps: VoiceWebhookDeps, webhook: Webhook) => Promise<Instruction>) =>
    signed(async (c, webhook) => {
      let instruction: Instruction;
      try {
        instruction = await decide(deps, webhook);
      } catch (error) {
        deps.log.error("CALL", "webhook failed", {
          path: c.req.path,
          call: webhook.callSid,
          error: describeError(error),
        });
        instruction = { kind: "fallback" };
      }
      const twiml = deps.instructions.render(instruction, deps.register.find(webhook.callSid));
      return c.body(twiml, 200, { "content-type": "text/xml; charset=utf-8" });
    });

  /** Nobody is waiting: takes note. */
  const report = (take: (deps: VoiceWebhookDeps, webhook: Webhook) => Promise<void>) =>
    signed(async (c, webhook) => {
      await take(deps, webhook);
      return c.body(null, 204);
    });

  app.use("/webhook/*", bodyLimit({ maxSize: limits.webhookBodyBytes }));
  app.post("/webhook/incoming_call", ask(answerIncomingCall));
  app.post("/webhook/stream_ended", ask(answerStreamEnded));
  app.post("/webhook/transfer_result", ask(answerTransferResult));
  app.post("/webhook/handle_recording", ask(takeRecording));
  app.post("/webhook/stream_status", report(takeStreamStatus));
  app.post("/webhook/call_status", report(takeStatus));
  return app;
}
