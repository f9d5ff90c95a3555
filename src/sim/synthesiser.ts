import { seededRandom } from "../base/random.ts";
import { formantSpeech, type Speech } from "./openai/model.ts";
import { type CallerSpeech, type Step, usualBackchannel } from "./person.ts";
import { assistantVoice, atLevel, seedOf, toFrames } from "./voice.ts";

/** Says a text better than the formant voice does: 16-bit at 8 kHz, at any level; null for what it cannot say. */
export type Synthesiser = (text: string, who: "assistant" | "caller") => Promise<Int16Array | null>;

/** The model's voice; the formant voice says what `synthesise` cannot. */
export function assistantSpeech(synthesise: Synthesiser): Speech {
  return async (text, voice, take) => {
    const samples = await synthesise(text, "assistant");
    if (samples === null) return formantSpeech(text, voice, take);
    return toFrames(atLevel(samples, assistantVoice.levelDbov, seededRandom(seedOf(`${voice}/${text}/${take}`))));
  };
}

/** The caller's voice, which gives sound without waiting: every word of the steps is made here, before the call. */
export async function callerSpeech(steps: readonly Step[], synthesise: Synthesiser): Promise<CallerSpeech> {
  const made = new Map<string, Int16Array | null>();
  for (const step of steps) {
    const text = step.do === "backchannel" ? (step.text ?? usualBackchannel) : step.do === "say" ? step.text : null;
    if (text !== null) made.set(text, await synthesise(text, "caller"));
  }
  return (text, speaker) => {
    const samples = made.get(text) ?? null;
    return samples === null ? null : atLevel(samples, speaker.levelDbov, seededRandom(seedOf(text)));
  };
}
