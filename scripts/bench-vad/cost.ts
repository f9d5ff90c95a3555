import { linearToMulaw, MULAW_SILENCE, MULAW_TO_LINEAR } from "../../src/audio/mulaw.ts";
import { Vad } from "../../src/live-call/vad/vad.ts";
import { FRAME } from "./dsp.ts";

/**
 * Child process of the bench: pushes a recorded call (argument 1, mu-law file) through the detector and its echo gate
 * (argument 2 = number of frames), with as many detectors taking turns as argument 3 says, and prints the microseconds of
 * CPU per frame, best of five: time on the wall would count whoever else is busy on the machine. Run apart so that
 * collections of garbage, which the parent counts in the log of BUN_JSC_logGC, are this loop's and nobody else's.
 */
const recorded = await Bun.file(Bun.argv[2]!).bytes();
const frames = Number(Bun.argv[3]);
const together = Number(Bun.argv[4]);
const perCall = Math.floor(recorded.length / FRAME);
const assistant = makeAssistant();
const audio = withEcho();
const steps = Math.max(1, Math.round(frames / 5 / together));
let best = Number.POSITIVE_INFINITY;
for (let round = 0; round < 5; round++) {
  const before = process.cpuUsage();
  playCalls(round);
  const { user, system } = process.cpuUsage(before);
  best = Math.min(best, (user + system) / (steps * together));
}
process.stdout.write(`${best}\n`);

function playCalls(round: number): void {
  const frame = new Uint8Array(FRAME);
  const far = new Uint8Array(FRAME);
  const vads = Array.from({ length: together }, () => new Vad());
  for (let step = 0; step < steps; step++) {
    for (let call = 0; call < together; call++) {
      const at = (round * steps + step + call * 977) % perCall;
      for (let i = 0; i < FRAME; i++) {
        frame[i] = audio[at * FRAME + i]!;
        far[i] = assistant[at * FRAME + i]!;
      }
      vads[call]!.push(frame, FRAME, far);
    }
  }
}

/** The assistant speaks for 6 of every 12 s, with the words of another stretch of the recording. */
function makeAssistant(): Uint8Array {
  const half = FRAME * Math.floor(perCall / 2);
  return recorded.map((_, i) =>
    i % (600 * FRAME) < 300 * FRAME ? recorded[(i + half) % recorded.length]! : MULAW_SILENCE,
  );
}

/** The recording with the assistant's echo, 20 dB and 260 ms later. */
function withEcho(): Uint8Array {
  const delay = 13 * FRAME;
  return recorded.map((byte, i) =>
    linearToMulaw(MULAW_TO_LINEAR[byte]! + 0.1 * MULAW_TO_LINEAR[assistant[Math.max(0, i - delay)]!]!),
  );
}
