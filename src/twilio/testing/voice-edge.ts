import type { BusinessId, CallSid } from "../../base/ids.ts";
import { readableLog } from "../../base/testing/readable-log.ts";
import type { BegunCall, CallLog, RecordingReport, StatusReport } from "../../calls/log.ts";
import type { Line } from "../../live-call/line.ts";
import type { NextStep } from "../../live-call/phone-control.ts";
import type { CallSettings, IncomingCall } from "../../live-call/settings.ts";
import { createVirtualClock } from "../../sim/clock.ts";
import { CallRegister } from "../call-register.ts";
import { createInstructions } from "../instructions.ts";
import type { CallDesk, LiveCall, NumberDirectory } from "../ports.ts";
import { createSignatureGate, signatureOf } from "../signature.ts";
import { StreamTokens } from "../stream-token.ts";
import { createVoiceWebhooks, type VoiceEdgeDeps } from "../voice-webhooks.ts";

export const accountSid = `AC${"1".repeat(32)}`;
export const authToken = "0123456789abcdef0123456789abcdef";
export const publicBaseUrl = "https://phone.example.co.il";
export const businessId = "0190a0a0-0000-7000-8000-000000000001" as BusinessId;
export const ourNumber = "+97231234567";
export const sid = (digit: string): CallSid => `CA${digit.repeat(32)}` as CallSid;
export const never = <T>(): Promise<T> => new Promise<T>(() => {});

/** A live call that writes down what the edge does to it. */
export class RecordedCall implements LiveCall {
  readonly events: string[] = [];
  line: Line | null = null;
  /** Thrown by the next media frame: the bug that must not reach other calls. */
  bug: Error | null = null;
  #waiting: { text: string; done: () => void }[] = [];

  attach(line: Line): void {
    this.line = line;
    this.#note("attach");
  }
  onMedia(payload: string, timestampMs: number): void {
    if (this.bug) throw this.bug;
    this.#note(`media ${payload.length}@${timestampMs}`);
  }
  onMark(name: string): void {
    this.#note(`mark ${name}`);
  }
  onKeypad(digit: string): void {
    this.#note(`key ${digit}`);
  }
  onLineClosed(reason: string): void {
    this.#note(`line ${reason}`);
  }
  onProviderEnded(): void {
    this.#note("provider ended");
  }

  /** Resolves when the event has happened. */
  seen(text: string): Promise<void> {
    if (this.events.includes(text)) return Promise.resolve();
    return new Promise((done) => this.#waiting.push({ text, done }));
  }

  #note(text: string): void {
    this.events.push(text);
    for (const waiting of this.#waiting) if (waiting.text === text) waiting.done();
    this.#waiting = this.#waiting.filter((waiting) => waiting.text !== text);
  }
}

export class RecordedDesk implements CallDesk {
  readonly calls = new Map<CallSid, RecordedCall>();
  readonly settings: (CallSettings | Promise<CallSettings>)[] = [];
  incoming: IncomingCall | null = null;
  full = false;
  nextStep: NextStep = { kind: "hangup" };
  nextAsked = 0;

  answer(incoming: IncomingCall, settings: CallSettings | Promise<CallSettings>): LiveCall | null {
    if (this.full) return null;
    this.incoming = incoming;
    this.settings.push(settings);
    const call = new RecordedCall();
    this.calls.set(incoming.callSid, call);
    return call;
  }
  find(callSid: CallSid): RecordedCall | undefined {
    return this.calls.get(callSid);
  }
  next(): NextStep {
    this.nextAsked++;
    return this.nextStep;
  }
}

/** A call log that counts; `answer` decides how the database is today. */
export class RecordedCallLog implements CallLog {
  readonly begun: BegunCall[] = [];
  readonly left: string[] = [];
  readonly statuses: StatusReport[] = [];
  readonly recordings: RecordingReport[] = [];
  answer: () => Promise<"begun" | "over"> = async () => "begun";

  begin(call: BegunCall): Promise<"begun" | "over"> {
    this.begun.push(call);
    return this.answer();
  }
  leftToRecording(callSid: CallSid, why: string): void {
    this.left.push(`${callSid} ${why}`);
  }
  async status(report: StatusReport): Promise<void> {
    this.statuses.push(report);
    await this.answer();
  }
  async recording(report: RecordingReport): Promise<void> {
    this.recordings.push(report);
    await this.answer();
  }
}

/** The whole edge on recorded neighbours and a clock that stands still. */
export function createEdge(over: Partial<VoiceEdgeDeps> = {}) {
  const clock = createVirtualClock();
  const { log, lines } = readableLog();
  const tokens = new StreamTokens(clock);
  const register = new CallRegister();
  const desk = new RecordedDesk();
  const callLog = new RecordedCallLog();
  const directory: NumberDirectory = {
    find: (to) => (to === ourNumber ? { id: businessId } : null),
    resolve: async (to) => directory.find(to) as { id: BusinessId } | null,
    refresh: async () => {},
  };
  const deps: VoiceEdgeDeps = {
    gate: createSignatureGate({ authToken, accountSid, publicBaseUrl: () => publicBaseUrl }),
    register,
    tokens,
    instructions: createInstructions({ publicBaseUrl: () => publicBaseUrl, register, tokens }),
    directory,
    settingsFor: () => ({ businessId }) as CallSettings,
    desk,
    callLog,
    clock,
    log,
    ...over,
  };
  const app = createVoiceWebhooks(deps);

  /** Posts as Twilio does: signed for the public address, arriving at a private one. */
  const post = (path: string, fields: Record<string, string> = {}, signature?: string): Promise<Response> => {
    const form = { AccountSid: accountSid, CallSid: sid("a"), ...fields };
    const good = signatureOf(authToken, publicBaseUrl + path, Object.entries(form));
    const headers = {
      "x-twilio-signature": signature ?? good,
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    };
    const body = new URLSearchParams(form).toString();
    return Promise.resolve(app.request(`http://127.0.0.1:3000${path}`, { method: "POST", headers, body }));
  };
  const ask = async (path: string, fields: Record<string, string> = {}): Promise<string> =>
    (await post(path, fields)).text();
  const ring = (fields: Record<string, string> = {}): Promise<string> =>
    ask("/webhook/incoming_call", { To: ourNumber, From: "+972501234567", CallStatus: "ringing", ...fields });
  return { ...deps, clock, lines, desk, callLog, app, post, ask, ring };
}

/** The stream token in a piece of TwiML. */
export const tokenIn = (twiml: string): string | undefined => /name="token" value="([^"]+)"/.exec(twiml)?.[1];
