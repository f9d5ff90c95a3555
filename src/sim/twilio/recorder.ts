import { frameEnergy } from "../../audio/energy.ts";
import { decodeMulaw } from "../../audio/mulaw.ts";
import type { Verb } from "./twiml.ts";

/** Takes the caller's frames, one every 20 ms; the base64 only when the mouth has it ready. */
export type FrameSink = (frame: Uint8Array, payload: string | null, line: number) => void;

// rms 300 is -41 dBov: over a quiet room, under any voice.
const loudEnergy = 300 * 300;

/**
 * `<Record>`: keeps the caller's sound until `timeout` seconds of silence, `maxLength`, or the end of the call.
 * 16-bit samples at 8 kHz; null when nothing but silence came (Twilio then goes on with the next verb).
 */
export async function recordCaller(
  verb: Verb,
  signal: AbortSignal,
  listen: (sink: FrameSink | null) => void,
): Promise<Int16Array | null> {
  const maxMs = 1_000 * Number(verb.attributes.maxLength ?? 3_600);
  const silenceMs = 1_000 * Number(verb.attributes.timeout ?? 5);
  const frames: Uint8Array[] = [];
  let heardAny = false;
  await new Promise<void>((resolve) => {
    let quietMs = 0;
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (signal.aborted) return resolve();
    listen((frame) => {
      frames.push(frame.slice());
      const isLoud = frameEnergy(frame, frame.length) > loudEnergy;
      heardAny ||= isLoud;
      quietMs = isLoud ? 0 : quietMs + 20;
      if (quietMs >= silenceMs || frames.length * 20 >= maxMs) resolve();
    });
  });
  listen(null);
  return heardAny ? decodeMulaw(new Uint8Array(Buffer.concat(frames))) : null;
}
