import { Vad } from "../../src/live-call/vad/vad.ts";
import { FRAME } from "./dsp.ts";

/**
 * Child process of the bench: pushes a recorded call (argument 1, mu-law file) through the detector and its echo gate
 * (argument 2 = number of frames), with as many detectors taking turns as argument 3 says, and prints the microseconds per frame, best of five. Run apart so that collections of
 * garbage, which the parent counts in the log of BUN_JSC_logGC, are this loop's and nobody else's.
 */
const audio = await Bun.file(Bun.argv[2]!).bytes();
const frames = Number(Bun.argv[3]);
const together = Number(Bun.argv[4]);
const perCall = Math.floor(audio.length / FRAME);
const steps = Math.max(1, Math.round(frames / 5 / together));
let best = Number.POSITIVE_INFINITY;
for (let round = 0; round < 5; round++) {
  const started = Bun.nanoseconds();
  playCalls(round);
  best = Math.min(best, (Bun.nanoseconds() - started) / 1_000 / (steps * together));
}
process.stdout.write(`${best}\n`);

function playCalls(round: number): void {
  const frame = new Uint8Array(FRAME);
  const vads = Array.from({ length: together }, () => new Vad());
  for (let step = 0; step < steps; step++) {
    for (let call = 0; call < together; call++) {
      const at = (round * steps + step + call * 977) % perCall;
      for (let i = 0; i < FRAME; i++) frame[i] = audio[at * FRAME + i]!;
      // The assistant speaks for 6 of every 12 s.
      const far = (step + call * 131) % 600 < 300 ? 1e6 : 0;
      vads[call]!.push(frame, FRAME, far);
    }
  }
}
