import { afterEach, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { getPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../base/log.ts";
import { connectPostgres } from "./connect.ts";
import { type EmbeddedServer, findEmbedded, startEmbedded } from "./embedded.ts";
import { findPostgres, packagedFolder, serverUser } from "./postgres-binaries.ts";

const folders: string[] = [];
const servers: EmbeddedServer[] = [];

/** A new folder that the server's user may pass through. */
function folder(name = "database"): string {
  const made = mkdtempSync(join(tmpdir(), "agentlocator-embedded-"));
  folders.push(made);
  return join(made, name);
}

async function start(root: string): Promise<EmbeddedServer> {
  const server = await startEmbedded({ root, log: silentLog });
  servers.push(server);
  return server;
}

async function ask<T>(
  server: EmbeddedServer,
  run: (sql: ReturnType<typeof connectPostgres>) => Promise<T>,
): Promise<T> {
  const sql = connectPostgres(server.address, { connections: 1 });
  try {
    return await run(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

const show = (server: EmbeddedServer, name: string): Promise<string> =>
  ask(server, async (sql) => String((await sql`select current_setting(${name}) as value`)[0]?.value));

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop().catch(() => {})));
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

test("a fresh folder becomes a server that writes through to the disk and listens on its socket only", async () => {
  const root = folder();
  const server = await start(root);
  expect(server.adopted).toBe(false);
  expect(await show(server, "fsync")).toBe("on");
  expect(await show(server, "synchronous_commit")).toBe("on");
  expect(await show(server, "listen_addresses")).toBe("");
  expect(statSync(root).mode & 0o777).toBe(0o700);
  expect(await ask(server, async (sql) => (await sql`select 'שלום' as word`)[0]?.word)).toBe("שלום");
});

test("the server and its sessions leave the processor to live calls", async () => {
  const server = await start(folder());
  await ask(server, async (sql) => {
    const [session] = await sql`select pg_backend_pid() as pid`;
    for (const pid of [server.pid, Number(session?.pid)]) expect(getPriority(pid)).toBeGreaterThan(getPriority());
  });
});

test("a running server is adopted, and a stopped one starts again with its rows", async () => {
  const root = folder();
  const first = await start(root);
  await ask(first, (sql) => sql`create table kept as select 7 as value`);
  const second = await start(root);
  expect([second.adopted, second.pid]).toEqual([true, first.pid]);
  expect(await findEmbedded(root)).toEqual(first.address);
  await second.stop();
  expect(await findEmbedded(root)).toBeNull();
  const third = await start(root);
  expect(third.adopted).toBe(false);
  expect((await ask(third, (sql) => sql`select value from kept`))[0]?.value).toBe(7);
});

// initdb that was killed leaves a folder that may even start (measured at 0.3 s and 0.7 s), so nothing in it is a proof.
test("a cluster whose making was cut short is thrown away", async () => {
  const root = folder();
  mkdirSync(join(root, "data.tmp"), { recursive: true });
  writeFileSync(join(root, "data.tmp", "PG_VERSION"), "18\n");
  const server = await start(root);
  expect(existsSync(join(root, "data.tmp"))).toBe(false);
  expect(await show(server, "server_encoding")).toBe("UTF8");
});

test("initdb killed at any moment does not stop the next start", async () => {
  for (const afterMs of [60, 300]) {
    const root = folder();
    const program = `import { startEmbedded } from ${JSON.stringify(join(import.meta.dir, "embedded.ts"))};
      import { silentLog } from ${JSON.stringify(join(import.meta.dir, "../base/log.ts"))};
      await startEmbedded({ root: ${JSON.stringify(root)}, log: silentLog });`;
    const child = Bun.spawn([process.execPath, "-e", program], { stdio: ["ignore", "ignore", "ignore"] });
    await Promise.race([child.exited, Bun.sleep(afterMs)]);
    child.kill("SIGKILL");
    await child.exited;
    const server = await start(root);
    expect(await show(server, "server_encoding"), `killed after ${afterMs} ms`).toBe("UTF8");
  }
}, 60_000);

test("a database of another major version is refused at once, and left alone", async () => {
  const root = folder();
  const server = await start(root);
  await server.stop();
  writeFileSync(join(root, "data/PG_VERSION"), "12\n");
  const error = await startEmbedded({ root, log: silentLog }).then(
    () => null,
    (thrown: Error) => thrown,
  );
  expect(error?.message).toContain("was made by PostgreSQL 12");
});

test("a storage folder with a very long path gets its socket in a short one", async () => {
  const server = await start(join(folder("deep"), "x".repeat(90), "database"));
  const { address } = server;
  expect(address.kind === "socket" && address.socketDir.length).toBeLessThan(90);
  expect(await show(server, "server_encoding")).toBe("UTF8");
  if (address.kind === "socket") folders.push(address.socketDir);
});

test.if(process.getuid?.() === 0)(
  "root's home is no obstacle: the database moves where its user can enter",
  async () => {
    const home = mkdtempSync("/root/agentlocator-home-");
    const closed = join(home, "clone");
    mkdirSync(join(closed, "storage"), { recursive: true, mode: 0o700 });
    folders.push(home);
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (_prefix: string, event: string) => void warnings.push(event) };
    const root = join(closed, "storage", "database");
    const server = await startEmbedded({ root, log });
    servers.push(server);
    expect(warnings).toEqual(["database folder is elsewhere: the server's user cannot enter the storage folder"]);
    const { address } = server;
    if (address.kind === "socket") folders.push(address.socketDir);
    const again = await startEmbedded({ root, log });
    expect([again.adopted, again.pid]).toEqual([true, server.pid]);
    expect(warnings).toHaveLength(1);
  },
);

test.if(process.getuid?.() === 0)(
  "programs that the server's user cannot reach are copied beside the data, once",
  async () => {
    const closed = folder("closed");
    mkdirSync(closed, { mode: 0o700 });
    const native = join(closed, "native");
    cpSync(packagedFolder() as string, native, { recursive: true, verbatimSymlinks: true });
    const root = folder();
    mkdirSync(root);
    chownSync(root, 65534, 65534);
    chmodSync(join(root, ".."), 0o711);
    const binaries = findPostgres(root, serverUser(), native);
    expect(binaries?.postgres).toBe(join(root, "postgres/bin/postgres"));
    const made = statSync(join(root, "postgres")).ino;
    expect(findPostgres(root, serverUser(), native)).toEqual(binaries);
    expect(statSync(join(root, "postgres")).ino).toBe(made);
    const server = await startEmbedded({ root, log: silentLog, ...(binaries ? { binaries } : {}) });
    servers.push(server);
    expect(await show(server, "server_encoding")).toBe("UTF8");
  },
  60_000, // a copy of 100 MB, and an initdb
);

// npm archives hold no links, and Bun runs no install scripts: without the links initdb dies for want of libicu.
test.if(process.platform === "linux")("libraries get their short names at start", () => {
  const native = folder("native");
  cpSync(packagedFolder() as string, native, { recursive: true, filter: (path) => !lstatSync(path).isSymbolicLink() });
  chmodSync(join(native, ".."), 0o755);
  const root = folder();
  expect(findPostgres(root, serverUser(), native)?.initdb).toBe(join(native, "bin/initdb"));
  expect(lstatSync(join(native, "lib/libpq.so.5")).isSymbolicLink()).toBe(true);
});
