/** A hundred calls at once, the product and the relay in turn: delay, price in CPU, memory, heard stop. */
import type { LoadReport } from "../../src/sim/load.ts";
import { type Finding, mb, ms, type Row } from "./finding.ts";
import { productRun, type Run, relayRun, warmUpSeconds } from "./load-runs.ts";
import { cores } from "./stand.ts";

const load = { calls: 100, seconds: 90, rampSeconds: 8, interruptEvery: 3 }; // a short call for a business, long enough to be warm
const rounds = 2;
const bars = { delayMs: 5, stopMs: 500, cpuRatio: 1.5, memoryBytes: 150e6 };

const worst = (runs: readonly Run[], of: (report: LoadReport) => number): number =>
  Math.max(...runs.map(({ report }) => of(report)));

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;

const listed = (numbers: readonly number[], digits: number): string =>
  numbers.map((value) => value.toFixed(digits)).join(", ");

async function measure(): Promise<Finding[]> {
  const product: Run[] = [];
  const relay: Run[] = [];
  for (let round = 0; round < rounds; round++) {
    relay.push(await relayRun(load));
    product.push(await productRun(load));
  }
  const conditions = `${load.calls} calls × ${load.seconds} s, ${rounds} rounds in turn with the relay, ${cores}`;
  return [...delays(product, relay, conditions), stop(product, conditions), cpu(product, relay), memory(product)];
}

function delays(product: readonly Run[], relay: readonly Run[], conditions: string): Finding[] {
  const late = worst(product, ({ ownLatenessMs }) => ownLatenessMs.p99);
  return (["uplinkMs", "downlinkMs"] as const).map((direction) => {
    const p50 = worst(product, (report) => report[direction].p50);
    const p99 = worst(product, (report) => report[direction].p99);
    return {
      what: `added delay, ${direction === "uplinkMs" ? "caller → model" : "model → caller"}`,
      bar: `p99 < ${bars.delayMs} ms`,
      measured: `p50 ${ms(p50)}, p99 ${ms(p99)}${direction === "uplinkMs" ? `; the relay p99 ${ms(worst(relay, ({ uplinkMs }) => uplinkMs.p99))}` : ""}`,
      conditions: `${conditions}; worst of the rounds; the load's own timer was late by p99 ${ms(late)}`,
      passed: p99 < bars.delayMs,
    };
  });
}

function stop(product: readonly Run[], conditions: string): Finding {
  const p95 = worst(product, ({ stopMs }) => stopMs.p95);
  const count = product.reduce((sum, { report }) => sum + report.stopMs.count, 0);
  return {
    what: "barge-in as heard: speech start → silence, 100 calls at once",
    bar: `p95 < ${bars.stopMs} ms`,
    measured: `p50 ${ms(worst(product, ({ stopMs }) => stopMs.p50))}, p95 ${ms(p95)} of ${count}`,
    conditions,
    passed: p95 < bars.stopMs,
  };
}

function cpu(product: readonly Run[], relay: readonly Run[]): Finding {
  const own = product.map(({ cpuPerCallMinute }) => cpuPerCallMinute);
  const yardstick = relay.map(({ cpuPerCallMinute }) => cpuPerCallMinute);
  const database = product.map(({ databasePerCallMinute }) => databasePerCallMinute);
  const ratio = mean(own) / mean(yardstick);
  return {
    what: "CPU per call-minute against the relay",
    bar: `≤ ${bars.cpuRatio} ×`,
    measured: `${ratio.toFixed(2)} × (${listed(own, 3)} s against ${listed(yardstick, 3)} s), and ${listed(database, 3)} s in PostgreSQL`,
    conditions: `${load.calls} calls × ${load.seconds} s in turn; product with detector, ledger, recording and call log; from ${warmUpSeconds} s on (the compiler's first seconds left out), the end of the calls included, its PostgreSQL apart`,
    passed: ratio <= bars.cpuRatio,
  };
}

function memory(product: readonly Run[]): Finding {
  const peak = Math.max(...product.map(({ peakBytes }) => peakBytes));
  return {
    what: "resident memory at 100 calls",
    bar: `< ${mb(bars.memoryBytes)}`,
    measured: `${mb(peak)} at the highest, ${mb(product[0]!.startBytes)} before the first call`,
    conditions: `${load.calls} calls × ${load.seconds} s, recorded; the product's process, read every 500 ms`,
    passed: peak < bars.memoryBytes,
  };
}

export const steady: Row = { name: "steady", title: "100 calls at once", measure };
