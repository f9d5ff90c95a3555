import { decodeWav } from "./wav.ts";

/**
 * Hebrew speech by espeak-ng, 16-bit at 8 kHz; null when the program is not installed or cannot say it.
 * Only for demonstrations and listening: a run must mean the same with and without it.
 */
export async function espeakHebrew(text: string, voice: "he" | "he+f3" | "he+m3" = "he"): Promise<Int16Array | null> {
  const program = Bun.which("espeak-ng");
  if (program === null) return null;
  const child = Bun.spawn([program, "-v", voice, "-s", "150", "--stdout", text], { stderr: "ignore" });
  const bytes = new Uint8Array(await new Response(child.stdout).arrayBuffer());
  if ((await child.exited) !== 0) return null;
  return decodeWav(bytes)?.samples ?? null;
}
