/** The API of the product in a process of its own, and beside it a bare handler that sends the same query (scripts/bench-api.ts). */
import { drizzle } from "drizzle-orm/postgres-js";
import { Hono } from "hono";
import { testApi } from "../../src/app/testing/people.ts";
import { createSessionCache } from "../../src/auth/session-cache.ts";
import { systemClock } from "../../src/base/clock.ts";
import type { BusinessId } from "../../src/base/ids.ts";
import { silentLog } from "../../src/base/log.ts";
import { listLeads } from "../../src/crm/leads/list-leads.ts";
import type { DatabaseAddress } from "../../src/db/address.ts";
import { openDatabase } from "../../src/db/client.ts";
import { connectPostgres } from "../../src/db/connect.ts";
import { createLiveHub } from "../../src/notify/live.ts";

const address = JSON.parse(process.argv[2] ?? "") as DatabaseAddress;
const businessId = process.argv[3] as BusinessId;
const db = openDatabase({ address, log: silentLog });
const hub = createLiveHub({ db, clock: systemClock, log: silentLog, random: Math.random });
const sessions = createSessionCache({ db, clock: systemClock, random: Math.random });
await hub.listening;

/** The text and parameters that the list sends. */
async function listQuery(): Promise<{ text: string; params: unknown[] }> {
  let sent = { text: "", params: [] as unknown[] };
  const client = connectPostgres(address, { connections: 1 });
  const logger = {
    logQuery(text: string, params: unknown[]) {
      sent = { text, params };
    },
  };
  await drizzle(client, { logger }).transaction((tx) =>
    listLeads({ businessId, actor: { kind: "system" }, tx: tx as never }, { limit: 50 }),
  );
  await client.end();
  return sent;
}

const { text, params } = await listQuery();
const bareClient = connectPostgres(address, { connections: 10 });
const app = new Hono();
app.get("/bare", async (c) =>
  c.json({ items: await bareClient.unsafe(text, params as never[], { prepare: true }), next: null }),
);
app.get("/usage", (c) => {
  const { user, system } = process.cpuUsage();
  return c.json({ cpuMicros: user + system, streams: hub.size });
});
app.route("/", testApi(db, "http://127.0.0.1:3000", systemClock, hub, sessions));
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  idleTimeout: 60,
  fetch: (request, bun) => app.fetch(request, { server: bun }),
});
process.stdout.write(`listening ${server.port}\n`);
