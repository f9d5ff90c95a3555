import type { TranscriptionCreateResponse } from "openai/resources/audio/transcriptions";
import { AppError } from "../base/errors.ts";
import { limits } from "../limits.ts";
import type { EngineUsage } from "../live-call/engine.ts";
import type { OpenAiRest } from "./openai-rest.ts";

export interface TranscriptionRequest {
  /** A whole sound file; its name's ending tells the provider the format ("message.wav", "note.ogg"). */
  audio: Uint8Array<ArrayBuffer>;
  fileName: string;
  /** BCP 47 primary tags in order of likelihood. Without them live speech is taken for a language at random. */
  languages: readonly string[];
  /** Names and terms that may occur. */
  keywords: readonly string[];
}

export interface TranscribedText {
  /** "" when nothing was said. */
  text: string;
  usage: EngineUsage;
}

export interface Transcriber {
  /** @throws AppError "unavailable" or "upstream", as `OpenAiRest.post`. */
  transcribe(request: TranscriptionRequest, signal?: AbortSignal): Promise<TranscribedText>;
}

/** Turns recorded speech into text: recordings of the fallback, voice notes. */
export function createTranscriber(rest: OpenAiRest, model: string): Transcriber {
  const send = ({ audio, fileName }: TranscriptionRequest, hints: Hints, signal?: AbortSignal) => {
    const body = new FormData();
    body.set("file", new File([audio], fileName));
    body.set("model", model);
    for (const [name, values] of Object.entries(hints)) for (const value of values) body.append(name, value);
    return rest.post(
      { what: "transcription", path: "/audio/transcriptions", body, timeoutMs: limits.transcriptionMs, signal },
      (answer) => fromWire(model, answer as Partial<TranscriptionCreateResponse>),
    );
  };
  return {
    async transcribe(request, signal) {
      const { languages, keywords } = request;
      try {
        return await send(request, { "languages[]": languages, "keywords[]": keywords }, signal);
      } catch (thrown) {
        // Older models know one `language` and no keywords, and reject what they do not know.
        if (!isRejected(thrown)) throw thrown;
        return send(request, { language: languages.slice(0, 1) }, signal);
      }
    },
  };
}

/** Fields of the form. */
type Hints = Readonly<Record<string, readonly string[]>>;

const isRejected = (thrown: unknown): boolean => thrown instanceof AppError && thrown.context.status === 400;

function fromWire(model: string, answer: Partial<TranscriptionCreateResponse>): TranscribedText {
  if (typeof answer.text !== "string") throw new AppError("unavailable", "transcription: the answer has no text");
  const usage = answer.usage;
  const tokens = usage?.type === "tokens" ? usage : undefined;
  const audioInputTokens = tokens?.input_token_details?.audio_tokens ?? tokens?.input_tokens ?? 0;
  return {
    text: answer.text.trim(),
    usage: {
      model,
      textInputTokens: Math.max(0, (tokens?.input_tokens ?? 0) - audioInputTokens),
      audioInputTokens,
      cachedTextTokens: 0,
      cachedAudioTokens: 0,
      textOutputTokens: tokens?.output_tokens ?? 0,
      audioOutputTokens: 0,
      transcribedSeconds: usage?.type === "duration" ? usage.seconds : 0,
    },
  };
}
