import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { createApp } from "../../app.ts";
import { type Clock, systemClock } from "../../base/clock.ts";
import type { BusinessId } from "../../base/ids.ts";
import { createLog } from "../../base/log.ts";
import { readCall } from "../../calls/queries.ts";
import { readConfig } from "../../config.ts";
import { calls } from "../../db/schema/call.ts";
import { withSystem, withTenant } from "../../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../../db/test-db.ts";
import { type ChaosLink, openLink } from "../../sim/chaos-link.ts";
import { startWorld, type World, type WorldOptions } from "../../sim/world.ts";
import { addBusiness, type NewBusiness } from "../../tenants/business.ts";
import type { CallEntry } from "./call-entry.ts";
import { until } from "./until.ts";

export interface StageOptions {
  world?: WorldOptions;
  clock?: Clock;
  /** Settings by their public names, over those of the world. */
  environment?: Readonly<Record<string, string>>;
}

/** The whole product in this process, between simulated providers, on a database of its own. */
export interface Stage {
  readonly world: World;
  /** Public address, and where it is reached. */
  readonly url: string;
  readonly listensAt: string;
  readonly storageDir: string;
  /** The product's database, seen from outside and not over the link. */
  readonly db: TestDatabase;
  /** What lies between the product and its database. */
  readonly databaseLink: ChaosLink;
  /** What lies between the product and the model. */
  readonly modelLink: ChaosLink;
  /** Every line that the product logged. */
  readonly lines: readonly string[];
  addBusiness(business: NewBusiness): Promise<BusinessId>;
  /** The call log's entry once `ready` is content with it, by default when the call has ended. */
  entryOf(callSid: string, ready?: (entry: CallEntry) => boolean): Promise<CallEntry & { businessId: BusinessId }>;
  /** Ends the product as it is, its database away or not, and starts it again on the same storage and a healed database. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Opens a stage: some 200 ms, and 1.5 s more for the first one of a test process. */
export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const [world, db] = await Promise.all([startWorld(options.world), testDatabase()]);
  if (db.address.kind !== "socket") throw new Error("test databases listen on a unix socket");
  const databaseLink = await openLink(join(db.address.socketDir, `.s.PGSQL.${db.address.port}`));
  const modelUrl = new URL(world.environment.OPENAI_BASE_URL!);
  const modelLink = await openLink(Number(modelUrl.port));
  modelUrl.port = String(modelLink.port);
  const storageDir = mkdtempSync(join(tmpdir(), "agentlocator-e2e-"));
  const config = readConfig({
    ...world.environment,
    OPENAI_BASE_URL: modelUrl.href,
    STORAGE_DIR: storageDir,
    PORT: "0",
    DATABASE_URL: `postgres://${db.address.user}@127.0.0.1:${databaseLink.port}/${db.address.database}`,
    ...options.environment,
  });
  const lines: string[] = [];
  const log = createLog({ ...config.log, write: (line) => void lines.push(line), instant: systemClock.instant });
  const open = async () => {
    const app = createApp({ config, log, clock: options.clock ?? systemClock, random: Math.random });
    const { url, listensAt } = await app.start();
    world.connect({ publicBaseUrl: url, listensAt });
    return { app, url, listensAt };
  };
  let running = await open();
  return {
    world,
    get url() {
      return running.url;
    },
    get listensAt() {
      return running.listensAt;
    },
    storageDir,
    db,
    databaseLink,
    modelLink,
    lines,
    addBusiness: (business) => addBusiness(db, business),
    async entryOf(callSid, ready = ({ endReason }) => endReason !== null) {
      let entry: Awaited<ReturnType<typeof readEntry>> = null;
      const found = async () => {
        entry = await readEntry(db, callSid);
        return entry !== null && ready(entry) ? entry : null;
      };
      return until(() => `the call log's entry of ${callSid} as wanted, but: ${JSON.stringify(entry)}`, found);
    },
    async restart() {
      await running.app.stop();
      databaseLink.heal();
      running = await open();
    },
    async stop() {
      databaseLink.heal();
      await running.app.stop();
      await world.stop();
      await Promise.all([databaseLink.stop(), modelLink.stop()]);
      await db.drop();
      rmSync(storageDir, { recursive: true, force: true });
      expectDiscreet(lines);
    },
  };
}

/** S10: whatever a test did, no line that it logged holds a whole phone number or a sign that a terminal obeys. */
function expectDiscreet(lines: readonly string[]): void {
  const indiscreet = /(?<![-\w])(?:\+?972[2-9]\d{7,8}|05\d{8})\b|[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;
  const line = lines.find((each) => indiscreet.test(each.trimEnd()));
  if (line !== undefined) throw new Error(`this may not stand in a log: ${JSON.stringify(line)}`);
}

async function readEntry(db: TestDatabase, callSid: string): Promise<(CallEntry & { businessId: BusinessId }) | null> {
  const rows = await withSystem(db, (tx) =>
    tx
      .select({ id: calls.id, businessId: calls.businessId })
      .from(calls)
      .where(eq(calls.callSid, callSid as never)),
  );
  const row = rows[0];
  if (row === undefined) return null;
  const { businessId } = row;
  const entry = await withTenant(db, businessId, (tx) =>
    readCall({ businessId, actor: { kind: "system" }, tx }, row.id),
  );
  return { ...entry, businessId };
}
