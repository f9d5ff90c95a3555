import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { childEnvironment, removeStorage } from "../../scripts/product.ts";
import { Browser } from "../app/testing/browser.ts";
import { addPerson, password } from "../app/testing/people.ts";
import type { BusinessId } from "../base/ids.ts";
import { webhookEvents } from "../db/schema/webhook.ts";
import { operatorsFolder } from "./testing/operators-folder.ts";
import { commandOf, familyOf, signalAll } from "./testing/processes.ts";
import { openStage, type Stage } from "./testing/stage.ts";
import { ringing, signedPost } from "./testing/wire.ts";

// Every command of README.md. Those of the command line and of curl are run as they stand there, in their order, beside the
// running product; a new one runs by itself. What starts, updates or measures the product has a row that says who runs it.
setDefaultTimeout(240_000);
const root = join(import.meta.dir, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");

/** Words of a command as a shell reads them; what stands after a # is for people. */
const wordsOf = (line: string): string[] =>
  [...line.replace(/(^|\s)#(?![^"']*["']\s*$).*$/, "").matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? "",
  );
const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap(([, block]) => block!.split("\n"))
  .flatMap((line) => line.split(/ {2,}(?=bun run )/)) // two short ones stand on one line
  .map((line) => line.trim())
  .filter((line) => line !== "" && !line.startsWith("#"));
const isCli = (line: string): boolean => line.startsWith("bun run cli ");
/** Run as they stand by src/e2e/restore.test.ts. */
const isDatabase = (line: string): boolean => /^(docker compose exec -T database )?(psql|pg_dump) /.test(line);
const isCurl = (line: string): boolean => line.startsWith("curl ");

/** What is not run here as it stands, and where it is. */
const others: Readonly<Record<string, string>> = {
  "npx --yes bun@1.4.5 run demo": "below, by the same script",
  "npx --yes bun@1.4.5 run test": "this very run; CI starts it by .ci",
  "cp .env.example .env": "src/config.test.ts reads the example",
  "npx --yes bun@1.4.5 install --frozen-lockfile --production && npx --yes bun@1.4.5 run start":
    "src/e2e/starting.test.ts starts the product; scripts/checks/lockfile.ts holds the lock file",
  "docker compose up -d": "below: the file names what the README names",
  "docker compose logs app": "needs containers",
  "docker compose exec app bun run cli business list": "needs containers; the command itself is run below",
  "docker compose stop": "below: the order",
  "docker compose exec -T app tar -C /data -cf - . > data.tar": "needs containers",
  "docker compose run --rm --no-deps -T app tar -C /data -xf - < data.tar": "needs containers",
  "docker compose up -d --wait database": "needs containers",
  "bun run check": "`bun run test` begins with it",
  "bun run bench": "a bench, for people",
  "bun run bench:calendar": "a bench, for people",
  "bun run bench:hebrew": "a bench, for people",
  "bun run bench:vad": "a bench, for people",
  "bun run bench:web": "a bench, for people",
  "bun run bench:api": "a bench, for people",
  "bun run bench:whatsapp": "a bench, for people",
  "bun --no-install test src/calls": "`bun run test` runs them all",
  "bun run db:generate add_a_column": "src/db/migrate.test.ts holds the migrations to the schema",
  "bun run conformance": "src/hebrew/conformance has the same rows as tests",
};

test("every command that is not run here says who runs it, and names a script that is there", () => {
  const here = (line: string) => isCli(line) || isCurl(line) || isDatabase(line);
  const bare = commands.filter((line) => !here(line)).map((line) => line.replace(/\s+#.*$/, ""));
  expect([...new Set(bare)].toSorted()).toEqual(Object.keys(others).toSorted());
  for (const [, name] of readme.matchAll(/bun(?:@[\d.]+)? run ([\w:]+)/g)) {
    const script = (manifest.scripts as Record<string, string>)[name!];
    expect(script, `bun run ${name}`).toBeString();
    for (const [path] of script!.matchAll(/(?:src|scripts)\/\S+\.ts/g)) expect(existsSync(join(root, path))).toBe(true);
  }
  expect(manifest.scripts.cli).toBe("bun --no-install --env-file=.env src/cli.ts");
});

describe("beside the running product", () => {
  let stage: Stage;
  let folder: string;
  beforeAll(async () => {
    stage = await openStage({ environment: { PUBLIC_BASE_URL: "https://office.example.co.il" } });
    folder = mkdtempSync(join(tmpdir(), "agentlocator-readme-"));
    await Bun.write(join(folder, "prompt.txt"), "ענו בקיצור.");
  });
  afterAll(async () => {
    await stage.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function cli(words: readonly string[]): Promise<string> {
    const { address } = stage.db;
    if (address.kind !== "socket") throw new Error("test databases listen on a unix socket");
    const child = Bun.spawn([process.execPath, "--no-install", join(root, "src/cli.ts"), ...words], {
      cwd: folder,
      env: childEnvironment({
        ...stage.world.environment,
        STORAGE_DIR: stage.storageDir,
        PUBLIC_BASE_URL: stage.url,
        DATABASE_URL: `postgres://${address.user}@127.0.0.1:${stage.databaseLink.port}/${address.database}`,
      }),
      stdin: new Blob(["שלום\n"]),
      stdout: "pipe",
      stderr: "pipe",
    });
    const [out, err, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    expect(code, `${words.join(" ")}: ${err}`).toBe(0);
    return out;
  }

  // The README's date passes; a working day some weeks ahead is always open.
  const someDay = (): string => {
    const soon = Temporal.Now.plainDateISO("Asia/Jerusalem").add({ days: 14 });
    return soon.add({ days: (9 - soon.dayOfWeek) % 7 }).toString(); // a Tuesday
  };

  test("each command of the command line does what it says", async () => {
    const lines = commands.filter(isCli);
    expect(lines.length).toBeGreaterThan(15);
    const ids: Record<string, string> = {};
    const fill = (word: string) => (ids[word] ?? word).replace(/\d{4}-\d\d-\d\dT10:00$/, `${someDay()}T10:00`);
    for (const line of lines) {
      const words = wordsOf(line).slice(3).map(fill);
      const out = await cli(words);
      if (words[1] !== "erase") expect(out, line).not.toBe("");
      if (`${words[0]} ${words[1]}` !== "business add") continue;
      ids.BUSINESS_ID = (JSON.parse(out) as { id: string }).id;
      // What only happens: a call, and with it a customer.
      const form = ringing(stage, { To: words[words.indexOf("--phone") + 1]! });
      await signedPost(stage, "/webhook/incoming_call", form);
      await signedPost(stage, "/webhook/call_status", { ...form, CallStatus: "completed", CallDuration: "1" });
      ids.CALL_ID = (await stage.entryOf(form.CallSid!)).id;
      const known = ["--business", ids.BUSINESS_ID, "--at", `${someDay()}T12:00`, "--phone", "052-7654321"];
      await cli(["meetings", "book", ...known]);
      const { leads } = JSON.parse(await cli(["leads", "list", "--business", ids.BUSINESS_ID])) as {
        leads: { customerId: string }[];
      };
      ids.CUSTOMER_ID = leads[0]!.customerId;
    }
  });

  test.skipIf(Bun.which("curl") === null)("each request of a program is answered", async () => {
    const businessId = await stage.addBusiness({ name: "מספרה", phone: "+97235550100" as never });
    const request = (path: string, init?: RequestInit) => fetch(`${stage.listensAt}${path}`, init ?? {});
    const owner = new Browser({ request }, stage.url);
    await owner.login((await addPerson(stage.db, "owner", businessId as BusinessId)).email, password);
    const made = await owner.ask<{ key: string }>("/api/keys", { body: { name: "readme", scope: "write" } });
    const lines = commands.filter(isCurl);
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) {
      const words = wordsOf(line).map((word) =>
        word.replace("KEY", made.body.key).replace("https://YOUR-ADDRESS", stage.listensAt),
      );
      const child = Bun.spawn(["curl", "--silent", "--fail-with-body", ...words.slice(1)], { stdout: "pipe" });
      const [out, code] = await Promise.all([new Response(child.stdout).text(), child.exited]);
      expect(code, `${line}: ${out}`).toBe(0);
      expect(JSON.parse(out)).toBeObject();
    }
  });

  test("each address that is named answers there", async () => {
    const named = new Set([...readme.matchAll(/`(?:https:\/\/YOUR-ADDRESS)?(\/[a-z][\w./-]*)`/g)].map(([, at]) => at!));
    expect(named.size).toBeGreaterThan(7);
    for (const at of named) {
      if (at === "/api" || at === "/api/webhooks" || at === "/var/lib/agentlocator") continue; // a prefix, one that wants a login, and a folder
      const isWebhook = at.startsWith("/webhook/");
      const { status } = await fetch(`${stage.listensAt}${at}`, { method: isWebhook ? "POST" : "GET" });
      expect([at, status]).toEqual([at, isWebhook ? 403 : 200]);
    }
  });
});

test("the demo carries its call beside the settings of real use, prints the way into the panel, and ends when told to", async () => {
  const folder = operatorsFolder();
  const child = Bun.spawn([process.execPath, "run", "demo"], {
    cwd: folder,
    env: childEnvironment({}),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  try {
    const decoder = new TextDecoder();
    let said = "";
    for await (const chunk of child.stdout) {
      said += decoder.decode(chunk, { stream: true });
      if (said.includes("Ctrl-C")) break;
    }
    expect(said).toMatch(/lead {8}דנה כהן \(\w+\)/);
    const [, url = "", token = ""] = /panel\s+(\S+)\/welcome[#?/](?:token=)?(\S+)/.exec(said) ?? [];
    const browser = new Browser({ request: (path, init) => fetch(`${url}${path}`, init ?? {}) }, url);
    await browser.ask("/api/auth/csrf");
    const look = await browser.ask("/api/auth/link/look", { body: { token } });
    expect(look.body, said.slice(-900)).toMatchObject({ email: "dana@example.com" });
    const line = /command line\s+(.+)/.exec(said)?.[1]?.replace(/ bun /, ` ${process.execPath} `) ?? "";
    const listed = Bun.spawn(["/bin/sh", "-c", line], { cwd: folder, env: childEnvironment({}), stdout: "pipe" });
    const { calls } = (await new Response(listed.stdout).json()) as { calls: unknown[] };
    expect(calls).toHaveLength(1);
    expect(readdirSync(folder)).not.toContain("real-storage");
    // The shell of `bun run` names the script as well; the script itself is below it.
    const script = familyOf(child.pid).findLast((pid) => commandOf(pid).includes("scripts/demo.ts"));
    signalAll([script!], "SIGTERM");
    expect(await child.exited).toBe(0);
  } finally {
    signalAll(familyOf(child.pid), "SIGKILL");
    await removeStorage(join(folder, "storage/demo"));
    rmSync(dirname(folder), { recursive: true, force: true });
  }
});

test("the README names every event that other programs can be told of", () => {
  for (const event of webhookEvents) expect(readme).toContain(`\`${event}\``);
});

interface Service {
  restart: string;
  healthcheck: object;
  depends_on?: object;
  environment?: Record<string, string>;
}

test("the container file wants what the README says and checks the health of each part", () => {
  const text = readFileSync(join(root, "compose.yaml"), "utf8");
  const { services } = Bun.YAML.parse(text) as { services: Record<string, Service> };
  expect(Object.keys(services)).toEqual(["app", "database", "proxy"]);
  // Who depends is stopped first: the product ends its calls while the proxy that carries them is still there.
  const dependencies = Object.entries(services).map(([name, { depends_on }]) => [name, Object.keys(depends_on ?? {})]);
  expect(Object.fromEntries(dependencies)).toEqual({ app: ["database", "proxy"], database: [], proxy: [] });
  // The image makes POSTGRES_USER a superuser; compose-database.sql makes the product's login, which is none.
  const { username } = new URL(services.app!.environment!.DATABASE_URL!);
  expect(readFileSync(join(root, "compose-database.sql"), "utf8")).toContain(
    `create role ${username} login nosuperuser`,
  );
  expect(services.database!.environment).not.toHaveProperty("POSTGRES_USER");
  for (const [name, { restart, healthcheck }] of Object.entries(services))
    expect([name, restart, typeof healthcheck]).toEqual([name, "always", "object"]);
  const wanted = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name!));
  for (const name of wanted) expect(readme).toContain(`\`${name}\``);
});
