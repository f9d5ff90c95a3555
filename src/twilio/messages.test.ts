import { expect, test } from "bun:test";
import { systemClock } from "../base/clock.ts";
import { silentLog } from "../base/log.ts";
import { createTwilioMessaging } from "./messages.ts";

const answering = (status: number, headers: Record<string, string>, body: object) => {
  let asked = 0;
  const messaging = createTwilioMessaging({
    apiBaseUrl: "https://api.twilio.com",
    accountSid: `AC${"0".repeat(32)}`,
    authToken: "token",
    fetch: async () => {
      asked++;
      return Response.json(body, { status, headers });
    },
    clock: systemClock,
    log: silentLog,
  });
  return { messaging, asked: () => asked };
};

const rows: [what: string, headers: Record<string, string>, retryAfterMs: number | undefined][] = [
  ["says for how long", { "Retry-After": "7" }, 7_000],
  ["does not say for how long", {}, undefined],
];
test.each(rows)(
  "K12: Twilio asks us to wait and %s: it is asked once, and the outbox is told",
  async (_what, headers, retryAfterMs) => {
    const { messaging, asked } = answering(429, headers, { code: 20_429 });
    const told = await messaging.create({ To: "whatsapp:+972501112233" });
    expect(told).toEqual({ kind: "refused", status: 429, code: 20_429, ...(retryAfterMs ? { retryAfterMs } : {}) });
    expect(asked()).toBe(1);
  },
);
