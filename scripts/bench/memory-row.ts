/** A thousand short calls through one process: what stays behind. */
import { type Finding, mb, type Row } from "./finding.ts";
import { productRun } from "./load-runs.ts";
import { residentBytes } from "./process.ts";
import { cores } from "./stand.ts";

const load = { calls: 1_000, seconds: 8, rampSeconds: 100, interruptEvery: 2 };
const bar = 1.1;
// The collector returns pages some seconds after the last call; nothing is asked of it from outside.
const settleMs = 20_000;

async function measure(): Promise<Finding[]> {
  let endBytes = 0;
  const { startBytes, peakBytes, report } = await productRun(load, async ({ product }) => {
    await Bun.sleep(settleMs);
    endBytes = residentBytes(product.pid);
  });
  const ratio = endBytes / startBytes;
  return [
    {
      what: "resident memory after 1,000 calls",
      bar: "within 10 % of the start",
      measured: `${mb(endBytes)} against ${mb(startBytes)} (${ratio.toFixed(2)} ×), ${mb(peakBytes)} at the highest`,
      conditions: `${report.streams} calls of ${load.seconds} s over ${load.rampSeconds} s, up to 80 at once; ${settleMs / 1_000} s after the last; ${cores}`,
      passed: ratio <= bar && report.streams === load.calls,
    },
  ];
}

export const memory: Row = { name: "memory", title: "memory after 1,000 calls", measure };
