import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { RestCalendars } from "../calendar/availability.ts";
import type { CallRecorder } from "../calls/journal.ts";
import { createRecordingShelf } from "../calls/recording-shelf.ts";
import type { Config } from "../config.ts";
import type { Database } from "../db/client.ts";
import { createSwitchboard } from "../live-call/switchboard.ts";
import type { Directory } from "../tenants/directory.ts";
import { CallRegister } from "../twilio/call-register.ts";
import { createInstructions } from "../twilio/instructions.ts";
import { createMediaSocket } from "../twilio/media-socket.ts";
import { createTwilioRest } from "../twilio/rest.ts";
import { createSignatureGate } from "../twilio/signature.ts";
import { StreamTokens } from "../twilio/stream-token.ts";
import { createVoiceWebhooks } from "../twilio/voice-webhooks.ts";
import { callSettings } from "./call-settings.ts";
import type { assembleVoice } from "./voice.ts";

interface TelephoneDeps {
  config: Config;
  clock: Clock;
  log: Log;
  publicBaseUrl: () => string;
  directory: Directory;
  recorder: CallRecorder;
  voice: ReturnType<typeof assembleVoice>;
  db: Database;
  restCalendars: RestCalendars;
}

export type Telephone = ReturnType<typeof assembleTelephone>;

/** The live calls and Twilio's edge around them. */
export function assembleTelephone(deps: TelephoneDeps) {
  const { config, clock, log, publicBaseUrl, directory, recorder, voice, db, restCalendars } = deps;
  const gate = createSignatureGate({ ...config.twilio, publicBaseUrl });
  const register = new CallRegister();
  const tokens = new StreamTokens(clock);
  const instructions = createInstructions({ publicBaseUrl, register, tokens });
  const rest = createTwilioRest({ ...config.twilio, fallbackTwiml: instructions.fallback, fetch, clock, log });
  const switchboard = createSwitchboard({
    clock,
    log,
    makeEngine: voice.makeEngine,
    journal: recorder,
    phrases: voice.phrases,
    phone: rest,
    recordCalls: config.recordCalls,
    recordingShelf: createRecordingShelf(config.storageDir),
  });
  const media = createMediaSocket({ gate, tokens, desk: switchboard, ...config.twilio, clock, log });
  const webhooks = createVoiceWebhooks({
    gate,
    register,
    tokens,
    instructions,
    directory,
    settingsFor: (ids) => callSettings({ db, clock, log, restCalendars }, directory, ids),
    desk: switchboard,
    callLog: recorder,
    clock,
    log,
  });
  return { switchboard, media, webhooks, rest };
}
