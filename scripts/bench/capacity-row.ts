/** More and more calls on one core, until somebody would hear it. */
import { type Finding, ms, type Row } from "./finding.ts";
import { productRun, type Run } from "./load-runs.ts";
import { cores } from "./stand.ts";

const bars = { calls: 250, delayMs: 20 };
const steps = [250, 300, 350, 400]; // 400 is the product's own bound
const seconds = 40;
const rampSeconds = 20; // a dozen new calls a second: more than any business has

const p99Of = ({ report }: Run): number => Math.max(report.uplinkMs.p99, report.downlinkMs.p99);
const holds = (run: Run): boolean =>
  p99Of(run) < bars.delayMs && run.report.framesLost === 0 && run.report.streams === run.report.calls;

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

async function measure(): Promise<Finding[]> {
  const tried: string[] = [];
  let most = 0;
  for (const calls of steps) {
    const run = await productRun({ calls, seconds, rampSeconds, interruptEvery: 3 });
    const { streams, framesLost, ownLatenessMs } = run.report;
    const busy = Math.round(((run.cpuPerCallMinute * calls) / 60) * 100);
    tried.push(
      `${calls}: p99 ${ms(p99Of(run))}, ${framesLost} lost, ${streams} streams, product ${busy} % of its core and ${percent(run.waitedShare)} waiting for it, load ${percent(run.loadShare)} of its own and late by p99 ${ms(ownLatenessMs.p99)}`,
    );
    if (!holds(run)) break;
    most = calls;
  }
  return [
    {
      what: `concurrent calls with p99 < ${bars.delayMs} ms in both directions and no lost frame`,
      bar: `≥ ${bars.calls}`,
      measured: most === 0 ? `fewer than ${steps[0]}` : `${most}${most === steps.at(-1) ? " (the most tried)" : ""}`,
      conditions: `${seconds} s each, begun within ${rampSeconds} s, ${cores}; ${tried.join("; ")}`,
      passed: most >= bars.calls,
    },
  ];
}

export const capacity: Row = { name: "capacity", title: "calls on one core", measure };
