/** The same load against the product and against the relay. */
import { type LoadOptions, type LoadReport, runLoad } from "../../src/sim/load.ts";
import { ProcessWatch } from "./process.ts";
import { number, openRelay, openStand, type Stand } from "./stand.ts";

type Load = Pick<LoadOptions, "calls" | "seconds" | "rampSeconds" | "interruptEvery" | "thinkMs">;

export interface Run {
  report: LoadReport;
  /** Seconds of CPU per minute of one call, setting up and hanging up included. */
  cpuPerCallMinute: number;
  /** Before the first call. */
  startBytes: number;
  peakBytes: number;
}

const resultOf = (report: LoadReport, watch: ProcessWatch, { calls, seconds }: Load): Run => ({
  report,
  cpuPerCallMinute: watch.usedSeconds / ((calls * seconds) / 60),
  startBytes: watch.samples[0]!.residentBytes,
  peakBytes: watch.peakBytes,
});

/** `afterwards` sees the product once the calls are over, before it is stopped. */
export async function productRun(load: Load, afterwards?: (stand: Stand) => Promise<void>): Promise<Run> {
  let stand: Stand | null = null;
  let watch: ProcessWatch | null = null;
  try {
    const report = await runLoad({
      ...load,
      number,
      async startProduct(world) {
        stand = await openStand(world);
        watch = new ProcessWatch(stand.product.pid);
        return { publicBaseUrl: stand.product.url };
      },
    });
    await Bun.sleep(1_000); // what is written after a call belongs to its price
    watch!.stop();
    await afterwards?.(stand!);
    return resultOf(report, watch!, load);
  } finally {
    (watch as ProcessWatch | null)?.stop();
    await (stand as Stand | null)?.close();
  }
}

export async function relayRun(load: Load): Promise<Run> {
  let close: (() => Promise<void>) | null = null;
  let watch: ProcessWatch | null = null;
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
    return resultOf(report, watch!, load);
  } finally {
    (watch as ProcessWatch | null)?.stop();
    await (close as (() => Promise<void>) | null)?.();
  }
}
