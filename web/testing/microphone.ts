import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeMulaw } from "../../src/audio/mulaw.ts";
import { chain, frames, noise, voice } from "../../src/live-call/vad/testing/voice.ts";

/** Flags of a browser whose microphone hears somebody speak, and whose user says yes to everything. */
export const microphoneFlags = async (): Promise<readonly string[]> => [
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream",
  `--use-file-for-fake-audio-capture=${await fakeMicrophone()}`,
  "--autoplay-policy=no-user-gesture-required",
];

/** A WAV file of somebody who speaks for a second and a half every four seconds. */
async function fakeMicrophone(): Promise<string> {
  const mulaw = frames(chain(noise(2, 15, 1), voice(1.5, 3_000, 2), noise(0.5, 15, 3))).flatMap((frame) => [...frame]);
  const samples = decodeMulaw(Uint8Array.from(mulaw));
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8_000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(samples.byteLength, 40);
  const file = join(mkdtempSync(join(tmpdir(), "agentlocator-microphone-")), "voice.wav");
  await Bun.write(file, Buffer.concat([header, Buffer.from(samples.buffer)]));
  return file;
}
