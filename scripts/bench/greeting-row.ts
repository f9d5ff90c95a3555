/** Fifty calls at once: how long after `start` the greeting is heard, the first time and when it is kept. */
import type { Scenario } from "../../src/sim/scenarios/scenario.ts";
import { startWorld, type World } from "../../src/sim/world.ts";
import { type Finding, ms, quantile, type Row } from "./finding.ts";
import { productRun } from "./load-runs.ts";
import { cores, number, openStand } from "./stand.ts";

const calls = 50;
const bars = { p50Ms: 40, p99Ms: 150, uncachedMs: 500 };
// Long enough for the phrases of the first calls to be rendered and kept.
const renderMs = 4_000;
const thinkMs = 350;

const listener = (call: number): Scenario => ({
  name: "listener",
  title: "Somebody who hears the greeting and hangs up",
  from: `+9725${String(30_000_000 + call)}`,
  steps: [{ do: "wait", ms: 3_000 }, { do: "hangUp" }],
});

const measure = async (): Promise<Finding[]> => [await measureCached(), await measureUncached()];

async function measureCached(): Promise<Finding> {
  const world = await startWorld({ number });
  const stand = await openStand(world.environment);
  try {
    world.connect({ publicBaseUrl: stand.product.url });
    await world.dial(listener(0)).report;
    await Bun.sleep(renderMs);
    return cachedFinding(await greetings(world));
  } finally {
    await stand.close();
    await world.stop();
  }
}

/** `start` → first audible sample, for each of the calls; Infinity where nothing was heard. */
async function greetings(world: World): Promise<number[]> {
  const reports = await Promise.all(Array.from({ length: calls }, (_, call) => world.dial(listener(call)).report));
  return reports.map(({ greetingMs }) => greetingMs ?? Number.POSITIVE_INFINITY);
}

const conditions = `${calls} calls dialled at the same moment, first audible sample at the caller; ${cores}`;

function cachedFinding(greetingMs: number[]): Finding {
  const [p50, p99] = [quantile(greetingMs, 0.5), quantile(greetingMs, 0.99)];
  return {
    what: "start → greeting, kept from an earlier call",
    bar: `p50 < ${bars.p50Ms} ms, p99 < ${bars.p99Ms} ms`,
    measured: `p50 ${ms(p50)}, p99 ${ms(p99)}`,
    conditions,
    passed: p50 < bars.p50Ms && p99 < bars.p99Ms,
  };
}

async function measureUncached(): Promise<Finding> {
  const { greetingMs, streams } = (await productRun({ calls, seconds: 4, rampSeconds: 0, thinkMs })).report;
  return {
    what: "start → greeting, never said before",
    bar: `< ${bars.uncachedMs} ms`,
    measured: `p50 ${ms(greetingMs.p50)}, worst ${ms(greetingMs.max)} of ${greetingMs.count}`,
    conditions: `${conditions}; the simulated model thinks for ${thinkMs} ms`,
    passed: greetingMs.max < bars.uncachedMs && greetingMs.count === calls && streams === calls,
  };
}

export const greeting: Row = { name: "greeting", title: "start → first greeting audio", measure };
