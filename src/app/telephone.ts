import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { RestCalendars } from "../calendar/availability.ts";
import type { CallRecorder } from "../calls/journal.ts";
import { LiveTelling } from "../calls/live-telling.ts";
import { createRecordingShelf } from "../calls/recording-shelf.ts";
import type { Config } from "../config.ts";
import type { Database } from "../db/client.ts";
import { isOwnOrigin } from "../http/origin.ts";
import type { CallSettings } from "../live-call/settings.ts";
import { createSwitchboard, type Switchboard } from "../live-call/switchboard.ts";
import type { LiveHub } from "../notify/live.ts";
import type { Directory } from "../tenants/directory.ts";
import type { CodeCall } from "../tenants/transfer-check.ts";
import { BrowserPhones } from "../test-call/browser-phones.ts";
import { TestCallDesk } from "../test-call/desk.ts";
import { createTestCallSocket } from "../test-call/socket.ts";
import { CallRegister } from "../twilio/call-register.ts";
import { createInstructions } from "../twilio/instructions.ts";
import { createMediaSocket } from "../twilio/media-socket.ts";
import { createPhoneNumbers } from "../twilio/phone-numbers.ts";
import { createTwilioRest } from "../twilio/rest.ts";
import { createSignatureGate } from "../twilio/signature.ts";
import { StreamTokens } from "../twilio/stream-token.ts";
import { codeTwiml } from "../twilio/twiml.ts";
import { createVoiceWebhooks } from "../twilio/voice-webhooks.ts";
import type { Budget } from "./budget.ts";
import { type CallIds, callSettings } from "./call-settings.ts";
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
  hub: LiveHub;
  budget: Pick<Budget, "isSpent">;
}

export type Telephone = ReturnType<typeof assembleTelephone>;

/** The live calls and Twilio's edge around them. */
export function assembleTelephone(deps: TelephoneDeps) {
  const { config, clock, log, publicBaseUrl, directory, recorder, voice, db, restCalendars, hub, budget } = deps;
  const gate = createSignatureGate({ ...config.twilio, publicBaseUrl });
  const register = new CallRegister();
  const tokens = new StreamTokens(clock);
  const instructions = createInstructions({ publicBaseUrl, register, tokens });
  const rest = createTwilioRest({ ...config.twilio, fallbackTwiml: instructions.fallback, fetch, clock, log });
  const settingsFor = async (ids: CallIds) => {
    // Without settings a call goes to the recording: the caller leaves a message, nobody pays for a model.
    if (budget.isSpent(ids.businessId)) throw new AppError("unavailable", "the day's budget is used up");
    return callSettings({ db, clock, log, restCalendars }, directory, ids);
  };
  const phones = new BrowserPhones(rest);
  const telling = new LiveTelling({ journal: recorder, hub, clock });
  const switchboard = createSwitchboard({
    clock,
    log,
    makeEngine: voice.makeEngine,
    journal: telling,
    phrases: voice.phrases,
    phone: phones,
    recordCalls: config.recordCalls,
    recordingShelf: createRecordingShelf(config.storageDir),
  });
  telling.watch(switchboard);
  const media = createMediaSocket({ gate, tokens, desk: switchboard, ...config.twilio, clock, log });
  const test = assembleTestCalls({ ...deps, switchboard, phones, settingsFor });
  const webhooks = createVoiceWebhooks({
    gate,
    register,
    tokens,
    instructions,
    directory,
    settingsFor,
    desk: switchboard,
    callLog: recorder,
    clock,
    log,
  });
  const readCode = ({ code, ...call }: CodeCall) =>
    rest.placeCall({ ...call, twiml: codeTwiml({ publicBaseUrl: publicBaseUrl(), businessId: null }, code) });
  const numbers = createPhoneNumbers({ ...config.twilio, fetch, clock, log });
  const sockets = [media, test.socket];
  return { switchboard, sockets, webhooks, rest, testCalls: test.desk, telling, readCode, numbers };
}

interface TestCallParts extends TelephoneDeps {
  switchboard: Switchboard;
  phones: BrowserPhones;
  settingsFor(ids: CallIds): Promise<CallSettings>;
}

/** Calls from the panel's microphone, with tokens that open nothing else. */
function assembleTestCalls({ clock, log, recorder, publicBaseUrl, ...parts }: TestCallParts) {
  const { switchboard, phones, settingsFor, budget } = parts;
  const tokens = new StreamTokens(clock);
  const { instant } = clock;
  const { isSpent } = budget;
  const desk = new TestCallDesk({ switchboard, phones, callLog: recorder, tokens, settingsFor, isSpent, instant });
  const socket = createTestCallSocket({
    desk: switchboard,
    phones,
    tokens,
    over: (callSid) => desk.over(callSid),
    isPanel: (headers) => headers.has("origin") && isOwnOrigin(headers.get("origin")!, undefined, publicBaseUrl()),
    clock,
    log,
  });
  return { desk, socket };
}
