import { beforeAll, expect, test } from "bun:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { Hono } from "hono";
import { silentLog } from "../base/log.ts";
import { errorHandler } from "../http/errors.ts";
import { buildPanel, type Panel } from "./build.ts";
import { createPanel } from "./serve.ts";

let panel: Panel;
let app: Hono;

beforeAll(async () => {
  panel = await buildPanel();
  app = new Hono();
  app.onError(errorHandler(silentLog));
  app.route("/", createPanel({ log: silentLog, build: async () => panel }));
});

const get = (path: string, headers: Record<string, string> = {}) => app.request(path, { headers });
const pathOf = (pattern: RegExp): string => [...panel.assets.keys()].find((path) => pattern.test(path)) ?? "";

test("every address that is no file is the page, with a policy that lets nothing in from elsewhere", async () => {
  for (const path of ["/", "/leads", "/customers/0198"]) {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toStartWith("text/html");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(answer.headers.get("cache-control")).toBe("no-cache");
  }
});

test("what only looks like a page is not found: areas of the API, files that are not there", async () => {
  for (const path of ["/api/nothing", "/webhook/nothing", "/ws/nothing", "/old-1234.js", "/.env"])
    expect((await get(path)).status).toBe(404);
});

test("every file that the page and the styles name is there, for ever, under its content's name", async () => {
  const styles = await (await get(pathOf(/^\/app-.*\.css$/))).text();
  const named = [...`${panel.page}${styles}`.matchAll(/["'(](\/[\w./-]+\.(?:js|css|woff2))["')]/g)].map(
    (match) => match[1]!,
  );
  expect(named.length).toBeGreaterThan(3);
  for (const path of named) {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toContain("immutable");
  }
});

// An HTTP/1.1 browser makes six requests at once, one of which asks who is logged in. Tiny shared files went before it.
test.each(["today", "calls", "inbox", "leads"])(
  "the page of %s is six files at most beside the first script",
  async (page) => {
    const code = async (path: string) => new TextDecoder().decode(await panel.assets.get(path)!.body("identity"));
    const found = new Set<string>();
    const follow = async (path: string): Promise<void> => {
      if (found.has(path) || path.startsWith("/main-")) return;
      found.add(path);
      for (const match of (await code(path)).matchAll(/(?:from|import)"(\/[^"]+\.js)"/g)) await follow(match[1]!);
    };
    await follow(pathOf(new RegExp(`^/c/${page}-.*\\.js$`)));
    expect(found.size).toBeLessThanOrEqual(6);
  },
);

test("files come as small as the browser can read them", async () => {
  const path = pathOf(/^\/main-.*\.js$/);
  const plain = await (await get(path)).bytes();
  const small = await get(path, { "accept-encoding": "gzip, deflate, br" });
  expect(small.headers.get("content-encoding")).toBe("br");
  expect(Buffer.compare(brotliDecompressSync(await small.bytes()), plain)).toBe(0);
  const older = await get(path, { "accept-encoding": "gzip, br;q=0" });
  expect(older.headers.get("content-encoding")).toBe("gzip");
  expect(Buffer.compare(gunzipSync(await older.bytes()), plain)).toBe(0);
  expect((await get(pathOf(/woff2$/), { "accept-encoding": "br" })).headers.get("content-encoding")).toBeNull();
});

test("a file that the browser has is not sent again", async () => {
  const first = await get("/sw.js");
  const again = await get("/sw.js", { "if-none-match": first.headers.get("etag")! });
  expect([again.status, await again.text()]).toEqual([304, ""]);
});

test("the page comes in the person's language, direction and theme, and in nothing else that a cookie may say", async () => {
  const tag = async (cookie: string, path = "/") => /<html[^>]*>/.exec(await (await get(path, { cookie })).text())?.[0];
  expect(await tag("")).toBe('<html lang="he" dir="rtl" data-theme="auto" data-boot="plain">');
  expect(await tag("panel_language=en; panel_theme=dark; panel_shell=1")).toBe(
    '<html lang="en" dir="ltr" data-theme="dark" data-boot="shell">',
  );
  for (const path of ["/login", "/login/?to=%2Finbox", "/welcome"])
    expect(await tag("panel_shell=1", path)).toBe('<html lang="he" dir="rtl" data-theme="auto" data-boot="plain">');
  expect(await tag('panel_language="><script>; panel_theme=x')).toBe(
    '<html lang="he" dir="rtl" data-theme="auto" data-boot="plain">',
  );
});

test("a panel that cannot be built is 503 for pages, and no trouble for what else is served", async () => {
  const broken = new Hono();
  broken.onError(errorHandler(silentLog));
  broken.route("/", createPanel({ log: silentLog, build: () => Promise.reject(new Error("no web folder")) }));
  expect((await broken.request("/")).status).toBe(503);
  expect((await broken.request("/api/x")).status).toBe(404);
});
