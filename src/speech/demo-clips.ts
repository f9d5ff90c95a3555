import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readMulawWav } from "../audio/wav.ts";

/** What the built-in demo voice can say; `scripts/make-audio.ts` makes the files. */
export type DemoClip = "welcome" | "heard" | "heard-again";

/** A recorded sentence: mu-law bytes and its words. */
export interface SpokenClip {
  audio: Uint8Array;
  text: string;
}

const words: Record<DemoClip, string> = {
  welcome:
    "שלום. זו שיחת ניסיון, ואני קול הדגמה מוקלט, כי עדיין אין מפתח של OpenAI. דברו אליי, ואפשר גם לקטוע אותי באמצע.",
  heard: "שמעתי אתכם היטב. כשיהיה מפתח, אענה לעניין.",
  "heard-again": "גם הפעם שמעתי. המיקרופון, הקו וההפסקה באמצע עובדים.",
};

/** The shipped recordings: read once, when the first call needs them. */
export function createDemoClips(): (clip: DemoClip) => SpokenClip {
  const read = new Map<DemoClip, SpokenClip>();
  return (clip) => {
    const known = read.get(clip);
    if (known) return known;
    const file = readFileSync(join(import.meta.dir, "clips", `${clip}.wav`));
    const spoken = { audio: readMulawWav(file), text: words[clip] };
    read.set(clip, spoken);
    return spoken;
  };
}
