import { join } from "node:path";
import type { BenchCall } from "./calls.ts";
import type { DetectorKind } from "./detectors.ts";
import { activity } from "./measure.ts";
import type { Row } from "./table.ts";
import { cacheDir } from "./tools.ts";

// A collection of Bun's young generation every 8.1 MB (measured): none in 200,000 frames is under 40 bytes per frame. The log writes
// one START for each, and more lines the longer it takes.
const FRAMES = 200_000;
const FEW_FRAMES = 4_000;
// As in the product: each detector finds its memory gone from the nearest cache.
const TOGETHER = 100;

/** Time and garbage per frame, mean over calls of the corpus (speech half of the time, all noises). */
export async function costRows(calls: readonly BenchCall[], kinds: readonly DetectorKind[]): Promise<Row[]> {
  const path = join(cacheDir("cost"), `${process.pid}.ulaw`);
  const chosen = calls.filter((_, at) => at % 7 === 0).slice(0, 12);
  await Bun.write(path, Buffer.concat(chosen.map((call) => call.audio)));
  const few = await measure(path, FEW_FRAMES, 1);
  const many = await measure(path, FRAMES, 1);
  const interleaved = await measure(path, FRAMES, TOGETHER);
  await Bun.file(path).delete();
  const peers = kinds.slice(1).map((kind) => {
    const before = process.cpuUsage();
    for (const call of chosen) activity(kind, call);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / chosen.reduce((sum, call) => sum + call.truth.length, 0);
  });
  return [
    { what: "CPU per frame, detector + gate", bar: 12, unit: "µs", values: [many.microseconds, ...peers] },
    {
      what: `the same, ${TOGETHER} calls that take turns frame by frame`,
      bar: 12,
      unit: "µs",
      values: [interleaved.microseconds, ...peers.map(() => Number.NaN)],
    },
    {
      what: `garbage collections in ${FRAMES} frames`,
      bar: 0,
      unit: "",
      values: [many.collections - few.collections, ...peers.map(() => Number.NaN)],
    },
  ];
}

async function measure(
  path: string,
  frames: number,
  together: number,
): Promise<{ microseconds: number; collections: number }> {
  const command = [
    process.execPath,
    Bun.fileURLToPath(import.meta.resolve("./cost.ts")),
    path,
    `${frames}`,
    `${together}`,
  ];
  const child = Bun.spawn(command, { env: { ...process.env, BUN_JSC_logGC: "1" }, stdout: "pipe", stderr: "pipe" });
  const [out, log] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  if ((await child.exited) !== 0) throw new Error(`cost run failed: ${log.slice(-500)}`);
  const microseconds = Number(out.split("\n").find((line) => /^[\d.]+$/.test(line)));
  return { microseconds, collections: (out + log).split(": START ").length - 1 };
}
