import { linearToMulaw } from "../../src/audio/mulaw.ts";
import { limits } from "../../src/limits.ts";
import { createInbound, type InboundState, onMediaFrame } from "../../src/live-call/inbound.ts";
import type { Line } from "../../src/live-call/line.ts";
import { Playout } from "../../src/live-call/playout.ts";
import { Uplink } from "../../src/live-call/uplink.ts";
import { BargeIn } from "../../src/live-call/vad/barge-in.ts";
import { CallTrace } from "../../src/live-call/vad/trace.ts";
import { Vad } from "../../src/live-call/vad/vad.ts";
import { VERDICT_BARGE_IN, VERDICT_NONE, VerdictRing } from "../../src/live-call/verdicts.ts";
import { AFTER_FRAMES, BargeTally } from "./barge.ts";
import { type Cast, echoScene, makeCast } from "./barge-scenes.ts";
import type { Plan } from "./detector-runs.ts";
import { FRAME } from "./dsp.ts";
import { Dice } from "./random.ts";
import { callerFrame, type Scene } from "./scenes.ts";
import type { Row } from "./table.ts";

const FRAME_MS = 20;
// Each way, for everything; what a network adds to it comes on top.
const WAY_MS = 40;

/** What the network does: how much later a frame of the caller comes, or that it is lost; how much later a mark. */
interface Network {
  name: string;
  frameWait(atMs: number, dice: Dice): number | "lost";
  markWait(dice: Dice): number;
  /** What is lost cannot be heard in time. */
  loses?: true;
}

const NETWORKS: readonly Network[] = [
  { name: "in time", frameWait: () => 0, markWait: () => 0 },
  { name: "0-100 ms late", frameWait: (_, dice) => dice.between(0, 100), markWait: (dice) => dice.between(0, 70) },
  { name: "in bundles of five", frameWait: (at) => 80 - ((at / FRAME_MS) % 5) * FRAME_MS, markWait: () => 0 },
  { name: "1 s of 8 lost", frameWait: (at) => (at % 8_000 < 7_000 ? 0 : "lost"), markWait: () => 0, loses: true },
];

/** Rows on 12 and 24 dB of echo that comes over a network: the real ledger and hot path decide which far frame each frame is compared with. */
export async function networkRows(plan: Plan): Promise<Row[]> {
  const cast = await makeCast(plan.set, plan.seed + 300);
  return NETWORKS.flatMap((network) => {
    const tally = playAll(plan, cast, network);
    const what = `frames ${network.name}`;
    const hits = [100 * tally.hitShare(400)];
    return [
      { what: `${what}: false barge-ins per minute`, bar: 0.5, unit: "", values: [tally.falsePerMinute] },
      { what: `${what}: hits within 400 ms`, bar: network.loses ? null : 95, atLeast: true, unit: "%", values: hits },
    ];
  });
}

function playAll(plan: Plan, cast: Cast, network: Network): BargeTally {
  const tally = new BargeTally();
  for (const lossDb of [12, 24])
    for (const delayMs of [120, 420])
      for (let round = 0; round < (plan.quick ? 1 : 6); round++) {
        const seed = plan.seed * 100 + lossDb * 10 + delayMs + round * 7_919;
        new NetworkedCall(network, new Dice(seed + 1), tally).play(echoScene(cast, seed, lossDb, delayMs));
      }
  return tally;
}

/** A scene of the bench, with the product's own ledger, hot path and detector at the far end of a network. */
class NetworkedCall {
  readonly #network: Network;
  readonly #dice: Dice;
  readonly #tally: BargeTally;
  readonly #playout: Playout;
  readonly #inbound: InboundState;
  readonly #verdicts = new VerdictRing();
  readonly #marks: { name: string; dueMs: number }[] = [];
  readonly #frames: { payload: string; atMs: number; dueMs: number }[] = [];
  #nowMs = 0;
  #peerEndsMs = 0;

  constructor(network: Network, dice: Dice, tally: BargeTally) {
    this.#network = network;
    this.#dice = dice;
    this.#tally = tally;
    const { playoutLeadMs: leadMs, playoutQueueMs: queueMs, markEveryMs, markSlackMs } = limits;
    const events = { itemBegan: () => {}, itemHeard: () => {}, drained: () => {}, heardAudio: () => {} };
    this.#playout = new Playout({ leadMs, queueMs, markEveryMs, markSlackMs }, events);
    this.#playout.attach(this.#line());
    this.#inbound = createInbound({
      ...{ vad: new Vad(), bargeIn: new BargeIn(), trace: new CallTrace(limits.callMs), recording: null },
      ...{ playout: this.#playout, verdicts: this.#verdicts },
      uplink: new Uplink({ appendAudio: () => {} }, limits.uplinkRingMs),
    });
  }

  play(scene: Scene): void {
    const played = new Float32Array(scene.assistant.length);
    const frame = new Uint8Array(FRAME);
    const answered = new Set<Scene["events"][number]>();
    this.#tally.interruptions += scene.events.length;
    let silentFrom = Number.POSITIVE_INFINITY;
    for (let at = 0; at < scene.assistant.length / FRAME; at++) {
      this.#nowMs = at * FRAME_MS;
      const begins = scene.answers.find(({ start }) => start === at + WAY_MS / FRAME_MS);
      if (begins !== undefined) this.#say(scene.assistant.subarray(begins.start * FRAME, begins.end * FRAME), at);
      const answer = scene.answers.find(({ start, end }) => at >= start && at < end);
      if (answer === undefined) silentFrom = Number.POSITIVE_INFINITY;
      for (const heardAt of this.#receive()) {
        const event = scene.events.find((each) => heardAt >= each.at && heardAt < each.at + each.frames + AFTER_FRAMES);
        if (event === undefined) this.#tally.falseStops++;
        if (event === undefined || answered.has(event)) continue;
        answered.add(event);
        this.#tally.hitsMs.push((heardAt - event.at + 1) * FRAME_MS);
        this.#playout.clear(this.#nowMs);
        silentFrom = at + WAY_MS / FRAME_MS;
      }
      if (answer !== undefined && at < silentFrom) {
        played.set(scene.assistant.subarray(at * FRAME, (at + 1) * FRAME), at * FRAME);
        this.#tally.assistantFrames++;
      }
      callerFrame(scene, played, at, frame);
      this.#send(frame, at * FRAME_MS);
    }
  }

  #say(samples: Float32Array, at: number): void {
    this.#playout.writeLocal(`answer ${at}`, Uint8Array.from(samples, linearToMulaw), 0, this.#nowMs);
  }

  /** The caller's frame leaves when it is complete; order is kept. */
  #send(frame: Uint8Array, atMs: number): void {
    const wait = this.#network.frameWait(atMs, this.#dice);
    if (wait === "lost") return;
    const dueMs = Math.max(this.#frames.at(-1)?.dueMs ?? 0, atMs + FRAME_MS + WAY_MS + wait);
    this.#frames.push({ payload: Buffer.from(frame).toString("base64"), atMs, dueMs });
  }

  /** What has come by now; the numbers of the frames that stopped the assistant. */
  #receive(): number[] {
    const stopped: number[] = [];
    while (this.#marks[0] !== undefined && this.#marks[0].dueMs <= this.#nowMs) {
      const { name, dueMs } = this.#marks.shift()!;
      this.#playout.marked(name, dueMs);
    }
    while (this.#frames[0] !== undefined && this.#frames[0].dueMs <= this.#nowMs) {
      const { payload, atMs, dueMs } = this.#frames.shift()!;
      onMediaFrame(this.#inbound, payload, atMs, dueMs);
      for (let verdict = this.#verdicts.take(); verdict !== VERDICT_NONE; verdict = this.#verdicts.take())
        if (verdict === VERDICT_BARGE_IN) stopped.push(atMs / FRAME_MS);
    }
    return stopped;
  }

  /** The peer plays at once what comes, without pause, and returns each mark when it gets there or is cleared. */
  #line(): Line {
    const returns = (name: string, playedMs: number) => {
      const dueMs = playedMs + WAY_MS + this.#network.markWait(this.#dice);
      this.#marks.push({ name, dueMs: Math.max(this.#marks.at(-1)?.dueMs ?? 0, dueMs) });
    };
    return {
      kind: "twilio",
      sendMedia: (payload, mark) => {
        this.#peerEndsMs = Math.max(this.#peerEndsMs, this.#nowMs + WAY_MS);
        this.#peerEndsMs += Buffer.byteLength(payload, "base64") / (FRAME / FRAME_MS);
        returns(mark, this.#peerEndsMs);
        return true;
      },
      clear: () => {
        this.#peerEndsMs = 0;
        for (const { name } of this.#marks.splice(0)) returns(name, this.#nowMs + WAY_MS);
        return true;
      },
      bufferedBytes: () => 0,
      close: () => {},
    };
  }
}
