/** The API of the product in a process of its own, and beside it a bare handler that sends the same query (scripts/bench-api.ts). */
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
import { scopeOf } from "../../src/db/orm.ts";
import { withTenant } from "../../src/db/tenant.ts";
import { createLiveHub } from "../../src/notify/live.ts";

const address = JSON.parse(process.argv[2] ?? "") as DatabaseAddress;
const businessId = process.argv[3] as BusinessId;
const db = openDatabase({ address, log: silentLog });
const hub = createLiveHub({ db, clock: systemClock, log: silentLog, random: Math.random });
const sessions = createSessionCache({ db, clock: systemClock, random: Math.random });
await hub.listening;

/** The text and parameters that the list sends, and the names that it gives to the values. */
async function listQuery(): Promise<{ text: string; params: string[]; names: string[] }> {
  let sent = { text: "", params: [] as string[] };
  const names = await withTenant(db, businessId, async (tx) => {
    const scope = scopeOf(tx);
    const { unsafe } = scope;
    scope.unsafe = (text, params = []) => {
      sent = { text, params };
      return unsafe(text, params);
    };
    const { leads } = await listLeads({ businessId, actor: { kind: "system" }, tx }, { limit: 50 });
    return Object.keys(leads[0] ?? {});
  });
  return { ...sent, names };
}

// As somebody writes it who wants nothing but speed: the same query on the same driver, every field under its name, no
// login, no tenant that the database enforces, no transaction. Once as driver and server come, and once with the plan kept as we keep it.
const { text, params, names } = await listQuery();
const named = `select * from (${text}) as page (${names.map((name) => `"${name}"`).join(", ")})`;
const app = new Hono();
for (const [path, session] of [
  ["/bare", {}],
  ["/bare-kept", { plan_cache_mode: "force_generic_plan" }],
] as const) {
  const client = connectPostgres(address, { connections: 10, session });
  app.get(path, async (c) => {
    const rows = await client.unsafe(named, params, { prepare: true });
    return c.json({ items: rows.slice(0, 50), next: null });
  });
}
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
