/** The voice webhook while PostgreSQL stands still and the model hangs: valid TwiML in time, whatever is broken behind it. */
import { systemClock } from "../../src/base/clock.ts";
import { callForm, incomingForm } from "../../src/sim/twilio/forms.ts";
import { parametersOf, whyNotStream } from "../../src/sim/twilio/stream-verb.ts";
import { parseTwiml } from "../../src/sim/twilio/twiml.ts";
import { createWebhookClient } from "../../src/sim/twilio/webhook-client.ts";
import { startWorld, type World } from "../../src/sim/world.ts";
import { type Finding, ms, quantile, type Row } from "./finding.ts";
import { childrenOf } from "./process.ts";
import { cores, number, openStand, type Stand } from "./stand.ts";

const barMs = 100;
const webhooks = 300;
const everyMs = 40;

async function measure(): Promise<Finding[]> {
  const world = await startWorld();
  const stand = await openStand(world.environment);
  try {
    await ask(world, stand, 0); // the first request compiles the path
    world.model.model.faults.hangUpgrade = true;
    const database = [stand.databasePid, ...childrenOf(stand.databasePid)];
    for (const pid of database) process.kill(pid, "SIGSTOP");
    try {
      return [await measureStalled(world, stand)];
    } finally {
      for (const pid of database) process.kill(pid, "SIGCONT");
    }
  } finally {
    await stand.close();
    await world.stop();
  }
}

async function measureStalled(world: World, stand: Stand): Promise<Finding> {
  const asked: Promise<{ tookMs: number; problem: string | null }>[] = [];
  for (let call = 1; call <= webhooks; call++) {
    asked.push(ask(world, stand, call));
    await Bun.sleep(everyMs);
  }
  const answers = await Promise.all(asked);
  const took = answers.map(({ tookMs }) => tookMs);
  const problems = new Set(answers.flatMap(({ problem }) => (problem === null ? [] : [problem])));
  const p99 = quantile(took, 0.99);
  return {
    what: "voice webhook, database stalled and model unreachable",
    bar: `p99 < ${barMs} ms, valid TwiML`,
    measured: `p50 ${ms(quantile(took, 0.5))}, p99 ${ms(p99)}; ${problems.size === 0 ? "every answer a valid stream" : [...problems].join(", ")}`,
    conditions: `${webhooks} signed webhooks of different calls, one every ${everyMs} ms; all processes of PostgreSQL stopped, the model's socket never answers; ${cores}`,
    passed: p99 < barMs && problems.size === 0,
  };
}

/** One signed webhook of a new call, timed from the request to its last byte. */
async function ask(world: World, { product }: Stand, call: number) {
  const { account } = world;
  const sid = account.newSid("CA");
  const from = `+9725${String(20_000_000 + call)}`;
  const form = incomingForm(callForm(account.sid, { sid, from, to: number, status: "ringing" }));
  const client = createWebhookClient(account, systemClock);
  const { tookMs, status, body } = await client.post(`${product.url}/webhook/incoming_call`, form);
  return { tookMs, problem: status === 200 ? problemOf(body) : `status ${status}` };
}

/** What Twilio would have against this answer; null when it connects the caller with the assistant. */
function problemOf(twiml: string): string | null {
  try {
    const stream = parseTwiml(twiml)
      .children.find(({ name }) => name === "Connect")
      ?.children.find(({ name }) => name === "Stream");
    if (!stream) return "no stream in the answer";
    return whyNotStream(stream)?.detail ?? (parametersOf(stream).token ? null : "no token");
  } catch (error) {
    return String(error);
  }
}

export const stalled: Row = { name: "stalled", title: "the webhook while everything behind it is broken", measure };
