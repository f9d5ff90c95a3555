import type { EngineUsage } from "../live-call/engine.ts";
import type { ResponseUsage, TranscriptionUsage } from "./events.ts";

/** What one answer cost, for the meter. */
export const answerUsage = (model: string, usage: ResponseUsage): EngineUsage => ({
  model,
  ...usage,
  transcribedSeconds: 0,
});

/** What writing down one turn of the caller cost: seconds or tokens, as the model is billed. */
export const listeningUsage = (model: string, usage: TranscriptionUsage): EngineUsage => ({
  model,
  textInputTokens: usage.textInputTokens,
  audioInputTokens: usage.audioInputTokens,
  cachedTextTokens: 0,
  cachedAudioTokens: 0,
  textOutputTokens: usage.outputTokens,
  audioOutputTokens: 0,
  transcribedSeconds: usage.seconds,
});
