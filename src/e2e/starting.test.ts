import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { runCli, startProduct } from "../../scripts/product.ts";
import { type Installation, install } from "./testing/installation.ts";
import { commandOf, databaseFamily, familyOf, runToEnd, signalAll } from "./testing/processes.ts";
import { until } from "./testing/until.ts";

// What an operator sees when the product starts, does not start, or starts after the worst of ends.
let home: Installation | null = null;
afterEach(async () => {
  await home?.remove();
  home = null;
}, 30_000);

describe("a configuration with mistakes", () => {
  const mistakes = {
    PORT: "seventy",
    PUBLIC_BASE_URL: "phone.example.co.il",
    DATABASE_URL: "mysql://root:geheim@localhost/x",
    SESSION_SECRET: "short-geheim",
    TWILIO_ACCOUNT_SID: "AC123",
    OPENAI_BASE_URL: "not an address",
    RECORD_CALLS: "perhaps",
    USD_ILS_RATE: "-1",
    LOG_LEVEL: "loud",
    LOG_FORMAT: "xml",
  };
  test("is one message with every bad name, one line each, no value, exit code 2, and nothing is begun", async () => {
    home = await install();
    const { code, out, err } = await runToEnd({ STORAGE_DIR: home.storageDir, ...mistakes });
    expect([code, out]).toEqual([2, ""]);
    const [title, ...lines] = err.trimEnd().split("\n");
    const named = lines.map((line) => /^ {2}(\w+): \S/.exec(line)?.[1]);
    expect(named.toSorted()).toEqual([...Object.keys(mistakes), "TWILIO_AUTH_TOKEN"].toSorted());
    expect(title).toBe(`the configuration has ${lines.length} problem(s):`);
    expect(err).not.toContain("geheim");
    expect(readdirSync(home.storageDir)).toEqual([]);
  }, 20_000);
});

describe("a storage folder that is in use", () => {
  test("is refused to a second product in one clear line, exit code 1; the first one does not notice", async () => {
    home = await install();
    const product = await home.start();
    const second = await runToEnd(home.environment);
    expect(second.code).toBe(1);
    expect(second.err.trim().split("\n")).toHaveLength(1);
    expect(second.err).toContain(`already running on ${home.storageDir} (process ${product.pid})`);
    expect((await fetch(`${product.url}/health/ready`)).status).toBe(200);
    expect(await product.stop()).toBe(0);
  }, 40_000);

  test("is served by the command line beside the running product, and without it", async () => {
    home = await install();
    const product = await home.start();
    const id = await home.addBusiness({ name: "מספרת דנה", phone: "+97235550100" });
    const list = ["business", "list"];
    const beside = await runCli(home.environment, list);
    expect(JSON.parse(beside)).toMatchObject([{ id, name: "מספרת דנה", phones: ["+97235550100"] }]);
    await expect(
      runCli(home.environment, ["business", "add", "--name", "x", "--phone", "+97235550100"]),
    ).rejects.toThrow(/code 2: the number \+97235550100 already belongs to a business\n$/);
    expect(await product.stop()).toBe(0);
    expect(await runCli(home.environment, list)).toBe(beside);
    expect(JSON.parse(await runCli(home.environment, ["calls", "list", "--business", id]))).toEqual({
      calls: [],
      next: null,
    });
    expect(databaseFamily(home.storageDir)).toEqual([]);
  }, 60_000);
});

test.if(process.platform === "linux")(
  "a first start that is killed while it makes the database: the next start makes it anew",
  async () => {
    home = await install();
    const folder = join(home.storageDir, "database");
    const halfMade = () =>
      existsSync(folder) && readdirSync(realpathSync(folder)).some((name) => name.startsWith("data.tmp"));
    const pid = await new Promise<number>((resolve) => {
      const killer = async () => {
        await until("the database being made", halfMade);
        const [starting] = familyOf(process.pid)
          .slice(1)
          .filter((child) => commandOf(child).includes("src/main.ts"));
        signalAll(familyOf(starting!), "SIGKILL");
        resolve(starting!);
      };
      startProduct({ environment: home!.environment }).catch(() => {});
      void killer();
    });
    expect(pid).toBeGreaterThan(0);
    expect(existsSync(join(folder, "data"))).toBe(false);
    const product = await home.start();
    expect((await fetch(`${product.url}/health/ready`)).status).toBe(200);
    expect(readdirSync(realpathSync(folder)).filter((name) => name.startsWith("data.tmp"))).toEqual([]);
  },
  60_000,
);

test("a new installation prints its one way in, to the operator and not as a log line", async () => {
  home = await install();
  const product = await home.start();
  const [line] = product
    .log()
    .split("\n")
    .filter((candidate) => candidate.includes("/welcome#"));
  expect(line).toMatch(/^First login, once: http:\/\/\S+\/welcome#[\w-]{43}$/);
  expect(await product.stop()).toBe(0);
}, 40_000);

test("S10: no secret is in the log: neither those that are given nor those that are made (K10)", async () => {
  const given = {
    OPENAI_API_KEY: "sk-geheim-openai-0123456789",
    TWILIO_AUTH_TOKEN: "geheim0123456789abcdef0123456789",
    SESSION_SECRET: "geheim-session-secret-of-more-than-32-characters",
  };
  home = await install({ environment: { ...given, LOG_LEVEL: "debug" } });
  const product = await home.start();
  const stranger = await fetch(`${product.url}/api/auth/csrf`);
  const { csrf } = (await stranger.json()) as { csrf: string };
  const cookie = stranger.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const token = /welcome#([\w-]+)/.exec(product.log())?.[1] ?? "";
  const password = "geheim-password-of-the-administrator";
  const accepted = await fetch(`${product.url}/api/auth/link/accept`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf, Cookie: cookie },
    body: JSON.stringify({ token, password, email: "admin@example.com" }),
  });
  expect(accepted.status).toBe(200);
  const session = accepted.headers.getSetCookie().map((line) => /=([^;]+)/.exec(line)?.[1] ?? "");
  expect(await product.stop()).toBe(0);
  const logged = product
    .log()
    .split("\n")
    .filter((line) => !line.startsWith("First login, once:"))
    .join("\n");
  expect(logged).toContain("password chosen by link");
  for (const secret of [...Object.values(given), token, password, csrf, ...session])
    expect(logged).not.toContain(secret);
}, 60_000);
