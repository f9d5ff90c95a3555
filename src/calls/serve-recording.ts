import { type ByteRange, readByteRange } from "../api/byte-range.ts";
import { AppError } from "../base/errors.ts";
import { type PlayableWave, playableWave, waveHeadBytes } from "./playable-wave.ts";
import type { SoundStore } from "./sound-store.ts";

// Two minutes of both sides. A player that asks for more asks again for the rest; no live call waits for a long one.
const partBytesMax = 4 * 1024 * 1024;
// Some 2 ms of work between two turns of the loop.
const sliceBytes = 512 * 1024;

export interface RecordingRequest {
  file: string;
  bytes: number;
  /** Names the recording and its form: what was played before may be continued. */
  etag: string;
  range: string | undefined;
  ifRange: string | undefined;
}

/** Answers a player: the whole sound, or the part that it asked for (RFC 9110, 14). @throws AppError "not_found". */
export async function serveRecording(sounds: SoundStore, request: RecordingRequest): Promise<Response> {
  const { file } = request;
  const wave = playableWave(await readPart(sounds, file, 0, waveHeadBytes), request.bytes);
  if (wave === null) throw new AppError("not_found", "the file is no recording");
  const { bytes } = wave;
  const headers = {
    "Content-Type": "audio/wav",
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    ETag: request.etag,
  };
  const isCurrent = request.ifRange === undefined || request.ifRange === request.etag;
  const range = isCurrent ? readByteRange(request.range, bytes) : "whole";
  if (range === "unsatisfiable")
    return new Response(null, { status: 416, headers: { ...headers, "Content-Range": `bytes */${bytes}` } });
  if (range === "whole") return new Response(stream(sounds, file, wave), { headers });
  const { from } = range;
  const to = Math.min(range.to, from + partBytesMax);
  const part = new Uint8Array(to - from);
  for await (const { at, served } of parts(sounds, file, wave, { from, to })) part.set(served, at - from);
  return new Response(part, {
    status: 206,
    headers: { ...headers, "Content-Range": `bytes ${from}-${to - 1}/${bytes}` },
  });
}

function stream(sounds: SoundStore, file: string, wave: PlayableWave): ReadableStream<Uint8Array> {
  const whole = parts(sounds, file, wave, { from: 0, to: wave.bytes });
  return new ReadableStream({
    async pull(controller) {
      const next = await whole.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value.served);
    },
    async cancel() {
      await whole.return(undefined);
    },
  });
}

/** The served bytes of a range, slice by slice. */
async function* parts(sounds: SoundStore, file: string, wave: PlayableWave, range: ByteRange) {
  for (let at = range.from; at < range.to; at += sliceBytes) {
    const to = Math.min(at + sliceBytes, range.to);
    const source = wave.source(at, to);
    const stored = source === null ? new Uint8Array(0) : await readPart(sounds, file, source.from, source.to);
    yield { at, served: wave.serve(at, to, stored) };
  }
}

async function readPart(sounds: SoundStore, file: string, from: number, to: number): Promise<Uint8Array> {
  try {
    return await sounds.readPart(file, from, to);
  } catch (cause) {
    throw new AppError("not_found", "the recording's file is gone", { cause });
  }
}
