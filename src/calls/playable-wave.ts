import { MULAW_TO_LINEAR } from "../audio/mulaw.ts";

/**
 * A stored WAV as a browser can play it. Mu-law (what the line brings) does not play everywhere: it is served as
 * 16-bit PCM, and every byte of that can be had by itself, so that a player may jump. PCM is served as it lies there.
 */
export interface PlayableWave {
  /** Of what is served. */
  bytes: number;
  /** Which bytes of the file hold the served bytes [from, to). Null = the served header alone. */
  source(from: number, to: number): { from: number; to: number } | null;
  /** The served bytes [from, to), given the bytes of the file that `source` named. */
  serve(from: number, to: number, stored: Uint8Array): Uint8Array;
}

/** How much of a file's beginning holds its header: ours has 58 bytes, providers put a few chunks more before the data. */
export const waveHeadBytes = 4_096;
const pcmHeaderBytes = 44;
const mulawTag = 7;

/** @returns null when the beginning of the file is no WAV. */
export function playableWave(head: Uint8Array, fileBytes: number): PlayableWave | null {
  const wave = readWave(head, fileBytes);
  if (wave === null) return null;
  return wave.tag === mulawTag ? expanded(wave) : asItIs(fileBytes);
}

interface Wave {
  tag: number;
  channels: number;
  sampleRate: number;
  dataFrom: number;
  dataBytes: number;
}

/** RIFF: chunks of a name, a length and as many bytes (an odd length is padded). */
function readWave(head: Uint8Array, fileBytes: number): Wave | null {
  const view = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const name = (at: number): string => view.toString("latin1", at, at + 4);
  if (view.length < 12 || name(0) !== "RIFF" || name(8) !== "WAVE") return null;
  let format: Pick<Wave, "tag" | "channels" | "sampleRate"> | null = null;
  for (let at = 12; at + 8 <= view.length; ) {
    const length = view.readUInt32LE(at + 4);
    const body = at + 8;
    if (name(at) === "fmt " && body + 16 <= view.length)
      format = {
        tag: view.readUInt16LE(body),
        channels: view.readUInt16LE(body + 2),
        sampleRate: view.readUInt32LE(body + 4),
      };
    // A length that was never filled in, or a file that was cut: what is there counts.
    if (name(at) === "data")
      return format && { ...format, dataFrom: body, dataBytes: Math.min(length, Math.max(0, fileBytes - body)) };
    at = body + length + (length % 2);
  }
  return null;
}

const asItIs = (bytes: number): PlayableWave => ({
  bytes,
  source: (from, to) => ({ from, to }),
  serve: (_from, _to, stored) => stored,
});

function expanded(wave: Wave): PlayableWave {
  const header = pcmHeader(wave);
  const firstSample = (from: number): number => Math.max(0, from - pcmHeaderBytes) >> 1;
  return {
    bytes: pcmHeaderBytes + wave.dataBytes * 2,
    source(from, to) {
      if (to <= pcmHeaderBytes) return null;
      const samples = Math.ceil((to - pcmHeaderBytes) / 2);
      return { from: wave.dataFrom + firstSample(from), to: wave.dataFrom + samples };
    },
    serve(from, to, stored) {
      const served = new Uint8Array(to - from);
      if (from < pcmHeaderBytes) served.set(header.subarray(from, Math.min(to, pcmHeaderBytes)));
      // A range may begin or end in the middle of a sample: its other half is cut away.
      const offset = pcmHeaderBytes + firstSample(from) * 2 - from;
      for (let at = 0; at < stored.length; at++) {
        const sample = MULAW_TO_LINEAR[stored[at]!]!;
        const low = offset + at * 2;
        if (low >= 0 && low < served.length) served[low] = sample & 0xff;
        if (low + 1 < served.length) served[low + 1] = (sample >> 8) & 0xff;
      }
      return served;
    },
  };
}

function pcmHeader({ channels, sampleRate, dataBytes }: Wave): Uint8Array {
  const header = Buffer.alloc(pcmHeaderBytes);
  const frameBytes = channels * 2;
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(pcmHeaderBytes - 8 + dataBytes * 2, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * frameBytes, 28);
  header.writeUInt16LE(frameBytes, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(dataBytes * 2, 40);
  return header;
}
