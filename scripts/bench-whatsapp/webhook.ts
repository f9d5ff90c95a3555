/** Twilio's WhatsApp webhook while PostgreSQL stands still: acknowledged in time from the disk, and every message stored later. */
import { systemClock } from "../../src/base/clock.ts";
import { createWebhookClient } from "../../src/sim/twilio/webhook-client.ts";
import { startWorld, type World } from "../../src/sim/world.ts";
import { type Finding, ms, quantile, type Row } from "../bench/finding.ts";
import { childrenOf } from "../bench/process.ts";
import { cores, number, openStand, type Stand } from "../bench/stand.ts";
import { runCli } from "../product.ts";

const barMs = 100;
const messages = 300;
const everyMs = 40;
const storedWithinMs = 120_000;

async function measure(): Promise<Finding[]> {
  const world = await startWorld();
  const sender = { WHATSAPP_PROVIDER: "twilio", TWILIO_WHATSAPP_NUMBER: number };
  const stand = await openStand({ ...world.environment, ...sender });
  try {
    await ask(world, stand, 0); // the first request compiles the path
    const stalled = await measureStalled(world, stand);
    const stored = await countStored({ ...world.environment, ...sender, STORAGE_DIR: stand.storageDir });
    return [stalled, stored];
  } finally {
    await stand.close();
    await world.stop();
  }
}

async function measureStalled(world: World, stand: Stand): Promise<Finding> {
  const database = [stand.databasePid, ...childrenOf(stand.databasePid)];
  for (const pid of database) process.kill(pid, "SIGSTOP");
  try {
    const asked: ReturnType<typeof ask>[] = [];
    for (let customer = 1; customer <= messages; customer++) {
      asked.push(ask(world, stand, customer));
      await Bun.sleep(everyMs);
    }
    const answers = await Promise.all(asked);
    const took = answers.map(({ tookMs }) => tookMs);
    const refused = answers.filter(({ status }) => status !== 200).length;
    const p99 = quantile(took, 0.99);
    return {
      what: "Twilio's WhatsApp webhook, database stalled",
      bar: `p99 < ${barMs} ms, every one acknowledged`,
      measured: `p50 ${ms(quantile(took, 0.5))}, p99 ${ms(p99)}; ${refused} not acknowledged`,
      conditions: `${messages} signed messages of different customers, one every ${everyMs} ms; all processes of PostgreSQL stopped; ${cores}`,
      passed: p99 < barMs && refused === 0,
    };
  } finally {
    for (const pid of database) process.kill(pid, "SIGCONT");
  }
}

/** One signed webhook of a customer who writes for the first time, timed from the request to its last byte. */
function ask({ account }: World, { product }: Stand, customer: number) {
  const form = {
    AccountSid: account.sid,
    MessageSid: account.newSid("SM"),
    From: `whatsapp:+9725${String(20_000_000 + customer)}`,
    To: `whatsapp:${number}`,
    Body: "שלום, יש לכם תור למחר?",
    NumMedia: "0",
  };
  return createWebhookClient(account, systemClock).post(`${product.url}/webhook/whatsapp/incoming`, form);
}

/** Chats in the database, once they are all there or the time is over. */
async function countStored(environment: Readonly<Record<string, string>>): Promise<Finding> {
  const [business] = JSON.parse(await runCli(environment, ["business", "list"])) as { id: string }[];
  const startedMs = performance.now();
  let stored = 0;
  while (stored <= messages && performance.now() - startedMs < storedWithinMs) {
    await Bun.sleep(1_000); // counting takes the time of storing
    stored = await countChats(environment, business!.id);
  }
  return {
    what: "messages acknowledged meanwhile, stored when the database is back",
    bar: `all ${messages + 1}, each once`,
    measured: `${stored} after ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`,
    conditions: "one chat per customer, counted through the command line",
    passed: stored === messages + 1,
  };
}

async function countChats(environment: Readonly<Record<string, string>>, businessId: string): Promise<number> {
  let count = 0;
  for (let before: string | null | undefined; before !== null; ) {
    const from = before === undefined ? [] : ["--before", before];
    const args = ["whatsapp", "chats", "--business", businessId, "--limit", "100", ...from];
    const page = JSON.parse(await runCli(environment, args)) as { chats: unknown[]; next: string | null };
    count += page.chats.length;
    before = page.next;
  }
  return count;
}

export const webhook: Row = { name: "webhook", title: "Twilio's webhook while the database stands still", measure };
