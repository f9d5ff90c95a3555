import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningProduct, removeStorage, runCli, startProduct } from "../../../scripts/product.ts";
import { startWorld, type World, type WorldOptions } from "../../sim/world.ts";
import type { CallEntry } from "./call-entry.ts";
import { until } from "./until.ts";

/** The product as it is installed: a process of its own with its own PostgreSQL, between simulated providers. */
export interface Installation {
  readonly world: World;
  readonly storageDir: string;
  /** What the product and its command line are started with. */
  readonly environment: Readonly<Record<string, string>>;
  /** Starts the product (again) and tells the world where it answers. */
  start(): Promise<RunningProduct>;
  /** `business add`; its id. */
  addBusiness(options: Readonly<Record<string, string>>): Promise<string>;
  /** `calls show` of the business's call `callSid` once `ready` is content, by default when the call has ended. */
  entryOf(businessId: string, callSid: string, ready?: (entry: CallEntry) => boolean): Promise<CallEntry>;
  /** Ends whatever still runs and deletes everything. */
  remove(): Promise<void>;
}

/** An empty installation; nothing runs in it yet. */
export async function install(
  options: { world?: WorldOptions; environment?: Readonly<Record<string, string>> } = {},
): Promise<Installation> {
  const world = await startWorld(options.world);
  const storageDir = mkdtempSync(join(tmpdir(), "agentlocator-e2e-"));
  const environment = { ...world.environment, STORAGE_DIR: storageDir, PORT: "0", ...options.environment };
  const products: RunningProduct[] = [];
  const read = async <T>(...args: string[]): Promise<T> => JSON.parse(await runCli(environment, args)) as T;
  return {
    world,
    storageDir,
    environment,
    async start() {
      const product = await startProduct({ environment });
      products.push(product);
      world.connect({ publicBaseUrl: product.url });
      return product;
    },
    async addBusiness(fields) {
      const named = Object.entries(fields).flatMap(([name, value]) => [`--${name}`, value]);
      return (await read<{ id: string }>("business", "add", ...named)).id;
    },
    entryOf: (businessId, callSid, ready = ({ endReason }) => endReason !== null) =>
      until(`the call log's entry of ${callSid} as wanted`, async () => {
        const { calls } = await read<{ calls: CallEntry[] }>("calls", "list", "--business", businessId);
        const listed = calls.find((call) => call.callSid === callSid);
        if (listed === undefined) return null;
        const entry = await read<CallEntry>("calls", "show", listed.id);
        return ready(entry) ? entry : null;
      }),
    async remove() {
      for (const product of products) await product.stop();
      await world.stop();
      await removeStorage(storageDir);
    },
  };
}
