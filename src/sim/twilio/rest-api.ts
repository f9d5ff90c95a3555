import type { Clock } from "../../base/clock.ts";
import { encodeWav } from "../wav.ts";
import type { AccountCall, TwilioAccount } from "./account.ts";
import { OutboundCall } from "./outbound-call.ts";
import { answerNumbers } from "./phone-numbers.ts";
import type { TwilioWhatsApp } from "./whatsapp.ts";

/** A fake of Twilio's REST API (2010-04-01) for one account, on a loopback port. */
export interface RestApi {
  /** What TWILIO_API_BASE_URL is set to. */
  readonly baseUrl: string;
  stop(): Promise<void>;
}

interface Answer {
  status: number;
  body: Record<string, unknown> | Uint8Array | null;
  /** Of bytes. Default: WAV. */
  type?: string;
}

const error = (status: number, code: number, message: string): Answer => ({
  status,
  body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
});
const notFound = (path: string): Answer => error(404, 20_404, `The requested resource ${path} was not found`);

/** Source: Twilio documentation, "Calls resource", "Recordings resource"; error bodies as "Twilio API responses". */
export function serveRestApi(account: TwilioAccount, clock: Clock, whatsapp?: TwilioWhatsApp): RestApi {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const path = new URL(request.url).pathname;
      const form = request.method === "POST" ? Object.fromEntries(new URLSearchParams(await request.text())) : {};
      const answer = await answerRequest(account, request, form, whatsapp);
      account.noteRest({ method: request.method, path, form, status: answer.status, atMs: clock.nowMs() });
      if (answer.body instanceof Uint8Array)
        return new Response(answer.body as BodyInit, {
          status: answer.status,
          headers: { "content-type": answer.type ?? "audio/x-wav" },
        });
      return answer.body === null
        ? new Response(null, { status: answer.status })
        : Response.json(answer.body, { status: answer.status });
    },
  });
  const baseUrl = `http://127.0.0.1:${server.port}`;
  account.mediaBaseUrl = baseUrl;
  return { baseUrl, stop: () => server.stop(true) };
}

function answerRequest(
  account: TwilioAccount,
  request: Request,
  form: Record<string, string>,
  whatsapp: TwilioWhatsApp | undefined,
): Answer {
  if (account.restFault !== null) return error(account.restFault, 20_500, "An internal server error has occurred");
  const basic = `Basic ${Buffer.from(`${account.sid}:${account.authToken}`).toString("base64")}`;
  if (request.headers.get("authorization") !== basic) return error(401, 20_003, "Authenticate");
  const url = new URL(request.url);
  const prefix = `/2010-04-01/Accounts/${account.sid}/`;
  if (!url.pathname.startsWith(prefix)) return notFound(url.pathname);
  const parts = url.pathname.slice(prefix.length).split("/");
  const [collection, name, part] = parts;
  const route = `${request.method} ${collection}`;
  if (route === "POST Calls.json") return placeCall(account, form);
  if (collection === "Calls.json" || collection === "Recordings.json")
    return list(account, collection, url.searchParams);
  if (collection === "Calls" && name !== undefined)
    return onCall(account, request.method, name, part, form, url.pathname);
  if (route === "GET Recordings" || route === "DELETE Recordings")
    return onRecording(account, request.method, name ?? "", url.pathname);
  const numbers = answerNumbers(account, request.method, parts, form, url.searchParams);
  if (numbers !== null) return numbers;
  const written = whatsapp?.answer(request.method, parts, form, url.searchParams) ?? null;
  if (written === null) return notFound(url.pathname);
  const { status, body } = written;
  return body.bytes instanceof Uint8Array
    ? { status, body: body.bytes, type: String(body.type) }
    : { status, body: body as Record<string, unknown> };
}

function list(account: TwilioAccount, collection: string, query: URLSearchParams): Answer {
  if (collection === "Calls.json")
    return { status: 200, body: { calls: [...account.calls.values()].map((call) => callBody(account, call)) } };
  const recordings = [...account.recordings.values()].filter(
    (recording) => !recording.deleted && (query.get("CallSid") ?? recording.callSid) === recording.callSid,
  );
  return { status: 200, body: { recordings: recordings.map(({ sid }) => recordingBody(account, sid)) } };
}

/** Source: Twilio documentation, "Create a call"; inline instructions only. */
function placeCall(account: TwilioAccount, { From = "", To = "", Twiml, Url }: Record<string, string>): Answer {
  const isNumber = (text: string) => /^\+[1-9]\d{6,14}$/.test(text);
  if (!isNumber(To)) return error(400, 21_211, `The phone number you are attempting to call, ${To}, is not valid.`);
  if (!isNumber(From)) return error(400, 21_212, `The 'From' number ${From} is not a valid phone number.`);
  if (Twiml === undefined || Url !== undefined || account.place === null)
    return error(400, 21_205, "Url parameter is required.");
  return { status: 201, body: callBody(account, account.place({ from: From, to: To, xml: Twiml })) };
}

function onCall(
  account: TwilioAccount,
  method: string,
  name: string,
  part: string | undefined,
  form: Record<string, string>,
  path: string,
): Answer {
  const call = account.calls.get(name.replace(/\.json$/, ""));
  if (call === undefined) return notFound(path);
  if (part === "Recordings.json" && method === "POST") return startRecording(account, call);
  if (method === "GET") return { status: 200, body: callBody(account, call) };
  if (method !== "POST") return error(405, 20_004, "Method not allowed");
  if (form.Twiml !== undefined && form.Url !== undefined) return error(400, 21_218, "Url and Twiml are exclusive");
  let done = false;
  if (form.Status === "completed" || form.Status === "canceled") done = call.hangUp();
  else if (form.Twiml !== undefined) done = call.redirect({ xml: form.Twiml });
  else if (form.Url !== undefined) done = call.redirect({ url: form.Url });
  else return error(400, 20_001, "Nothing to update");
  return done ? { status: 200, body: callBody(account, call) } : notFound(path);
}

function startRecording(account: TwilioAccount, call: AccountCall): Answer {
  const sid = account.newSid("RE");
  account.recordings.set(sid, {
    sid,
    callSid: call.sid,
    samples: new Int16Array(0),
    source: "StartCallRecordingAPI",
    deleted: false,
  });
  return { status: 201, body: { ...recordingBody(account, sid), status: "in-progress" } };
}

function onRecording(account: TwilioAccount, method: string, name: string, path: string): Answer {
  const [sid = "", extension] = name.split(".");
  const recording = account.recordings.get(sid);
  if (recording === undefined || recording.deleted) return notFound(path);
  if (method === "DELETE") {
    recording.deleted = true;
    return { status: 204, body: null };
  }
  return extension === "json"
    ? { status: 200, body: recordingBody(account, sid) }
    : { status: 200, body: encodeWav(recording.samples) };
}

function callBody(account: TwilioAccount, call: AccountCall): Record<string, unknown> {
  return {
    sid: call.sid,
    account_sid: account.sid,
    from: call.from,
    to: call.to,
    status: call.status,
    direction: call instanceof OutboundCall ? "outbound-api" : "inbound",
    duration: call.status === "completed" ? String(call.durationSeconds) : null,
    api_version: "2010-04-01",
    uri: `/2010-04-01/Accounts/${account.sid}/Calls/${call.sid}.json`,
  };
}

function recordingBody(account: TwilioAccount, sid: string): Record<string, unknown> {
  const recording = account.recordings.get(sid)!;
  return {
    sid,
    account_sid: account.sid,
    call_sid: recording.callSid,
    status: "completed",
    channels: 1,
    source: recording.source,
    duration: String(Math.round(recording.samples.length / 8_000)),
    uri: `/2010-04-01/Accounts/${account.sid}/Recordings/${sid}.json`,
  };
}
