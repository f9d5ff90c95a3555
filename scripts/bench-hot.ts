/**
 * The hot function per inbound frame: ns and bytes of garbage, without and with the detector. Fails above 3 µs or
 * 600 bytes without it. Usage: bun scripts/bench-hot.ts [FRAMES]
 *
 * Garbage is counted from the collector's own log (BUN_JSC_logGC) in a child: collections × 8.1 MB, the size of the
 * nursery, minus those of an empty loop over the same payload strings.
 */
import { seededRandom } from "../src/base/random.ts";
import { limits } from "../src/limits.ts";
import { createInbound, type InboundState, onMediaFrame } from "../src/live-call/inbound.ts";
import type { Line } from "../src/live-call/line.ts";
import { Playout } from "../src/live-call/playout.ts";
import { Recording } from "../src/live-call/recording.ts";
import { Uplink } from "../src/live-call/uplink.ts";
import { BargeIn } from "../src/live-call/vad/barge-in.ts";
import { CallTrace } from "../src/live-call/vad/trace.ts";
import { Vad } from "../src/live-call/vad/vad.ts";
import { VERDICT_NONE, VerdictRing } from "../src/live-call/verdicts.ts";

const gate = { ns: 3_000, bytes: 600 };
const nurseryBytes = 8_100_000;
const warmUp = 20_000;

type Variant = "empty" | "listening" | "speaking" | "listening_with_vad";
const variants: readonly Variant[] = ["empty", "listening", "speaking", "listening_with_vad"];

/** The detector's place, empty: what is measured without it. */
const deafVad = {
  push: () => 0,
  miss: () => 0,
  echoDelayMs: 0,
  speaking: false,
  voicedMs: 0,
  utteranceMs: 0,
  noiseFloorRms: 10,
  speechThresholdRms: 30,
  levelRms: 12,
  thresholdMoved: false,
} as unknown as Vad;

/** Where results go, so that no work is optimised away. */
const sunk = { characters: 0 };
const marks: string[] = [];
const line: Line = {
  kind: "twilio",
  sendMedia: (_payload, mark) => marks.push(mark) > 0,
  clear: () => true,
  bufferedBytes: () => 0,
  close: () => {},
};

function makeState(withVad: boolean, recordedMs: number): InboundState {
  const recording = new Recording(recordedMs);
  const playout = new Playout(
    {
      leadMs: limits.playoutLeadMs,
      markEveryMs: limits.markEveryMs,
      queueMs: 120_000,
      markSlackMs: limits.markSlackMs,
    },
    {
      itemBegan: () => {},
      itemHeard: () => {},
      drained: () => {},
      heardAudio: (fifo, from, length) => recording.assistant(fifo, from, length, 0),
    },
  );
  playout.attach(line);
  const engine = {
    appendAudio(payload: string): void {
      sunk.characters += payload.length;
    },
  };
  return createInbound({
    vad: withVad ? new Vad() : deafVad,
    bargeIn: new BargeIn(),
    trace: new CallTrace(recordedMs),
    recording,
    playout,
    uplink: new Uplink(engine, limits.uplinkRingMs),
    verdicts: new VerdictRing(),
  });
}

/** 64 messages as the provider sends them; the payload is cut out of one for every frame, as the socket does. */
function messages(): string[] {
  const random = seededRandom(7);
  return Array.from({ length: 64 }, () => {
    const bytes = Uint8Array.from({ length: 160 }, () => 0x70 + Math.floor(random() * 16));
    return `{"event":"media","media":{"track":"inbound","payload":"${Buffer.from(bytes).toString("base64")}"}}`;
  });
}

const answer = Buffer.alloc(1_600, 0x40).toString("base64");

function runFrames(variant: Variant, frames: number): number {
  const texts = messages();
  const from = texts[0]!.indexOf('"payload":"') + 11;
  const state = makeState(variant === "listening_with_vad", (frames + warmUp) * 20);
  let now = 0;
  let startNs = 0;
  for (let frame = -warmUp; frame < frames; frame++) {
    if (frame === 0) startNs = Bun.nanoseconds();
    now += 20;
    const text = texts[frame & 63]!;
    const payload = text.slice(from, text.indexOf('"', from));
    if (variant === "empty") sunk.characters += payload.length;
    else onMediaFrame(state, payload, (frame + warmUp) * 20, now);
    if (variant === "speaking" && frame % 10 === 0) {
      state.playout.write("a", answer, now);
      for (let name = marks.shift(); name !== undefined; name = marks.length > 6 ? marks.shift() : undefined)
        state.playout.marked(name, now);
    }
    while (state.verdicts.take() !== VERDICT_NONE) sunk.characters++;
  }
  return (Bun.nanoseconds() - startNs) / frames;
}

async function measure(variant: Variant, frames: number): Promise<{ ns: number; collections: number }> {
  const child = Bun.spawn([process.execPath, import.meta.path, String(frames), variant], {
    env: { ...process.env, BUN_JSC_logGC: "1" },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, log] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  if ((await child.exited) !== 0) throw new Error(log.slice(-2_000));
  const ns = Number(/^ns=(.*)$/m.exec(out)?.[1]);
  return { ns, collections: (out + log).split("EdenCollection").length - 1 };
}

async function main(frames: number): Promise<void> {
  const results = new Map<Variant, { ns: number; collections: number }>();
  for (const variant of variants) results.set(variant, await measure(variant, frames));
  const empty = results.get("empty")!;
  let passed = true;
  for (const variant of variants.slice(1)) {
    const { ns, collections } = results.get(variant)!;
    const bytes = ((collections - empty.collections) * nurseryBytes) / frames;
    const counts = variant !== "listening_with_vad";
    const fine = !counts || (ns < gate.ns && bytes < gate.bytes);
    passed &&= fine;
    process.stdout.write(
      `${variant.padEnd(20)} ${ns.toFixed(0).padStart(6)} ns  ${bytes.toFixed(0).padStart(5)} bytes per frame  ${counts ? (fine ? "ok" : "TOO MUCH") : ""}\n`,
    );
  }
  process.exitCode = passed ? 0 : 1;
}

const frames = Number(process.argv[2] ?? 200_000);
const variant = process.argv[3] as Variant | undefined;
if (variant === undefined) await main(frames);
else process.stdout.write(`ns=${runFrames(variant, frames)}\n`);
