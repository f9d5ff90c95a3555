import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { ChatModel as Summariser, Transcriber } from "../calls/after-call.ts";
import type { Config } from "../config.ts";
import type { VoiceEngine } from "../live-call/engine.ts";
import type { IncomingCall } from "../live-call/settings.ts";
import { RealtimeEngine } from "../realtime/engine.ts";
import { createChatModel } from "../speech/chat.ts";
import { createDemoClips } from "../speech/demo-clips.ts";
import { DemoEngine } from "../speech/demo-engine.ts";
import { OpenAiRest } from "../speech/openai-rest.ts";
import { PhraseCache } from "../speech/phrases.ts";
import { createReader } from "../speech/reader.ts";
import { createTranscriber } from "../speech/stt.ts";
import type { BusinessProfile } from "../tenants/directory.ts";
import { priceOf } from "../usage/prices.ts";
import { generalGreeting } from "./call-settings.ts";

/** Everything that OpenAI does for us; what needs a key is null without one, and its work stays undone, not failed. */
export function assembleVoice({ config, clock, log }: { config: Config; clock: Clock; log: Log }) {
  const settings = config.openai;
  if (settings.apiKey !== null) warnOfUnpriced(settings, clock, log);
  const rest = new OpenAiRest({ clock, settings });
  const readAloud = createReader({
    clock,
    log,
    settings,
    usage: ({ model, audioOutputTokens }) => log.info("REALTIME", "phrase rendered", { model, audioOutputTokens }),
  });
  const { storageDir } = config;
  const demoClips = createDemoClips();
  const phrases = new PhraseCache({ clock, log, storageDir, readAloud, model: settings.realtimeModel });
  return {
    hasModel: settings.apiKey !== null,
    /** Without a key, telephone calls are answered by the recording, and test calls by the built-in demo voice. */
    makeEngine: ({ to }: IncomingCall): VoiceEngine =>
      settings.apiKey === null && to === null
        ? new DemoEngine({ clock, clips: demoClips })
        : new RealtimeEngine({ clock, log, settings }),
    phrases,
    /** Greetings that an earlier process rendered: the first call after a restart is greeted as fast as any other. */
    recallGreetings(profiles: readonly BusinessProfile[]): void {
      for (const profile of profiles) {
        const greeting = generalGreeting(profile);
        if (greeting !== null) phrases.recall(profile.voice, greeting).catch(() => {}); // rendered anew when it is needed
      }
    },
    transcriber: settings.apiKey === null ? null : transcriberOf(rest, settings.transcribeModel),
    chatModel: settings.apiKey === null ? null : createChatModel(rest, settings.chatModel),
    summariser: settings.apiKey === null ? null : summariserOf(rest, settings.chatModel),
  };
}

/** A name that the price list does not know yet: said once, at start, since the daily caps count with an estimate. */
function warnOfUnpriced(settings: Config["openai"], clock: Clock, log: Log): void {
  const { realtimeModel, liveTranscribeModel, transcribeModel, chatModel } = settings;
  const day = clock.instant().toString().slice(0, 10);
  const names = [realtimeModel, liveTranscribeModel, transcribeModel, chatModel];
  const unpriced = [...new Set(names)].filter((model) => priceOf(model, day) === null);
  if (unpriced.length === 0) return;
  log.warn("APP", "models without a list price are counted at the dearest of their kind", {
    models: unpriced.join(" "),
  });
}

function transcriberOf(rest: OpenAiRest, model: string): Transcriber {
  const transcriber = createTranscriber(rest, model);
  return {
    async transcribe({ audio, ...request }, signal) {
      const { text, usage } = await transcriber.transcribe({ audio: new Uint8Array(audio), ...request }, signal);
      return { text, usage: { ...usage, seconds: usage.transcribedSeconds } };
    },
  };
}

function summariserOf(rest: OpenAiRest, model: string): Summariser {
  const chat = createChatModel(rest, model);
  return {
    async complete({ instructions, input, maxOutputTokens }, signal) {
      const messages = [
        { role: "system" as const, text: instructions },
        { role: "user" as const, text: input },
      ];
      const { text, usage } = await chat.answer({ messages, maxOutputTokens }, signal);
      return { text, usage: { ...usage, seconds: 0 } };
    },
  };
}
