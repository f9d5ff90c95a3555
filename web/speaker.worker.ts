import { mulaw } from "alawmulaw";
import { Resampler } from "./resample.ts";

/** What an audio worklet finds around it (the DOM's types do not know it). */
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: new () => unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

/** To the worklet: mu-law to play behind what is there, a mark to report when it is reached, or the order to drop all. */
type Order = { audio: Uint8Array } | { mark: string } | "clear";

const lineHz = 8_000;
// What the network's unevenness may take from us before there is a gap.
const headStartSamples = lineHz * 0.08;

/** The telephone's ear piece: plays what comes, in order; a mark is reported when everything before it has been heard. */
class Speaker extends AudioWorkletProcessor {
  readonly #resampler = new Resampler(lineHz, sampleRate);
  /** Linear samples, -1..1, that are still to be heard. */
  #waiting: number[] = [];
  #next = 0;
  #ready: number[] = [];
  /** `at`: samples of the line that must have been played. */
  #marks: { name: string; at: number }[] = [];
  #taken = 0;
  #queued = 0;
  #isPlaying = false;
  /** Where orders come from and marks are reported. */
  #line: MessagePort | null = null;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => {
      this.#line = data as MessagePort;
      this.#line.onmessage = ({ data: order }) => this.#obey(order as Order);
    };
  }

  process(_inputs: unknown, [output]: Float32Array[][]): boolean {
    const channel = output?.[0];
    if (!channel) return true;
    this.#isPlaying ||= this.#waiting.length - this.#next >= headStartSamples || this.#marks.length > 0;
    for (let index = 0; index < channel.length; index++) channel[index] = this.#sample();
    this.#report();
    return true;
  }

  #obey(order: Order): void {
    if (order === "clear") {
      this.#queued = this.#taken;
      this.#waiting = [];
      this.#next = 0;
      this.#isPlaying = false;
      this.#report();
    } else if ("mark" in order) this.#marks.push({ name: order.mark, at: this.#queued });
    else {
      for (const byte of order.audio) this.#waiting.push(mulaw.decodeSample(byte) / 32_768);
      this.#queued += order.audio.length;
    }
  }

  #sample(): number {
    while (this.#ready.length === 0) this.#resampler.push(this.#takeOne(), (sample) => void this.#ready.push(sample));
    return this.#ready.shift() ?? 0;
  }

  #takeOne(): number {
    if (!this.#isPlaying) return 0;
    const sample = this.#waiting[this.#next];
    if (sample === undefined) {
      this.#waiting = [];
      this.#next = 0;
      this.#isPlaying = false;
      return 0;
    }
    this.#next += 1;
    this.#taken += 1;
    return sample;
  }

  /** Marks that were passed, in order; after a clear all of them are. */
  #report(): void {
    while (this.#marks[0] && this.#marks[0].at <= this.#taken) this.#line?.postMessage(this.#marks.shift()!.name);
    if (this.#queued === this.#taken) for (const { name } of this.#marks.splice(0)) this.#line?.postMessage(name);
  }
}

registerProcessor("speaker", Speaker);
