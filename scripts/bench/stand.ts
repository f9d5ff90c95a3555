/** Product and relay in processes of their own, each pinned to the same core; the world they talk to runs in this one. */
import { mkdtempSync, readFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningProduct, removeStorage, runCli, startProduct } from "../product.ts";

export const number = "+97235550177";

type Environment = Readonly<Record<string, string>>;

const canPin = cpus().length > 1 && Bun.which("taskset") !== null;
const productPrefix = canPin ? ["taskset", "-c", "0"] : [];

/** Moves this process, which is the telephone network and the model, off the product's core. */
export async function leaveFirstCore(): Promise<void> {
  if (canPin) await Bun.$`taskset -a -p -c 1-${cpus().length - 1} ${process.pid}`.quiet();
}

export const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? "?"}, Bun ${Bun.version}`;
export const cores = canPin ? "product and its PostgreSQL on one core, load on another" : "cores shared with the load";

export interface Stand {
  readonly product: RunningProduct;
  readonly storageDir: string;
  /** The postmaster of the product's own PostgreSQL. */
  readonly databasePid: number;
  addBusiness(phone: string, greeting: string): Promise<void>;
  /** Stops the product, deletes its storage. */
  close(): Promise<void>;
}

/** Starts the product with a business that has the number. The greeting is not rendered yet. */
export async function openStand(world: Environment): Promise<Stand> {
  const storageDir = mkdtempSync(join(tmpdir(), "agentlocator-bench-"));
  const environment = { ...world, PORT: "0", STORAGE_DIR: storageDir };
  const product = await startProduct({ environment, prefix: productPrefix });
  const addBusiness = async (phone: string, greeting: string): Promise<void> => {
    await runCli(environment, [
      ...["business", "add", "--name", "לדוגמה", "--phone", phone, "--timezone", "Asia/Jerusalem"],
      ...["--greeting", greeting, "--prompt", "ענו בקצרה."],
    ]);
  };
  await addBusiness(number, "שלום, הגעתם לעסק לדוגמה. השיחה מוקלטת. איך אפשר לעזור?");
  return {
    product,
    storageDir,
    databasePid: Number(readFileSync(join(storageDir, "database/data/postmaster.pid"), "utf8").split("\n", 1)[0]),
    addBusiness,
    async close() {
      await product.stop();
      await removeStorage(storageDir);
    },
  };
}

export interface RunningRelay {
  readonly url: string;
  readonly pid: number;
  close(): Promise<void>;
}

/** Starts the yardstick on a free port of its own choice. */
export async function openRelay(world: Environment): Promise<RunningRelay> {
  const modelUrl = `${(world.OPENAI_BASE_URL ?? "").replace(/^http/, "ws")}/realtime?model=relay`;
  const command = [process.execPath, join(import.meta.dir, "relay.ts"), modelUrl, world.OPENAI_API_KEY ?? ""];
  const child = Bun.spawn([...productPrefix, ...command], { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const url = /http:\S+/.exec(new TextDecoder().decode(value))?.[0];
  if (url === undefined) throw new Error("the relay did not start");
  return {
    url,
    pid: child.pid,
    async close() {
      child.kill();
      await child.exited;
    },
  };
}
