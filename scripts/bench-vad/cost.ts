import { Vad } from "../../src/live-call/vad/vad.ts";
import { FRAME } from "./dsp.ts";

/**
 * Child process of the bench: pushes a recorded call (argument 1, mu-law file) through the detector and its echo gate
 * (argument 2 = number of frames) and prints the microseconds per frame, best of five. Run apart so that collections of
 * garbage, which the parent counts in the log of BUN_JSC_logGC, are this loop's and nobody else's.
 */
const audio = await Bun.file(Bun.argv[2]!).bytes();
const frames = Number(Bun.argv[3]);
const perCall = Math.floor(audio.length / FRAME);
const calls = Math.max(1, Math.round(frames / perCall / 5));
let best = Number.POSITIVE_INFINITY;
for (let round = 0; round < 5; round++) {
  const started = Bun.nanoseconds();
  for (let call = 0; call < calls; call++) playCall(new Vad());
  best = Math.min(best, (Bun.nanoseconds() - started) / 1_000 / (calls * perCall));
}
process.stdout.write(`${best}\n`);

function playCall(vad: Vad): void {
  const frame = new Uint8Array(FRAME);
  for (let at = 0; at < perCall; at++) {
    for (let i = 0; i < FRAME; i++) frame[i] = audio[at * FRAME + i]!;
    // The assistant speaks for 6 of every 12 s.
    const far = at % 600 < 300 ? 1e6 : 0;
    vad.push(frame, FRAME, far);
  }
}
