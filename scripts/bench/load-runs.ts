/** The same load against the product and against the relay. */
import { type LoadOptions, type LoadReport, runLoad } from "../../src/sim/load.ts";
import { ProcessWatch, treeCpuSeconds } from "./process.ts";
import { number, openRelay, openStand, type Stand } from "./stand.ts";

type Load = Pick<LoadOptions, "calls" | "seconds" | "rampSeconds" | "interruptEvery" | "thinkMs">;

export interface Run {
  report: LoadReport;
  /** Seconds of CPU per minute of one call, from `warmUpSeconds` on, the end of the calls included. */
  cpuPerCallMinute: number;
  /** The same of its PostgreSQL; 0 for the relay, which has none. */
  databasePerCallMinute: number;
  /** Share of its own core that the load needed, starting the product included. */
  loadShare: number;
  /** Part of the time in which its main thread was ready and others had its core, its own PostgreSQL among them. */
  waitedShare: number;
  /** Before the first call. */
  startBytes: number;
  peakBytes: number;
}

// A server runs for weeks: what the compiler spends on its first seconds says nothing about the price of a call. By
// windows of 5 s (100 calls, 240 s) a call-minute costs a fifth more until then, and the same ever after.
export const warmUpSeconds = 25;

/** Call-minutes after the warm-up: calls begin evenly over the ramp, and each lasts equally long. */
const callMinutes = ({ calls, seconds, rampSeconds = 2 }: Load): number =>
  (calls * Math.max(1, seconds - warmUpSeconds + rampSeconds / 2)) / 60;

/** Begins to count the CPU of this process; the result is its share of one core since then. */
function countOwnCpu(): () => number {
  const [before, startedMs] = [process.cpuUsage(), performance.now()];
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000 / (performance.now() - startedMs);
  };
}

const resultOf = (
  report: LoadReport,
  watch: ProcessWatch,
  load: Load,
  loadShare: number,
  database: ProcessWatch | null = null,
): Run => ({
  report,
  loadShare,
  cpuPerCallMinute: watch.usedAfter(warmUpSeconds) / callMinutes(load),
  databasePerCallMinute: (database?.usedAfter(warmUpSeconds) ?? 0) / callMinutes(load),
  waitedShare: watch.waitedShare,
  startBytes: watch.samples[0]!.residentBytes,
  peakBytes: watch.peakBytes,
});

/** `afterwards` sees the product once the calls are over, before it is stopped. */
export async function productRun(load: Load, afterwards?: (stand: Stand) => Promise<void>): Promise<Run> {
  let stand: Stand | null = null;
  let watch: ProcessWatch | null = null;
  let database: ProcessWatch | null = null;
  const ownShare = countOwnCpu();
  try {
    const report = await runLoad({
      ...load,
      number,
      async startProduct(world) {
        stand = await openStand(world);
        watch = new ProcessWatch(stand.product.pid);
        database = new ProcessWatch(stand.databasePid, treeCpuSeconds);
        return { publicBaseUrl: stand.product.url };
      },
    });
    const loadShare = ownShare();
    await Bun.sleep(1_000); // what is written after a call belongs to its price
    watch!.stop();
    database!.stop();
    await afterwards?.(stand!);
    return resultOf(report, watch!, load, loadShare, database);
  } finally {
    (watch as ProcessWatch | null)?.stop();
    (database as ProcessWatch | null)?.stop();
    await (stand as Stand | null)?.close();
  }
}

export async function relayRun(load: Load): Promise<Run> {
  let close: (() => Promise<void>) | null = null;
  let watch: ProcessWatch | null = null;
  const ownShare = countOwnCpu();
  try {
    const report = await runLoad({
      ...load,
      number,
      async startProduct(world) {
        const relay = await openRelay(world);
        close = relay.close;
        watch = new ProcessWatch(relay.pid);
        return { publicBaseUrl: relay.url };
      },
    });
    watch!.stop();
    return resultOf(report, watch!, load, ownShare());
  } finally {
    (watch as ProcessWatch | null)?.stop();
    await (close as (() => Promise<void>) | null)?.();
  }
}
