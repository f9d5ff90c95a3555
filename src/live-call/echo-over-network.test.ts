import { expect, test } from "bun:test";
import { type Random, seededRandom } from "../base/random.ts";
import { limits } from "../limits.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { createInbound, onMediaFrame } from "./inbound.ts";
import { Playout } from "./playout.ts";
import { ScriptedLine } from "./testing/scripted-line.ts";
import { ScriptedVad } from "./testing/scripted-vad.ts";
import { Uplink } from "./uplink.ts";
import { BargeIn } from "./vad/barge-in.ts";
import { CallTrace } from "./vad/trace.ts";
import type { Vad } from "./vad/vad.ts";
import { VERDICT_NONE, VerdictRing } from "./verdicts.ts";

// interrupts-herself-on-a-bad-line: the detector compares each frame of the caller with what he was hearing when it left
// him. Here the assistant's frames carry their numbers, and the caller's frames the number that he hears.
const seconds = 20;
const answer = Uint8Array.from({ length: seconds * 8_000 }, (_, at) => {
  const frame = Math.floor(at / 160);
  return at % 2 === 0 ? frame >> 7 : frame & 127;
});
const numberOf = (frame: Uint8Array): number => (frame[0]! << 7) + frame[1]!;

/** What becomes of the caller's frames: how long each waits, or that it is lost; and the stream time they claim. */
interface Way {
  wait: (atMs: number, random: Random) => number | "lost";
  stamp?: (atMs: number) => number;
}

const oddFromMs = 8_000;
const ways: Record<string, Way> = {
  "in time": { wait: () => 40 },
  "up to 100 ms late, each in its own way": { wait: (_, random) => 40 + 100 * random() },
  "in bundles of five": { wait: (at) => 120 - ((at / 20) % 5) * 20 },
  "in bundles of ten, the network having stood still": { wait: (at) => 220 - ((at / 20) % 10) * 20 },
  "with every fifth second lost": { wait: (at) => (at % 5_000 >= 4_000 ? "lost" : 40) },
  "less 300 ms that nobody counted": { wait: () => 40, stamp: (at) => (at < oddFromMs ? at : at - 300) },
  "with one stamp ahead of its time": { wait: () => 40, stamp: (at) => (at === oddFromMs ? at + 500 : at) },
};

/** By how many frames the far frames are ahead of what the caller heard, least and most. */
function ahead({ wait, stamp = (at) => at }: Way): { least: number; most: number; compared: number } {
  const clock = createVirtualClock();
  const random = seededRandom(5);
  const line = new ScriptedLine(clock, { delayMs: () => 40 });
  const { playoutLeadMs: leadMs, playoutQueueMs: queueMs, markEveryMs, markSlackMs } = limits;
  const events = { itemBegan: () => {}, itemHeard: () => {}, drained: () => {}, heardAudio: () => {} };
  const playout = new Playout({ leadMs, queueMs, markEveryMs, markSlackMs }, events);
  line.onMark = (name) => playout.marked(name, clock.nowMs());
  playout.attach(line);
  const found: number[] = [];
  const scripted = new ScriptedVad();
  const vad = Object.assign(scripted, {
    push(frame: Uint8Array, bytes: number, far: Uint8Array | null): number {
      const heard = numberOf(frame.subarray(0, bytes));
      const settling = heard * 20 > oddFromMs - 1_200 && heard * 20 < oddFromMs + 1_500; // what is odd is known within two seconds
      if (far !== null && heard > 0 && !settling) found.push(numberOf(far) - heard);
      return 0;
    },
  }) as unknown as Vad;
  const verdicts = new VerdictRing();
  const uplink = new Uplink({ appendAudio: () => {} }, limits.uplinkRingMs);
  const parts = { vad, bargeIn: new BargeIn(), trace: new CallTrace(limits.callMs), recording: null };
  const inbound = createInbound({ ...parts, playout, uplink, verdicts });
  const receive = (payload: string, at: number): void => {
    onMediaFrame(inbound, payload, at, clock.nowMs());
    while (verdicts.take() !== VERDICT_NONE);
  };
  let arrivesMs = 0; // order is kept
  for (let at = 0; at < (seconds + 2) * 1_000; at += 20) {
    if (at === 1_000) playout.writeLocal("answer", answer, 0, clock.nowMs());
    const heard = Math.floor(line.heardNowMs / 20);
    const waits = wait(at, random);
    if (waits !== "lost") {
      arrivesMs = Math.max(arrivesMs, clock.nowMs() + 20 + waits);
      const frame = Buffer.alloc(160, 0xff);
      frame.set([heard >> 7, heard & 127]);
      clock.after(arrivesMs - clock.nowMs(), () => receive(frame.toString("base64"), stamp(at)));
    }
    clock.advance(20);
  }
  const after = found.slice(50); // the first second shows how quick the network is
  return { least: Math.min(...after), most: Math.max(...after), compared: after.length };
}

test.each(Object.entries(ways))("the caller's frames come %s: each meets what he heard then", (_, way) => {
  const { least, most, compared } = ahead(way);
  expect(compared).toBeGreaterThan(30 * seconds);
  expect(most - least).toBeLessThanOrEqual(2);
});
