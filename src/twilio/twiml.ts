import VoiceResponse from "twilio/lib/twiml/VoiceResponse";
import type { BusinessId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { type Clip, clipPath, digitClip } from "./static-audio.ts";

/** Where the TwiML's absolute addresses point: Twilio refuses relative ones (error 11100). */
export interface TwimlPlace {
  publicBaseUrl: string;
  /** Whose recorded texts are played; null = the shipped ones. */
  businessId: BusinessId | null;
}

// Paths of our callbacks; their routes stand in voice-webhooks.ts.
const callbackPaths = {
  recording: "/webhook/handle_recording",
  streamStatus: "/webhook/stream_status",
  streamEnded: "/webhook/stream_ended",
  transferResult: "/webhook/transfer_result",
} as const;

export const mediaSocketPath = "/ws/twilio-media";

const recordSeconds = 120;
const recordSilenceSeconds = 5;
// Five rings: longer than a person needs to reach the phone, shorter than a mailbox's patience.
const dialSeconds = 25;

/**
 * Hands the caller's audio to our socket. `Connect` ends when the socket closes: then Twilio asks `action`, and the
 * redirect behind it is the belt for the case that it does not. The stream's address may not carry a query.
 */
export function connectTwiml(place: TwimlPlace, stream: { token: string; leg: number }): string {
  const ended = at(place, `${callbackPaths.streamEnded}?leg=${stream.leg}`);
  const response = new VoiceResponse();
  const connect = response.connect({ action: ended, method: "POST" });
  connect
    .stream({
      url: at(place, mediaSocketPath).replace(/^http/, "ws"),
      statusCallback: at(place, callbackPaths.streamStatus),
      statusCallbackMethod: "POST",
    })
    .parameter({ name: "token", value: stream.token });
  response.redirect({ method: "POST" }, ended);
  return response.toString();
}

/** Prompt, record, thanks, hang up. `action` is given because `Record` without one asks its own address again, for ever. */
export function fallbackTwiml(place: TwimlPlace): string {
  const response = new VoiceResponse();
  const recording = at(place, callbackPaths.recording);
  response.play(clipUrl(place, "fallback"));
  response.record({
    action: recording,
    method: "POST",
    maxLength: recordSeconds,
    timeout: recordSilenceSeconds,
    playBeep: true,
    finishOnKey: "#",
    recordingStatusCallback: recording,
    recordingStatusCallbackMethod: "POST",
    recordingStatusCallbackEvent: ["completed", "absent"],
  });
  return playAndHangUp(response, place, "thanks");
}

export const thanksTwiml = (place: TwimlPlace): string => playAndHangUp(new VoiceResponse(), place, "thanks");

export const unknownNumberTwiml = (place: TwimlPlace): string =>
  playAndHangUp(new VoiceResponse(), place, "unknown-number");

/** Rings a person; `action` gets the outcome. */
export function dialTwiml(place: TwimlPlace, target: { to: Phone; leg: number }): string {
  const response = new VoiceResponse();
  const action = at(place, `${callbackPaths.transferResult}?leg=${target.leg}`);
  response.dial({ action, method: "POST", timeout: dialSeconds, answerOnBridge: true }).number(target.to);
  return response.toString();
}

/** Reads a code, digit by digit, twice: the first time people look for a pen. Recorded, since `Say` has no Hebrew (13512). */
export function codeTwiml(place: TwimlPlace, code: string): string {
  const response = new VoiceResponse();
  for (const lead of ["code", "code-again"] as const) {
    response.play(clipUrl(place, lead));
    for (const digit of code) response.play(clipUrl(place, digitClip(digit)));
    response.pause({ length: 1 });
  }
  response.hangup();
  return response.toString();
}

export function hangUpTwiml(): string {
  const response = new VoiceResponse();
  response.hangup();
  return response.toString();
}

function playAndHangUp(response: VoiceResponse, place: TwimlPlace, clip: Clip): string {
  response.play(clipUrl(place, clip));
  response.hangup();
  return response.toString();
}

const at = (place: TwimlPlace, path: string): string => `${place.publicBaseUrl}${path}`;
const clipUrl = (place: TwimlPlace, clip: Clip): string => at(place, clipPath(clip, place.businessId));
