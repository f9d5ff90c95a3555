import { expect, test } from "bun:test";
import { Hono } from "hono";
import { systemClock } from "../base/clock.ts";
import { silentLog } from "../base/log.ts";
import { behalf } from "../base/on-behalf.ts";
import { readableLog } from "../base/testing/readable-log.ts";
import { errorHandler } from "./errors.ts";
import { requestLog } from "./request-log.ts";

test.each([
  ["/api/numbers/+97235550100/check", "/api/numbers/…0100/check"],
  ["/api/numbers/%2B97235550100", "/api/numbers/…0100"],
  ["/api/numbers/0501234567", "/api/numbers/…4567"],
  ["/api/calls/01a21f0a-37eb-706a-ad33-365306192012", "/api/calls/01a21f0a-37eb-706a-ad33-365306192012"],
  ["/api/prompts/call/versions/12", "/api/prompts/call/versions/12"],
  ["/whatsapp-media/01a21f0a-37eb-706a-ad33-365306192012.1795867200000.c2lnbmVk", "/whatsapp-media/…"],
])("K10, K11: %s is logged as %s, whether it is answered or fails", async (path, logged) => {
  const { log, lines } = readableLog();
  const app = new Hono().use(...requestLog(log, systemClock)).get("*", () => Promise.reject(new Error("broken")));
  app.onError(errorHandler(log));
  await app.request(path);
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).toContain(`path=${logged} `);
});

test("what a request does far below knows in the log which request it was; requests at once do not mix", async () => {
  const app = new Hono().use(...requestLog(silentLog, systemClock)).get("/", async (c) => {
    await Promise.resolve();
    return c.json(behalf());
  });
  const answers = await Promise.all([app.request("/"), app.request("/")]);
  for (const answer of answers) expect(await answer.json()).toEqual({ request: answer.headers.get("x-request-id") });
  expect(behalf()).toEqual({});
});
