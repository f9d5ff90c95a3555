import type { Synthesiser } from "./synthesiser.ts";
import { withVowels } from "./vowels.ts";
import { decodeWav } from "./wav.ts";

const isAudible = (sample: number): boolean => Math.abs(sample) > 60; // 40 dB under its speech
const voices = { assistant: "he+f3", caller: "he+m3" } as const;

/**
 * Hebrew speech by espeak-ng, without the silence around it; null when the program is not installed or cannot say it.
 * Only for demonstrations and listening: a run must mean the same with and without it.
 */
export const espeakHebrew: Synthesiser = async (text, who) => {
  const program = Bun.which("espeak-ng");
  if (program === null) return null;
  const child = Bun.spawn([program, "-v", voices[who], "-s", "150", "--stdout", withVowels(text)], {
    stderr: "ignore",
  });
  const bytes = new Uint8Array(await new Response(child.stdout).arrayBuffer());
  if ((await child.exited) !== 0) return null;
  const samples = decodeWav(bytes)?.samples ?? new Int16Array();
  const first = samples.findIndex(isAudible);
  return first < 0 ? null : samples.subarray(first, samples.findLastIndex(isAudible) + 1);
};
