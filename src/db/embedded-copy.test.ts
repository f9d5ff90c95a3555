import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../base/log.ts";
import { connectPostgres } from "./connect.ts";
import { type EmbeddedServer, startEmbedded } from "./embedded.ts";
import { serverUser } from "./postgres-binaries.ts";
import { tryStorageLock } from "./storage-lock.ts";

// A copied storage folder is how the own database is restored: on another machine, under another path, made by another
// user or by a program that keeps no modes, and now and then of a server that was killed.
const isRoot = process.getuid?.() === 0;
const storageUser = 1234; // nobody in particular
let folder: string;
let stopped: string;
let killed: string;

const start = (storage: string): Promise<EmbeddedServer> =>
  startEmbedded({ root: join(storage, "database"), log: silentLog, durable: false });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "agentlocator-copies-"));
  chmodSync(folder, 0o711);
  stopped = join(folder, "stopped");
  const server = await start(stopped);
  const sql = connectPostgres(server.address, { connections: 1 });
  await sql`create table kept as select 7 as value`;
  await sql`checkpoint`;
  // As a copy of the disk of a machine whose power went: the locks are in it.
  killed = copyOf(stopped, "killed");
  await sql.end();
  await server.stop();
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy with its owners and modes, under another path. */
function copyOf(storage: string, name: string): string {
  const made = join(folder, name);
  const copied = spawnSync("cp", ["-a", storage, made], { encoding: "utf8" });
  expect(copied.stderr).toBe("");
  return made;
}

async function expectWhole(storage: string): Promise<void> {
  const server = await start(storage);
  try {
    const sql = connectPostgres(server.address, { connections: 1 });
    const rows = await sql`select value from kept`;
    await sql.end();
    expect([server.adopted, [...rows]]).toEqual([false, [{ value: 7 }]]);
  } finally {
    await server.stop();
  }
}

test("a copy under another path starts with its rows", () => expectWhole(copyOf(stopped, "elsewhere")), 60_000);

test("a copy whose modes were lost starts, closed to others again", async () => {
  const copy = copyOf(stopped, "open");
  spawnSync("chmod", ["-R", "u=rwX,go=rX", copy]);
  await expectWhole(copy);
}, 60_000);

test.if(isRoot)(
  "root starts a copy whoever it belongs to",
  async () => {
    for (const owner of [0, storageUser]) {
      const copy = copyOf(stopped, `owned-by-${owner}`);
      spawnSync("chown", ["-R", `${owner}:${owner}`, copy]);
      await expectWhole(copy);
    }
  },
  60_000,
);

// PostgreSQL refuses to start while a living process of its user has the number that stands in a lock, whatever it is.
test.if(process.platform === "linux")(
  "a copy of a server that was killed starts, although its number is another process's by now",
  async () => {
    const copy = copyOf(killed, "number-taken");
    // Where it really lies: the folders of the path may be closed to the server's user.
    const somebody = spawn(realpathSync(Bun.which("sleep")!), ["600"], { stdio: "ignore", ...serverUser() });
    try {
      for (const lock of ["data/postmaster.pid", ".s.PGSQL.5432.lock"].map((name) => join(copy, "database", name)))
        writeFileSync(lock, readFileSync(lock, "utf8").replace(/^\d+/, String(somebody.pid)));
      await expectWhole(copy);
    } finally {
      somebody.kill();
    }
  },
  60_000,
);

test("a copy without the place that its database lies in says so, and makes no new one", async () => {
  const copy = mkdtempSync(join(folder, "half-"));
  symlinkSync("/var/lib/agentlocator/on-the-old-machine", join(copy, "database"));
  const refused = await start(copy).catch((error: Error) => error.message);
  expect(refused).toContain("is a link to /var/lib/agentlocator/on-the-old-machine, which is not here");
});

describe.if(isRoot)("started by a user to whom the copy does not belong", () => {
  /** What somebody who is not root is told by `run` of a file here. Read as root: this tree may be closed to others. */
  function toldToAnother(file: string, run: string): string {
    const program = `const it = await import(${JSON.stringify(join(import.meta.dir, file))});
      process.setgid(${storageUser}); process.setuid(${storageUser});
      it.${run}`;
    return spawnSync(process.execPath, ["--no-install", "-e", program], { cwd: "/", encoding: "utf8" }).stderr;
  }

  test("the storage folder is refused with the command that helps", () => {
    const copy = mkdtempSync(join(folder, "storage-"));
    tryStorageLock(copy, "command");
    chmodSync(copy, 0o755);
    const told = toldToAnother("storage-lock.ts", `tryStorageLock(${JSON.stringify(copy)}, "server");`);
    expect(told).toContain(`give it to them (chown -R ${storageUser} ${copy})`);
  });

  test("the database folder is refused with the command that helps", () => {
    const copy = copyOf(stopped, "database-of-another");
    const root = join(copy, "database");
    const told = toldToAnother("embedded-folders.ts", `prepareRoot(${JSON.stringify(root)}, {}, { warn() {} });`);
    expect(told).toContain(`(chown -R ${storageUser} ${root})`);
  });
});
