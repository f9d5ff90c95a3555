import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AppError, describeError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { limits } from "../limits.ts";
import type { DatabaseAddress } from "./address.ts";
import { connectPostgres } from "./connect.ts";
import { dropForeignLocks, prepareRoot, socketFolder, syncFolder } from "./embedded-folders.ts";
import { giveWay } from "./give-way.ts";
import { findPostgres, type PostgresBinaries, type ServerUser, serverUser } from "./postgres-binaries.ts";

export interface EmbeddedSettings {
  /** Folder of the server: `data`, its socket, its log. Created when missing. */
  root: string;
  log: Log;
  /** Default: found by `findPostgres`. */
  binaries?: PostgresBinaries;
  /** False = a server for tests: no fsync, lost with the machine. Default true. */
  durable?: boolean;
}

export interface EmbeddedServer {
  address: DatabaseAddress;
  /** True when the server was already running (its starter was killed). */
  adopted: boolean;
  /** Process of the server now. */
  readonly pid: number;
  /** From now on starts the server again whenever its process is gone, until `stop`. */
  keepRunning(): void;
  /** Ends all sessions, then the server, and waits until it is gone. */
  stop(): Promise<void>;
}

const port = 5432; // only a file name here: the server listens on a unix socket alone
const user = "app";

/**
 * Starts (or adopts) the PostgreSQL server that belongs to `root`.
 * @throws AppError "unavailable" when the machine has no PostgreSQL, or it does not start.
 */
export async function startEmbedded(settings: EmbeddedSettings): Promise<EmbeddedServer> {
  const runAs = serverUser();
  const root = prepareRoot(settings.root, runAs, settings.log);
  const server = new Supervisor(root, runAs, settings);
  const running = await server.probe();
  if (running) return server.handle(true);
  await server.start();
  return server.handle(false);
}

/** Address of the server that runs on `root` now, or null. Starts nothing. */
export async function findEmbedded(root: string): Promise<DatabaseAddress | null> {
  if (!existsSync(root)) return null;
  const address = addressOf(realpathSync(root), serverUser());
  return (await answers(address)) ? address : null;
}

const addressOf = (root: string, runAs: ServerUser): DatabaseAddress & { kind: "socket" } => ({
  kind: "socket",
  socketDir: socketFolder(root, runAs),
  port,
  user,
  database: "postgres",
});

async function answers(address: DatabaseAddress): Promise<boolean> {
  const sql = connectPostgres(address, { connections: 1 });
  try {
    await sql`select 1`;
    return true;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 0 });
  }
}

class Supervisor {
  readonly #root: string;
  readonly #runAs: ServerUser;
  readonly #settings: EmbeddedSettings;
  readonly #address: DatabaseAddress & { kind: "socket" };
  #keeper: ReturnType<typeof setInterval> | undefined;
  #restarting: Promise<void> | null = null;

  constructor(root: string, runAs: ServerUser, settings: EmbeddedSettings) {
    this.#root = root;
    this.#runAs = runAs;
    this.#settings = settings;
    this.#address = addressOf(root, runAs);
  }

  /** True when a server answers on the socket now. */
  probe(): Promise<boolean> {
    return answers(this.#address);
  }

  async start(): Promise<void> {
    const binaries = this.#settings.binaries ?? findPostgres(this.#root, this.#runAs);
    if (!binaries) {
      throw new AppError(
        "unavailable",
        "no PostgreSQL on this machine: install one, or set DATABASE_URL to a server's address",
      );
    }
    const data = join(this.#root, "data");
    if (existsSync(data)) checkVersion(data, binaries);
    else this.#initialise(binaries, data);
    const deadline = performance.now() + limits.databaseStartMs;
    let said = "";
    for (;;) {
      dropForeignLocks(data, this.#address.socketDir);
      const failure = await this.#launch(binaries, data, deadline);
      if (failure === null) return;
      said = failure || said; // the last one may have had no time to say anything
      if (performance.now() > deadline)
        throw new AppError("unavailable", `PostgreSQL did not start: ${said || "it said nothing"}`);
      await Bun.sleep(200); // a predecessor that is dying, or a zombie whose pid is still listed: both pass
    }
  }

  /** A cluster is made under another name, so that one cut short is never taken for a whole one. */
  #initialise(binaries: PostgresBinaries, data: string): void {
    for (const left of readdirSync(this.#root).filter((name) => name.startsWith("data.tmp")))
      rmSync(join(this.#root, left), { recursive: true, force: true });
    const half = `${data}.tmp-${newId()}`; // its own name: an initdb whose starter was killed may still be writing
    const locale =
      majorVersion(binaries) >= 17 ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] : ["--locale=C"];
    const sync = this.#settings.durable === false ? ["--no-sync"] : [];
    const made = spawnSync(binaries.initdb, ["-D", half, "-U", user, "-A", "trust", "-E", "UTF8", ...locale, ...sync], {
      ...this.#runAs,
      cwd: this.#root,
      encoding: "utf8",
    });
    if (made.status !== 0) {
      const said = (made.stderr ?? "").trim().split("\n").slice(-3).join(" | ");
      throw new AppError("unavailable", `initdb failed: ${said}`, { cause: made.error });
    }
    renameSync(half, data);
    syncFolder(this.#root);
  }

  /** Starts the server once. Null when it answers, else the last line that it said. */
  async #launch(binaries: PostgresBinaries, data: string, deadline: number): Promise<string | null> {
    const logFile = join(this.#root, "server.log");
    const output = openSync(logFile, "w");
    const server = spawn(binaries.postgres, ["-D", data, ...serverFlags(this.#address.socketDir, this.#settings)], {
      ...this.#runAs,
      cwd: this.#root,
      detached: true, // Ctrl-C goes to the whole process group; the database has to outlive our own shutdown
      stdio: ["ignore", "ignore", output],
    });
    closeSync(output);
    if (server.pid !== undefined) giveWay(server.pid);
    let over = false;
    const exited = new Promise<void>((resolve) => {
      const end = () => {
        over = true;
        resolve();
      };
      server.once("exit", end);
      server.once("error", end);
    });
    server.unref();
    while (!over && performance.now() < deadline) {
      if (await this.probe()) return null;
      await Promise.race([exited, Bun.sleep(20)]);
    }
    return lastLine(logFile);
  }

  handle(adopted: boolean): EmbeddedServer {
    const pidNow = () => this.#pid() ?? 0;
    return {
      address: this.#address,
      adopted,
      get pid() {
        return pidNow();
      },
      keepRunning: () => this.#keepRunning(),
      stop: () => this.#stop(),
    };
  }

  #keepRunning(): void {
    this.#keeper = setInterval(() => {
      const pid = this.#pid();
      if (this.#restarting || (pid !== null && isAlive(pid))) return;
      this.#restarting = this.#restart().finally(() => {
        this.#restarting = null;
      });
    }, limits.databaseKeepMs);
    this.#keeper.unref();
  }

  async #restart(): Promise<void> {
    const { log } = this.#settings;
    log.error("DB", "the database server is gone: starting it again");
    await this.start().catch((error: unknown) =>
      log.error("DB", "the database server did not start", { error: describeError(error) }),
    );
  }

  #pid(): number | null {
    try {
      const first = readFileSync(join(this.#root, "data", "postmaster.pid"), "utf8").split("\n")[0];
      return Number(first) || null;
    } catch {
      return null;
    }
  }

  async #stop(): Promise<void> {
    clearInterval(this.#keeper);
    await this.#restarting;
    const pid = this.#pid();
    if (pid === null) return;
    const deadline = performance.now() + limits.databaseStopMs;
    signal(pid, "SIGINT"); // PostgreSQL's "fast" shutdown
    while (this.#pid() === pid && isAlive(pid)) {
      if (performance.now() > deadline) throw new AppError("unavailable", "PostgreSQL does not stop");
      await Bun.sleep(20);
    }
  }
}

/** 40 connections: two pools of ours while one replaces the other, the command line, and some room. */
function serverFlags(socketDir: string, { durable }: EmbeddedSettings): string[] {
  const flags = {
    listen_addresses: "",
    unix_socket_directories: socketDir,
    unix_socket_permissions: "0700",
    port,
    max_connections: 40,
    shared_buffers: "64MB",
    max_wal_size: "256MB",
    jit: "off",
    // Its log is for why it does not start. Errors of statements come back to us, and their details name customers.
    log_min_messages: "log",
    log_min_error_statement: "panic",
    log_checkpoints: "off",
    ...(durable === false
      ? { fsync: "off", full_page_writes: "off", synchronous_commit: "off", max_connections: 200 }
      : {}),
  };
  return Object.entries(flags).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

function majorVersion(binaries: PostgresBinaries): number {
  const said = spawnSync(binaries.postgres, ["--version"], { cwd: "/", encoding: "utf8" }).stdout ?? "";
  return Number(/(\d+)/.exec(said)?.[1] ?? 0);
}

/** A cluster belongs to the major version that made it. @throws AppError "unavailable" when that is another one. */
function checkVersion(data: string, binaries: PostgresBinaries): void {
  const made = Number.parseInt(readFileSync(join(data, "PG_VERSION"), "utf8"), 10);
  const ours = majorVersion(binaries);
  if (made === ours) return;
  const found = `the database in ${data} was made by PostgreSQL ${made}, and only ${ours} is here`;
  throw new AppError("unavailable", `${found}: install ${made}, or set DATABASE_URL to a server with a copy of it`);
}

function signal(pid: number, name: "SIGINT"): void {
  try {
    process.kill(pid, name);
  } catch {
    // gone already
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function lastLine(path: string): string {
  return readFileSync(path, "utf8").trim().split("\n").slice(-2).join(" | ");
}
