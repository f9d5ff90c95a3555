import type { Clock } from "../base/clock.ts";
import { AppError, describeError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { readBounded } from "../base/read-bounded.ts";

export interface TwilioAccess {
  /** Without a trailing slash. */
  apiBaseUrl: string;
  /** Null = not configured: every request fails with "unavailable". */
  accountSid: string | null;
  authToken: string | null;
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  clock: Clock;
  log: Log;
}

export interface Answer {
  status: number;
  /** The header of that name. */
  retryAfter: string | null;
  body: Uint8Array;
}

export interface Exchange {
  method: "GET" | "POST" | "DELETE";
  /** Below the account; made by us and never taken from a webhook: what a stranger sends cannot choose a destination. */
  path: string;
  form?: Record<string, string>;
  /** Per try. */
  timeoutMs: number;
  bytesMax: number;
  /** 1 = what must not happen twice. Default: 2. */
  tries?: 1 | 2;
}

const retryAfterMs = 250; // the caller is listening to silence meanwhile
const redirectsMax = 3;

/**
 * One exchange with Twilio's REST API, with one retry after a network failure, a 429 or a 5xx.
 * @throws AppError "unavailable" without an account, "upstream" without an answer (its cause says why), "too_large".
 */
export async function exchange(access: TwilioAccess, wanted: Exchange): Promise<Answer> {
  if (access.accountSid === null || access.authToken === null)
    throw new AppError("unavailable", "no Twilio account is configured");
  for (let attempt = 1; ; attempt++) {
    const last = attempt === (wanted.tries ?? 2);
    try {
      const answer = await tryOnce(access, wanted);
      if (last || (answer.status !== 429 && answer.status < 500)) return answer;
      access.log.warn("CALL", "Twilio is busy, trying again", { path: wanted.path, status: answer.status });
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (last)
        throw new AppError("upstream", "Twilio did not answer", { cause: error, context: { path: wanted.path } });
      access.log.warn("CALL", "Twilio did not answer, trying again", {
        path: wanted.path,
        error: describeError(error),
      });
    }
    await new Promise<void>((done) => access.clock.after(retryAfterMs, done));
  }
}

async function tryOnce(access: TwilioAccess, wanted: Exchange): Promise<Answer> {
  const abort = new AbortController();
  const timer = access.clock.after(wanted.timeoutMs, () =>
    abort.abort(new Error(`no answer in ${wanted.timeoutMs} ms`)),
  );
  try {
    let url = `${access.apiBaseUrl}/2010-04-01/Accounts/${access.accountSid}/${wanted.path}`;
    for (let redirects = 0; ; redirects++) {
      const response = await access.fetch(url, requestFor(access, wanted, url, abort.signal));
      const next = wanted.method === "GET" && response.status >= 300 && response.status < 400;
      const { status, headers } = response;
      if (!next)
        return { status, retryAfter: headers.get("retry-after"), body: await readBounded(response, wanted.bytesMax) };
      url = safeRedirect(access, url, response.headers.get("location"), redirects);
    }
  } finally {
    timer.cancel();
  }
}

/** Credentials go to the API's own origin only. */
function requestFor(access: TwilioAccess, wanted: Exchange, url: string, signal: AbortSignal): RequestInit {
  const headers = new Headers();
  if (originOf(url) === originOf(access.apiBaseUrl))
    headers.set("authorization", `Basic ${Buffer.from(`${access.accountSid}:${access.authToken}`).toString("base64")}`);
  const body = wanted.form === undefined ? null : new URLSearchParams(wanted.form);
  return { method: wanted.method, headers, body, signal, redirect: "manual" };
}

/** Twilio may keep media elsewhere; it may not send us to our own network. @throws AppError "upstream". */
function safeRedirect(access: TwilioAccess, from: string, location: string | null, redirects: number): string {
  const url = location === null ? null : URL.parse(location, from);
  const trusted =
    url !== null &&
    (url.origin === originOf(access.apiBaseUrl) ||
      (url.protocol === "https:" && /\.(?:twilio|twiliocdn)\.com$/.test(url.hostname)));
  if (!trusted || redirects >= redirectsMax)
    throw new AppError("upstream", "Twilio redirected to an address we do not follow");
  return url.href;
}

const originOf = (url: string): string => new URL(url).origin;
export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** The JSON object of an answer; empty when there is none. */
export function objectIn({ body }: Answer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Twilio's error number in an answer; 0 = none. */
export function codeOf(answer: Answer): number {
  const { code } = objectIn(answer);
  return typeof code === "number" ? code : 0;
}
