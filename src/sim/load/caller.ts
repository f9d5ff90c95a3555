import { linearToMulaw, MULAW_SILENCE } from "../../audio/mulaw.ts";
import { noiseFloor } from "../noises.ts";
import type { Mouth } from "../twilio/mouth.ts";
import type { PhoneCall } from "../twilio/phone-call.ts";
import { callerVoice, speakMulaw } from "../voice.ts";
import type { Measure } from "./measure.ts";
import { sequenceMask, stampBytes, stampText } from "./stamp.ts";

/** Prepared frames without their first twelve bytes, as base64: a question, and the noise between. */
export interface Tails {
  speech: readonly string[];
  noise: readonly string[];
}

export function prepareTails(): Tails {
  const speech = speakMulaw("שלום, יש לכם תור פנוי מחר?", {
    ...callerVoice,
    levelDbov: -22,
  });
  const floor = noiseFloor(-58, 5);
  const noise = Uint8Array.from(floor.subarray(0, 64 * 160), (sample) => linearToMulaw(sample));
  return { speech: tailsOf(speech), noise: tailsOf(noise) };
}

const tailsOf = (bytes: Uint8Array): string[] =>
  Array.from({ length: bytes.length / 160 }, (_, index) =>
    Buffer.from(bytes.subarray(index * 160 + stampBytes, (index + 1) * 160)).toString("base64"),
  );

/** Sent times by lane and sequence, NaN = not to be measured; the newest thousand frames (20 s) of each lane. */
export class SentTimes {
  readonly #times: Float64Array;

  constructor(lanes: number) {
    this.#times = new Float64Array(lanes * 1_024);
  }

  note(lane: number, sequence: number, nowMs: number): void {
    this.#times[lane * 1_024 + (sequence & 1_023)] = nowMs;
  }

  of(lane: number, sequence: number): number {
    return this.#times[lane * 1_024 + (sequence & 1_023)]!;
  }
}

export interface LoadCallerOptions {
  lane: number;
  tails: Tails;
  sent: SentTimes;
  /** Time of the process, ms. */
  nowMs: () => number;
  /** Line sample at which the caller hangs up. */
  hangUpAt: number;
  /** Every n-th turn interrupts the assistant; 0 = never. */
  interruptEvery: number;
  /** Speaks after this long without an answer, too. */
  patienceMs: number;
  stopMs: Measure;
  clearMs: Measure;
}

const quietBefore = 700 * 8;
const audibleBefore = 1_200 * 8;
const settleSamples = 700 * 8;

/**
 * A caller made of prepared frames: talks when the assistant has been quiet for a while, and every n-th time into the
 * assistant's words; measures how long it takes until the assistant falls silent.
 */
export class LoadCaller implements Mouth {
  hungUp = false;
  /** Counters. */
  sequence = 0;
  turns = 0;
  readonly #o: LoadCallerOptions;
  readonly #call: PhoneCall;
  #speechFrame = -1;
  #waitingSince = 0;
  #interruptedAt = 0;
  #interruptedMs = 0;

  constructor(options: LoadCallerOptions, call: PhoneCall) {
    this.#o = options;
    this.#call = call;
  }

  frame(into: Uint8Array, line: number): string {
    if (line >= this.#o.hangUpAt) this.hungUp = true;
    this.#decide(line);
    const { lane, tails, sent } = this.#o;
    const isSpeaking = this.#speechFrame >= 0;
    const tail = isSpeaking ? tails.speech[this.#speechFrame]! : tails.noise[this.sequence % tails.noise.length]!;
    if (isSpeaking && ++this.#speechFrame === tails.speech.length) {
      this.#speechFrame = -1;
      this.#waitingSince = line;
    }
    // Before the stream is up nothing leaves, and numbers count what left.
    const sequence = (this.#call.stream?.live ? this.sequence++ : this.sequence) & sequenceMask;
    sent.note(lane, sequence, this.#goesThrough(line) ? this.#o.nowMs() : Number.NaN);
    into.fill(MULAW_SILENCE);
    return stampText(lane, sequence) + tail;
  }

  /** The product asked for silence. */
  cleared(): void {
    if (this.#interruptedMs > 0) this.#o.clearMs.add(this.#o.nowMs() - this.#interruptedMs);
    this.#interruptedMs = 0;
  }

  /** While the assistant speaks its product may hold frames back and replay them; before the first word it still connects. */
  #goesThrough(line: number): boolean {
    const { lastAudible } = this.#call.ear;
    return lastAudible > 0 && line - lastAudible > settleSamples;
  }

  #decide(line: number): void {
    const { lastAudible, audibleSince } = this.#call.ear;
    const isAudible = lastAudible > 0 && line - lastAudible < 100 * 8;
    if (this.#interruptedAt > 0 && !isAudible) {
      this.#o.stopMs.add((lastAudible - this.#interruptedAt) / 8);
      this.#interruptedAt = 0;
    }
    if (this.#speechFrame >= 0) return;
    const interrupts = this.#o.interruptEvery > 0 && this.turns % this.#o.interruptEvery === this.#o.interruptEvery - 1;
    const waited = line - this.#waitingSince;
    const quiet =
      !isAudible && line - Math.max(lastAudible, this.#waitingSince) > quietBefore && lastAudible > this.#waitingSince;
    const talking = isAudible && line - Math.max(audibleSince, this.#waitingSince) > audibleBefore;
    if (!(interrupts ? talking : quiet) && waited < this.#o.patienceMs * 8) return;
    this.#speechFrame = 0;
    this.turns++;
    if (!isAudible) return;
    this.#interruptedAt = line;
    this.#interruptedMs = this.#o.nowMs();
  }
}
