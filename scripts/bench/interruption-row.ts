/** A caller talks over the assistant: how fast it is silent, and whether the model is told what was really heard. */

import { CallBench } from "../../src/live-call/testing/call-bench.ts";
import { audioOf } from "../../src/live-call/testing/scripted-engine.ts";
import { loudSound } from "../../src/live-call/testing/scripted-vad.ts";
import { createVirtualClock } from "../../src/sim/clock.ts";
import type { LineFaults } from "../../src/sim/faults.ts";
import type { CallReport } from "../../src/sim/report.ts";
import type { Scenario } from "../../src/sim/scenarios/scenario.ts";
import { startWorld } from "../../src/sim/world.ts";
import { type Finding, ms, quantile, type Row } from "./finding.ts";
import { cores, number, openStand } from "./stand.ts";

const bars = { clearMs: 2, stopMs: 500, cutMs: 60 };
const callers = 40;
const startEveryMs = 400;
const decisions = 300;

// A good line, and one with jitter and a network 40 ms away.
const lines: LineFaults[] = [{}, { jitterMs: 20, delayMs: 40 }];

const interrupter = (call: number): Scenario => ({
  name: "interrupter",
  title: "Interrupts two long answers, each at another moment",
  from: `+9725${String(40_000_000 + call)}`,
  faults: lines[call % lines.length]!,
  noiseDbov: [-60, -52, -45][call % 3]!,
  steps: [
    { do: "listen" },
    { do: "say", text: "כמה עולה תספורת?" },
    { do: "whileSpeaking", afterMs: 700 + ((call * 137) % 2_500) },
    { do: "say", text: "רגע רגע, תגידי לי רק כמה עולה פן?" },
    { do: "whileSpeaking", afterMs: 900 + ((call * 211) % 2_500) },
    { do: "say", text: "טוב תודה, ואיפה אתם נמצאים?" },
    { do: "listen" },
    { do: "hangUp" },
  ],
  patienceMs: 60_000,
});

async function measure(): Promise<Finding[]> {
  return [decisionToClear(), ...(await measureCalls())];
}

async function measureCalls(): Promise<Finding[]> {
  const world = await startWorld({ number });
  const stand = await openStand(world.environment);
  try {
    world.connect({ publicBaseUrl: stand.product.url });
    const calls: Promise<CallReport>[] = [];
    for (let call = 0; call < callers; call++) {
      calls.push(world.dial(interrupter(call)).report);
      await Bun.sleep(startEveryMs);
    }
    const reports = await Promise.all(calls);
    return [heardStop(reports), truncation(reports)];
  } finally {
    await stand.close();
    await world.stop();
  }
}

const conditions = `${callers} callers, one every ${startEveryMs} ms, two interruptions each; half of the lines with 40 ms delay each way and 20 ms jitter, noise floors of -60, -52 and -45 dBov; ${cores}`;

function heardStop(reports: readonly CallReport[]): Finding {
  const stops = reports.flatMap(({ stopMs }) => stopMs);
  const p95 = quantile(stops, 0.95);
  return {
    what: "barge-in as heard: speech start → silence",
    bar: `p95 < ${bars.stopMs} ms`,
    measured: `p50 ${ms(quantile(stops, 0.5))}, p95 ${ms(p95)}, worst ${ms(Math.max(...stops))} of ${stops.length}`,
    conditions,
    passed: stops.length >= callers && p95 < bars.stopMs,
  };
}

function truncation(reports: readonly CallReport[]): Finding {
  const cuts = reports.flatMap((report) => report.cuts);
  const errors = cuts.map(({ toldMs, trueMs }) => Math.abs(Math.max(0, toldMs) - trueMs));
  const p95 = quantile(errors, 0.95);
  return {
    what: "truncation position against what was really heard",
    bar: `p95 ≤ ${bars.cutMs} ms`,
    measured: `p50 ${ms(quantile(errors, 0.5))}, p95 ${ms(p95)}, worst ${ms(Math.max(...errors))} of ${errors.length}`,
    conditions,
    passed: errors.length >= callers && p95 <= bars.cutMs,
  };
}

/**
 * From the moment a frame enters the call, whose sound makes it decide, to the clear on the line: an upper bound of the
 * time from the decision. Real code of the call, scripted line and engine, time of the machine; cold runs count.
 */
function decisionToClear(): Finding {
  const took = Array.from({ length: decisions }, (_, call) => timeOneClear(call));
  const p99 = quantile(took, 0.99);
  return {
    what: "barge-in decision → clear written",
    bar: `< ${bars.clearMs} ms`,
    measured: `p50 ${ms(quantile(took, 0.5))}, p99 ${ms(p99)}, worst ${ms(Math.max(...took))}`,
    conditions: `${decisions} calls in this process, from the arrival of the deciding frame; the first ones run cold`,
    passed: p99 < bars.clearMs,
  };
}

function timeOneClear(call: number): number {
  const bench = new CallBench({ clock: createVirtualClock(), number: call });
  let enteredMs = 0;
  let tookMs = Number.POSITIVE_INFINITY;
  const [onMedia, clear] = [bench.call.onMedia.bind(bench.call), bench.line.clear.bind(bench.line)];
  bench.call.onMedia = (payload, timestampMs) => {
    enteredMs = performance.now();
    onMedia(payload, timestampMs);
  };
  bench.line.clear = () => {
    tookMs = performance.now() - enteredMs;
    return clear();
  };
  bench.start().quiet(500);
  bench.engine.answer("a1", audioOf(0x30, 6_000), "אחת שתיים שלוש ארבע חמש שש שבע שמונה תשע עשר");
  bench.quiet(1_500);
  Bun.gc(true); // the scripted world makes far more garbage than a call does: its collection is not what is timed
  bench.sound(loudSound(600));
  return tookMs;
}

export const interruption: Row = { name: "interruption", title: "a caller talks over the assistant", measure };
