import { mulaw } from "alawmulaw";
import { Resampler } from "./resample.ts";

/** What an audio worklet finds around it (the DOM's types do not know it). */
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: new () => unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

const lineHz = 8_000;
const frameBytes = 160;

/** The microphone as a telephone line: mu-law, 8 kHz, a message per 20 ms to the port that it is given. */
class Microphone extends AudioWorkletProcessor {
  readonly #resampler = new Resampler(sampleRate, lineHz);
  #frame = new Uint8Array(frameBytes);
  #filled = 0;
  #line: MessagePort | null = null;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => {
      this.#line = data as MessagePort;
    };
  }

  process([input]: Float32Array[][]): boolean {
    for (const sample of input?.[0] ?? []) this.#resampler.push(sample, this.#take);
    return true;
  }

  readonly #take = (sample: number): void => {
    const linear = Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_767)));
    this.#frame[this.#filled++] = mulaw.encodeSample(linear) & 0xff;
    if (this.#filled < frameBytes) return;
    this.#line?.postMessage(this.#frame, [this.#frame.buffer]);
    this.#frame = new Uint8Array(frameBytes);
    this.#filled = 0;
  };
}

registerProcessor("microphone", Microphone);
