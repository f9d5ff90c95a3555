import type { Clock } from "../base/clock.ts";
import { AppError, describeError } from "../base/errors.ts";
import type { CallSid } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { limits } from "../limits.ts";
import type { PhoneControl } from "../live-call/phone-control.ts";

export interface TwilioRestDeps {
  /** Without a trailing slash. */
  apiBaseUrl: string;
  /** Null = not configured: every request fails with "unavailable". */
  accountSid: string | null;
  authToken: string | null;
  /** TwiML of the recording flow; sent inline, so that it works even when Twilio cannot reach us. */
  fallbackTwiml(callSid: CallSid): string;
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  clock: Clock;
  log: Log;
}

/** The few requests we make to Twilio. Each is tried twice; what is gone already counts as done. */
export interface TwilioRest extends PhoneControl {
  /** WAV bytes. @throws AppError "not_found" while (or after) the file is not there, "too_large", "upstream". */
  fetchRecording(recordingSid: string): Promise<Uint8Array>;
  /** @throws AppError "upstream" when Twilio still has it. */
  deleteRecording(recordingSid: string): Promise<void>;
}

interface Answer {
  status: number;
  body: Uint8Array;
}

interface Exchange {
  method: "GET" | "POST" | "DELETE";
  path: string;
  form?: Record<string, string>;
  /** Per try. */
  timeoutMs: number;
  bytesMax: number;
}

const triesMax = 2;
const retryAfterMs = 250; // the caller is listening to silence meanwhile
const answerBytesMax = 64 * 1024;
const redirectsMax = 3;
// 20404: no such call (any more). 21220: the call is not in progress.
const callIsOver = new Set([20_404, 21_220]);

export function createTwilioRest(deps: TwilioRestDeps): TwilioRest {
  const control = async (callSid: CallSid, form: Record<string, string>): Promise<void> => {
    const timeoutMs = limits.providerRequestMs / triesMax;
    const path = `Calls/${callSid}.json`;
    const answer = await exchange(deps, { method: "POST", path, form, timeoutMs, bytesMax: answerBytesMax });
    if (isSuccess(answer.status) || callIsOver.has(codeOf(answer))) return;
    throw refused("call update", answer, { callSid });
  };
  const recording = (recordingSid: string, suffix: string): string => {
    if (!/^RE[0-9a-f]{32}$/i.test(recordingSid)) throw new AppError("invalid", "malformed recording id");
    return `Recordings/${recordingSid}${suffix}`;
  };
  const timeoutMs = limits.providerRequestMs;
  return {
    async redirectToFallback(callSid, reason) {
      await control(callSid, { Twiml: deps.fallbackTwiml(callSid) });
      deps.log.debug("CALL", "sent to the recording flow", { call: callSid, reason });
    },
    hangUp: (callSid) => control(callSid, { Status: "completed" }),
    async fetchRecording(recordingSid) {
      // The address is made here and never taken from a webhook: what a stranger sends cannot choose a destination.
      const path = recording(recordingSid, ".wav");
      const answer = await exchange(deps, { method: "GET", path, timeoutMs, bytesMax: limits.recordingBytesMax });
      if (isSuccess(answer.status)) return answer.body;
      if (answer.status === 404) throw new AppError("not_found", "the recording is not there", context(recordingSid));
      throw refused("recording fetch", answer, { recordingSid });
    },
    async deleteRecording(recordingSid) {
      const path = recording(recordingSid, ".json");
      const answer = await exchange(deps, { method: "DELETE", path, timeoutMs, bytesMax: answerBytesMax });
      if (!isSuccess(answer.status) && answer.status !== 404)
        throw refused("recording delete", answer, { recordingSid });
    },
  };
}

const context = (recordingSid: string) => ({ context: { recordingSid } });

/** One exchange with one retry: after a network failure, a 429 or a 5xx. */
async function exchange(deps: TwilioRestDeps, wanted: Exchange): Promise<Answer> {
  if (deps.accountSid === null || deps.authToken === null)
    throw new AppError("unavailable", "no Twilio account is configured");
  for (let attempt = 1; ; attempt++) {
    const last = attempt === triesMax;
    try {
      const answer = await tryOnce(deps, wanted);
      if (last || (answer.status !== 429 && answer.status < 500)) return answer;
      deps.log.warn("CALL", "Twilio is busy, trying again", { path: wanted.path, status: answer.status });
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (last)
        throw new AppError("upstream", "Twilio did not answer", { cause: error, context: { path: wanted.path } });
      deps.log.warn("CALL", "Twilio did not answer, trying again", { path: wanted.path, error: describeError(error) });
    }
    await new Promise<void>((done) => deps.clock.after(retryAfterMs, done));
  }
}

async function tryOnce(deps: TwilioRestDeps, wanted: Exchange): Promise<Answer> {
  const abort = new AbortController();
  const timer = deps.clock.after(wanted.timeoutMs, () => abort.abort(new Error(`no answer in ${wanted.timeoutMs} ms`)));
  try {
    let url = `${deps.apiBaseUrl}/2010-04-01/Accounts/${deps.accountSid}/${wanted.path}`;
    for (let redirects = 0; ; redirects++) {
      const response = await deps.fetch(url, requestFor(deps, wanted, url, abort.signal));
      const next = wanted.method === "GET" && response.status >= 300 && response.status < 400;
      if (!next) return { status: response.status, body: await readBounded(response, wanted.bytesMax) };
      url = safeRedirect(deps, url, response.headers.get("location"), redirects);
    }
  } finally {
    timer.cancel();
  }
}

/** Credentials go to the API's own origin only. */
function requestFor(deps: TwilioRestDeps, wanted: Exchange, url: string, signal: AbortSignal): RequestInit {
  const headers = new Headers();
  if (originOf(url) === originOf(deps.apiBaseUrl))
    headers.set("authorization", `Basic ${Buffer.from(`${deps.accountSid}:${deps.authToken}`).toString("base64")}`);
  const body = wanted.form === undefined ? null : new URLSearchParams(wanted.form);
  return { method: wanted.method, headers, body, signal, redirect: "manual" };
}

/** Twilio may keep media elsewhere; it may not send us to our own network. @throws AppError "upstream". */
function safeRedirect(deps: TwilioRestDeps, from: string, location: string | null, redirects: number): string {
  const url = location === null ? null : URL.parse(location, from);
  const trusted =
    url !== null &&
    (url.origin === originOf(deps.apiBaseUrl) ||
      (url.protocol === "https:" && /\.(?:twilio|twiliocdn)\.com$/.test(url.hostname)));
  if (!trusted || redirects >= redirectsMax)
    throw new AppError("upstream", "Twilio redirected to an address we do not follow");
  return url.href;
}

/** @throws AppError "too_large" as soon as the bound is passed, whatever the headers promised. */
async function readBounded(response: Response, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new AppError("too_large", "Twilio's answer is too large", { context: { bytesMax } });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const originOf = (url: string): string => new URL(url).origin;
const isSuccess = (status: number): boolean => status >= 200 && status < 300;

function codeOf({ body }: Answer): number {
  try {
    const { code } = JSON.parse(Buffer.from(body).toString("utf8")) as { code?: unknown };
    return typeof code === "number" ? code : 0;
  } catch {
    return 0;
  }
}

const refused = (what: string, answer: Answer, ids: Record<string, string>): AppError =>
  new AppError("upstream", `Twilio refused: ${what}`, {
    context: { ...ids, status: answer.status, code: codeOf(answer) },
  });
