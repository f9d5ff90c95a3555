import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeStorage, runCli } from "../../scripts/product.ts";
import { Browser } from "../app/testing/browser.ts";
import { addPerson, password } from "../app/testing/people.ts";
import type { BusinessId } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import { openDatabase } from "../db/client.ts";
import { connectPostgres } from "../db/connect.ts";
import { type EmbeddedServer, startEmbedded } from "../db/embedded.ts";
import { installedVersions, makeContainersOwner, programsOf, serverOf } from "../db/testing/installed-servers.ts";
import { type ChaosLink, openLink } from "../sim/chaos-link.ts";
import type { CallEntry } from "./testing/call-entry.ts";
import { type Installation, install } from "./testing/installation.ts";
import { runToEnd } from "./testing/processes.ts";

// Backup and restore as the README tells them, with its own commands: everything of an installation whose PostgreSQL is
// lost comes back on a new, empty server. Servers ask for a password, as that of compose.yaml does.
setDefaultTimeout(120_000);
const readme = readFileSync(join(import.meta.dir, "../../README.md"), "utf8");
const commands = [
  ...readme.slice(readme.indexOf("## Backup"), readme.indexOf("## Update")).matchAll(/```sh\n([\s\S]*?)```/g),
]
  .flatMap(([, block]) => block!.split("\n"))
  .map((line) => line.replace(/\s+#.*$/, ""));
const inContainer = "docker compose exec -T database ";
/** What is typed on a server of one's own, and what runs inside of compose.yaml's database. */
const linesOf = (place: "own" | "container", program: "pg_dump" | "psql"): string[] => {
  const start = place === "own" ? "" : inContainer;
  return commands.filter((line) => line.startsWith(`${start}${program} `)).map((line) => line.slice(start.length));
};
test("the README has each command for both places", () => {
  for (const place of ["own", "container"] as const)
    expect([place, linesOf(place, "pg_dump").length, linesOf(place, "psql").length]).toEqual([place, 1, 2]);
});

// pg_dump comes with a distribution's PostgreSQL and not with the packaged one.
const source = installedVersions.find((version) => existsSync(join(programsOf(version), "pg_dump")));
const databasePassword = "s@cret/:#?% 'ש";

interface PasswordServer {
  server: EmbeddedServer;
  link: ChaosLink;
  /** For the product, its command line and psql. */
  environment: Record<string, string>;
  stop(): Promise<void>;
}

/** A new, empty server, with the login and the database of compose-database.sql, which wants the login's password. */
async function openServer(folder: string, version: string): Promise<PasswordServer> {
  const root = join(folder, `server-${version}`);
  const server = await startEmbedded({ root, log: silentLog, ...serverOf(version), durable: false });
  await makeContainersOwner(server, databasePassword);
  const superuser = connectPostgres(server.address, { connections: 1 });
  await superuser`create role postgres superuser login`;
  const rules = join(root, "data/pg_hba.conf");
  writeFileSync(rules, "local all agentlocator scram-sha-256\nlocal all all trust\n");
  await superuser`select pg_reload_conf()`;
  await superuser.end();
  if (server.address.kind !== "socket") throw new Error("our own servers listen on a unix socket");
  const link = await openLink(join(server.address.socketDir, `.s.PGSQL.${server.address.port}`));
  return {
    server,
    link,
    environment: {
      DATABASE_URL: `postgres://agentlocator@127.0.0.1:${link.port}/agentlocator`,
      PGPASSWORD: databasePassword,
    },
    async stop() {
      await link.stop();
      await server.stop();
    },
  };
}

const withPassword = ({ environment }: PasswordServer): string =>
  environment.DATABASE_URL!.replace("@", `:${encodeURIComponent(databasePassword)}@`);

/** Runs a command of the README in `folder`, where the server is. */
async function shell(line: string, { server, environment }: PasswordServer, folder: string): Promise<void> {
  if (server.address.kind !== "socket") throw new Error("our own servers listen on a unix socket");
  const child = Bun.spawn(["/bin/sh", "-c", line], {
    cwd: folder,
    env: { ...environment, PATH: `${programsOf(source!)}:${Bun.env.PATH}`, PGHOST: server.address.socketDir },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [err, code] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  expect([line, code, err]).toEqual([line, 0, ""]);
}

/** Who may do what: policies, grants, owners, and of each table with a tenant whether its owner is bound as well. */
async function protection({ server }: PasswordServer): Promise<Record<string, readonly object[]>> {
  const superuser = connectPostgres({ ...server.address, database: "agentlocator" } as typeof server.address, {
    connections: 1,
  });
  const policies = await superuser`
    select polrelid::regclass::text as table, polname, polroles::regrole[]::text as roles,
      pg_get_expr(polqual, polrelid) as seen, pg_get_expr(polwithcheck, polrelid) as written
    from pg_policy order by 1, 2`;
  const grants = await superuser`
    select grantee, table_name, privilege_type from information_schema.role_table_grants
    where grantee in ('app_rt', 'app_system', 'agentlocator') and table_schema = 'public' order by 1, 2, 3`;
  const owners = await superuser`
    select relname, relowner::regrole::text as owner from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1`;
  const tenants = await superuser`
    select c.relname, c.relrowsecurity and c.relforcerowsecurity as forced from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and (c.relname = 'businesses' or exists (
      select from pg_attribute a where a.attrelid = c.oid and a.attname = 'business_id' and not a.attisdropped)) order by 1`;
  await superuser.end();
  return { policies: [...policies], grants: [...grants], owners: [...owners], tenants: [...tenants] };
}

describe.skipIf(source === undefined)("what was on a server that is lost (needs a distribution's PostgreSQL)", () => {
  const phone = "+97235550100";
  const listen = [
    { do: "listen" },
    { do: "say", text: "כמה עולה תספורת?" },
    { do: "listen" },
    { do: "hangUp" },
  ] as const;
  const settled = ({ endReason, summary, costAgorot, recordings }: CallEntry) =>
    endReason !== null &&
    summary !== null &&
    costAgorot !== null &&
    recordings.some(({ status }) => status === "stored");
  let folder: string;
  let old: PasswordServer;
  let businessId: string;
  let owner: string;
  let shown: string[];
  let recording: { path: string; sound: Uint8Array };
  let before: Awaited<ReturnType<typeof protection>>;

  let callId: string;
  /** What the command line shows of the business, the call and its customer. */
  const showAll = async (environment: Readonly<Record<string, string>>): Promise<string[]> => [
    await runCli(environment, ["business", "list"]),
    await runCli(environment, ["calls", "show", callId]),
    await runCli(environment, ["leads", "list", "--business", businessId]),
  ];
  /** The recording as an owner hears it in the panel. */
  async function play(url: string, path: string): Promise<Uint8Array> {
    const browser = new Browser({ request: (at, init) => fetch(`${url}${at}`, init ?? {}) }, url);
    expect((await browser.login(owner, password)).status).toBe(200);
    const Cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(`${url}${path}`, { headers: { Cookie } });
    expect(answer.status).toBe(200);
    return answer.bytes();
  }
  const ring = async (home: Installation): Promise<CallEntry> => {
    const report = await home.world.dial({ name: "e2e", title: "", to: phone, steps: [...listen], patienceMs: 60_000 })
      .report;
    return home.entryOf(businessId, report.callSid, settled);
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "agentlocator-restore-"));
    old = await openServer(folder, source!);
    const home = await install({ environment: old.environment });
    const product = await home.start();
    businessId = await home.addBusiness({ name: "מספרת דנה", phone, greeting: "שלום, הגעתם למספרת דנה." });
    const call = await ring(home);
    callId = call.id;
    expect([call.turns.length > 2, call.recordings.length]).toEqual([true, 1]);
    const db = openDatabase({ address: { kind: "url", url: withPassword(old) }, log: silentLog, connections: 1 });
    owner = (await addPerson(db, "owner", businessId as BusinessId)).email;
    await db.close();
    const path = `/api/calls/${callId}/recordings/${call.recordings[0]!.id}`;
    recording = { path, sound: await play(product.url, path) };
    expect(await product.stop()).toBe(0);
    shown = await showAll(home.environment);
    for (const line of linesOf("own", "pg_dump")) await shell(line, old, folder);
    cpSync(home.storageDir, join(folder, "storage"), { recursive: true });
    before = await protection(old);
    expect(before.tenants!.length).toBeGreaterThan(15);
    expect(before.tenants).toEqual(before.tenants!.map((table) => ({ ...table, forced: true })));
    await home.remove();
    await old.stop();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const places = [
    ["own", source],
    ["container", "packaged"],
  ] as const;
  test("a server that asks for a password refuses another one, in one line", async () => {
    const there = mkdtempSync(join(folder, "refused-"));
    const server = await openServer(there, "packaged");
    const environment = { ...server.environment, PGPASSWORD: "another", STORAGE_DIR: join(there, "storage") };
    const { code, err } = await runToEnd(environment);
    await server.stop();
    expect([code, err.trim().split("\n")]).toEqual([1, [expect.stringContaining("password authentication failed")]]);
  });

  describe.each(places)("comes back by the commands for a database of its %s", (place, version) => {
    test(`on PostgreSQL ${version}, with who may see what, and the next call is answered`, async () => {
      const there = mkdtempSync(join(folder, `${place}-`));
      const fresh = await openServer(there, version!);
      cpSync(join(folder, "agentlocator.sql"), join(there, "agentlocator.sql"));
      cpSync(join(folder, "storage"), join(there, "storage"), { recursive: true });
      const home = await install({ environment: { ...fresh.environment, STORAGE_DIR: join(there, "storage") } });
      try {
        for (const line of linesOf(place, "psql")) await shell(line, fresh, there);
        const product = await home.start();
        expect(await showAll(home.environment)).toEqual(shown);
        expect(await play(product.url, recording.path)).toEqual(recording.sound);
        expect(await protection(fresh)).toEqual(before);
        const next = await ring(home);
        expect([next.turns.length > 2, next.id === callId]).toEqual([true, false]);
      } finally {
        await home.remove();
        await removeStorage(join(there, "storage"));
        await fresh.stop();
      }
    });
  });
});
