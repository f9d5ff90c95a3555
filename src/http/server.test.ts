import { expect, test } from "bun:test";
import { join } from "node:path";
import { Hono } from "hono";
import { silentLog } from "../base/log.ts";
import { listen } from "./server.ts";

test("what breaks while an answer is sent shows nothing of the inside", async () => {
  const routes = new Hono().get("/file", () => new Response(Bun.file(join(import.meta.dir, "is-not-here.txt"))));
  const server = listen({
    host: "127.0.0.1",
    port: 0,
    trustedProxies: [],
    routes,
    sockets: [],
    websocket: { message() {} },
    log: silentLog,
  });
  try {
    const answer = await fetch(new URL("/file", server.url));
    expect(answer.status).toBe(500);
    expect(await answer.json()).toEqual({ error: { code: "bug", message: "unexpected" } });
  } finally {
    await server.stop(true);
  }
});
