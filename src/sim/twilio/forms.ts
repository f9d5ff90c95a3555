import type { CallStatus, TwilioAccount } from "./account.ts";

type Form = Record<string, string>;

/** Fields that every webhook of a call carries. Source: Twilio documentation, "TwiML voice request parameters". */
export function callForm(
  accountSid: string,
  call: { sid: string; from: string; to: string; status: CallStatus },
  forwardedFrom?: string,
): Form {
  return {
    AccountSid: accountSid,
    ApiVersion: "2010-04-01",
    CallSid: call.sid,
    CallStatus: call.status,
    Called: call.to,
    Caller: call.from,
    Direction: "inbound",
    From: call.from,
    To: call.to,
    ...(forwardedFrom === undefined ? {} : { ForwardedFrom: forwardedFrom }),
  };
}

/** The first request of a call also says where both numbers are at home. */
export function incomingForm(form: Form): Form {
  const places: Form = {};
  for (const end of ["Called", "Caller", "From", "To"])
    for (const part of ["City", "Country", "State", "Zip"]) places[end + part] = part === "Country" ? "IL" : "";
  return { ...form, ...places, StirVerstat: "TN-Validation-Passed-B" };
}

/** What `<Record>` tells its action. */
export function recordingFields(account: TwilioAccount, sid: string, samples: number): Form {
  return {
    RecordingSid: sid,
    RecordingUrl: `${account.mediaBaseUrl}/2010-04-01/Accounts/${account.sid}/Recordings/${sid}`,
    RecordingDuration: String(Math.round(samples / 8_000)),
  };
}

/** Moments as Twilio writes them (RFC 2822). */
export const twilioTime = (instant: Temporal.Instant): string => new Date(instant.epochMilliseconds).toUTCString();

/** The callback when the file can be fetched. */
export function recordingForm(accountSid: string, callSid: string, at: Temporal.Instant, fields: Form): Form {
  return {
    AccountSid: accountSid,
    CallSid: callSid,
    ...fields,
    RecordingStatus: "completed",
    RecordingChannels: "1",
    RecordingStartTime: twilioTime(at),
    RecordingSource: "RecordVerb",
    RecordingTrack: "both",
    ErrorCode: "0",
  };
}
