import type { RealtimeResponse, RealtimeSessionCreateRequest } from "openai/resources/realtime/realtime";
import type { Conversation } from "./conversation.ts";

// Rates of the provider's pricing notes: caller audio 1 token per 100 ms, assistant audio 1 per 50 ms, text about 4 letters.
const audioInMs = 100;
const audioOutMs = 50;
const lettersPerToken = 4;

const tokensOf = (text: string): number => Math.ceil(text.length / lettersPerToken);

/** Usage of one answer: the whole conversation goes in again, everything but the newest item from the cache. */
export function answerUsage(
  conversation: Conversation,
  config: RealtimeSessionCreateRequest,
  audioMs: number,
  text: string,
): NonNullable<RealtimeResponse["usage"]> {
  let textTokens = tokensOf(config.instructions ?? "") + tokensOf(JSON.stringify(config.tools ?? []));
  let audioTokens = 0;
  let newAudio = 0;
  let newText = 0;
  for (const item of conversation.items) {
    newAudio = item.role === "user" ? Math.ceil(item.audioMs / audioInMs) : Math.ceil(item.audioMs / audioOutMs);
    newText = item.audioMs > 0 ? 0 : tokensOf(item.text);
    audioTokens += newAudio;
    textTokens += newText;
  }
  const cachedText = textTokens - newText;
  const cachedAudio = audioTokens - newAudio;
  const output = { audio_tokens: Math.ceil(audioMs / audioOutMs), text_tokens: tokensOf(text) };
  const outputTokens = output.audio_tokens + output.text_tokens;
  return {
    total_tokens: textTokens + audioTokens + outputTokens,
    input_tokens: textTokens + audioTokens,
    output_tokens: outputTokens,
    input_token_details: {
      text_tokens: textTokens,
      audio_tokens: audioTokens,
      image_tokens: 0,
      cached_tokens: cachedText + cachedAudio,
      cached_tokens_details: { text_tokens: cachedText, audio_tokens: cachedAudio, image_tokens: 0 },
    },
    output_token_details: output,
  };
}

/** Usage of a transcription, by tokens as the transcribing models report it. */
export function transcriptUsage(text: string, audioMs: number) {
  const audioTokens = Math.ceil(audioMs / audioInMs);
  const outputTokens = tokensOf(text);
  return {
    type: "tokens" as const,
    total_tokens: audioTokens + outputTokens,
    input_tokens: audioTokens,
    input_token_details: { text_tokens: 0, audio_tokens: audioTokens },
    output_tokens: outputTokens,
  };
}
