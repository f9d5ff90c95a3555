/**
 * Measures how well the assistant hears the caller, against the WebRTC detector in the same run.
 * `bun run bench:vad` takes some minutes; `--quick` is a smoke test on a tenth of the material whose bars do not decide
 * the exit code; `--tune` uses the tuning seeds and voices, the only ones that settings may be chosen on.
 */
import { ourListener, plainListener } from "./bench-vad/barge.ts";
import { bargeRows } from "./bench-vad/barge-runs.ts";
import { costRows } from "./bench-vad/cost-run.ts";
import { detectorRows, type Plan } from "./bench-vad/detector-runs.ts";
import { ours, peers } from "./bench-vad/detectors.ts";
import { formatTable, passes } from "./bench-vad/table.ts";
import { loadPeer, MissingTool, requireTool } from "./bench-vad/tools.ts";

const TUNING_SEED = 1_000;
const REPORTED_SEED = 5_000;
const PEER_MODES = [2, 3];

async function main(flags: readonly string[]): Promise<number> {
  const quick = flags.includes("--quick");
  const plan: Plan = flags.includes("--tune")
    ? { set: "tuning", seed: TUNING_SEED, quick }
    : { set: "reported", seed: REPORTED_SEED, quick };
  requireTool("espeak-ng", "espeak-ng");
  const peerKinds = peers(await loadPeer(), PEER_MODES);
  const kinds = [ours, ...peerKinds];
  const { rows, calls } = await detectorRows(plan, kinds);
  rows.push(...(await bargeRows(plan, [ourListener, ...peerKinds.map(plainListener)])));
  rows.push(...(await costRows(calls, kinds)));
  process.stdout.write(
    `voices: ${plan.set} · seeds: ${plan.seed}+ · ${calls.length} calls of 40 s${quick ? " · quick" : ""}\n`,
  );
  process.stdout.write(
    formatTable(
      kinds.map((kind) => kind.name),
      rows,
    ),
  );
  const failed = rows.filter((row) => !passes(row)).length;
  process.stdout.write(
    failed === 0 ? "all bars hold\n" : `${failed} of ${rows.filter((row) => row.bar !== null).length} bars fail\n`,
  );
  return failed > 0 && !quick ? 1 : 0;
}

try {
  process.exitCode = await main(Bun.argv.slice(2));
} catch (error) {
  if (!(error instanceof MissingTool)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
