import { afterEach, describe, expect, test } from "bun:test";
import { AppError } from "../base/errors.ts";
import type { CallSid } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import { limits } from "../limits.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { createTwilioRest } from "./rest.ts";

const accountSid = `AC${"1".repeat(32)}`;
const callSid = `CA${"a".repeat(32)}` as CallSid;
const recordingSid = `RE${"7".repeat(32)}`;
const credentials = `Basic ${Buffer.from(`${accountSid}:token`).toString("base64")}`;
const wav = new Uint8Array([82, 73, 70, 70]);

interface Seen {
  method: string;
  path: string;
  authorization: string | null;
  form: string;
}

const running: { stop(force: boolean): Promise<void> }[] = [];
afterEach(() => Promise.all(running.splice(0).map((server) => server.stop(true))));

const atOnce = (run: () => void) => {
  queueMicrotask(run);
  return { cancel: () => {} };
};

/** The client over any fetch. Pauses pass at once, time limits only when the test says so. */
function restOver(apiBaseUrl: string, fetchLike: Parameters<typeof createTwilioRest>[0]["fetch"]) {
  const clock = createVirtualClock();
  const rest = createTwilioRest({
    apiBaseUrl,
    accountSid,
    authToken: "token",
    fallbackTwiml: (sid) => `<Response><!-- ${sid} --></Response>`,
    fetch: fetchLike,
    clock: { ...clock, after: (ms, run) => (ms < 1_000 ? atOnce(run) : clock.after(ms, run)) },
    log: silentLog,
  });
  return { rest, clock };
}

/** A provider on loopback that answers from a script; the last answer repeats. */
function setUp(...answers: ((request: Request) => Response | Promise<Response>)[]) {
  const seen: Seen[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const authorization = request.headers.get("authorization");
      seen.push({ method: request.method, path: pathname, authorization, form: await request.text() });
      return (answers[seen.length - 1] ?? answers.at(-1)!)(request);
    },
  });
  running.push(server);
  return { ...restOver(`http://127.0.0.1:${server.port}`, fetch), seen };
}

const ok = () => Response.json({ sid: callSid });
const fails = (status: number, code: number) => () => Response.json({ code, message: "no", status }, { status });
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "done",
    (error: unknown) => (error instanceof AppError ? error.code : `not an AppError: ${error}`),
  );

describe("a live call", () => {
  test("is sent to the recording flow by TwiML that needs no further request to us", async () => {
    const { rest, seen } = setUp(ok);
    await rest.redirectToFallback(callSid, "no_media");
    const path = `/2010-04-01/Accounts/${accountSid}/Calls/${callSid}.json`;
    expect(seen).toEqual([
      {
        method: "POST",
        path,
        authorization: credentials,
        form: new URLSearchParams({ Twiml: `<Response><!-- ${callSid} --></Response>` }).toString(),
      },
    ]);
  });

  test("is hung up", async () => {
    const { rest, seen } = setUp(ok);
    await rest.hangUp(callSid);
    expect(seen[0]?.form).toBe("Status=completed");
  });

  const rows: [what: string, answers: (() => Response)[], result: string, requests: number][] = [
    ["is over already: 20404", [fails(404, 20_404)], "done", 1],
    ["is not in progress: 21220", [fails(400, 21_220)], "done", 1],
    ["another 404 is a refusal", [fails(404, 0)], "upstream", 1],
    ["wrong credentials are not tried again", [fails(401, 20_003)], "upstream", 1],
    ["a busy Twilio is tried again", [fails(429, 20_429), ok], "done", 2],
    ["a broken Twilio is tried again", [fails(503, 0), ok], "done", 2],
    ["and once only", [fails(500, 0)], "upstream", 2],
    ["over at the second try", [fails(500, 0), fails(404, 20_404)], "done", 2],
    ["an error that is no JSON", [() => new Response("<html>", { status: 400 })], "upstream", 1],
  ];
  test.each(rows)("%s", async (_what, answers, result, requests) => {
    const { rest, seen } = setUp(...answers);
    expect(await codeOf(rest.hangUp(callSid))).toBe(result);
    expect(seen).toHaveLength(requests);
  });

  test("and a Twilio that does not answer: given up after two tries, 10 s together", async () => {
    const asked: (() => void)[] = [];
    const first = new Promise<void>((done) => asked.push(done));
    const second = new Promise<void>((done) => asked.push(done));
    const { rest, clock } = restOver("http://127.0.0.1:1", (_url, { signal }) => {
      asked.shift()?.();
      return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    });
    const result = codeOf(rest.hangUp(callSid));
    await first;
    clock.advance(limits.providerRequestMs / 2);
    await second;
    clock.advance(limits.providerRequestMs / 2);
    expect(await result).toBe("upstream");
    expect([asked.length, clock.pending]).toEqual([0, 0]);
  });

  test("without an account is refused at once", async () => {
    const rest = createTwilioRest({
      apiBaseUrl: "http://127.0.0.1:1",
      accountSid: null,
      authToken: null,
      fallbackTwiml: () => "",
      fetch: () => expect.unreachable(),
      clock: createVirtualClock(),
      log: silentLog,
    });
    expect(await codeOf(rest.hangUp(callSid))).toBe("unavailable");
  });
});

describe("a recording", () => {
  test("is fetched by its id, with our credentials", async () => {
    const { rest, seen } = setUp(() => new Response(wav));
    expect(await rest.fetchRecording(recordingSid)).toEqual(Buffer.from(wav));
    expect(seen[0]).toMatchObject({
      method: "GET",
      path: `/2010-04-01/Accounts/${accountSid}/Recordings/${recordingSid}.wav`,
      authorization: credentials,
    });
  });

  test.each([
    ["that is not there yet", fails(404, 20_404), "not_found"],
    ["that Twilio refuses", fails(403, 20_003), "upstream"],
    ["larger than the bound", () => new Response(new Uint8Array(limits.recordingBytesMax + 1)), "too_large"],
  ])("%s", async (_what, answer, result) => {
    const { rest } = setUp(answer);
    expect(await codeOf(rest.fetchRecording(recordingSid))).toBe(result);
  });

  test("whose body is cut short is fetched again", async () => {
    let asked = 0;
    const { rest } = restOver("http://127.0.0.1:1", async () => {
      if (asked++ > 0) return new Response(wav);
      let sent = false;
      const cut = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (sent) controller.error(new Error("connection reset"));
          else controller.enqueue(wav);
          sent = true;
        },
      });
      return new Response(cut);
    });
    expect(await rest.fetchRecording(recordingSid)).toEqual(Buffer.from(wav));
    expect(asked).toBe(2);
  });

  test("is followed within the API's own origin", async () => {
    const elsewhere = () => new Response(null, { status: 307, headers: { location: "/media/x.wav" } });
    const { rest, seen } = setUp(elsewhere, () => new Response(wav));
    expect(await rest.fetchRecording(recordingSid)).toEqual(Buffer.from(wav));
    expect(seen[1]).toMatchObject({ path: "/media/x.wav", authorization: credentials });
  });

  test.each([
    "http://127.0.0.1:1/canary",
    "http://169.254.169.254/latest/meta-data",
    "https://api.twilio.com.evil.example/x",
    "https://eviltwilio.com/x",
    "http://media.twiliocdn.com/plain",
    "http://api.twilio.com/downgraded",
    "file:///etc/hostname",
    "//[",
  ])("is not followed to %p", async (location) => {
    const asked: string[] = [];
    const { rest } = restOver("https://api.twilio.com", async (url) => {
      asked.push(url);
      return new Response(null, { status: 302, headers: { location } });
    });
    expect(await codeOf(rest.fetchRecording(recordingSid))).toBe("upstream");
    expect(asked).toHaveLength(1);
  });

  test("that only ever redirects is given up after three", async () => {
    const { rest, seen } = setUp(() => new Response(null, { status: 302, headers: { location: "/again" } }));
    expect(await codeOf(rest.fetchRecording(recordingSid))).toBe("upstream");
    expect(seen).toHaveLength(4);
  });

  test("on Twilio's other hosts is fetched without our credentials", async () => {
    const asked: { url: string; authorization: string | null }[] = [];
    const { rest } = restOver("https://api.twilio.com", async (url, init) => {
      asked.push({ url, authorization: new Headers(init.headers).get("authorization") });
      const location = "https://media.twiliocdn.com/x.wav";
      return asked.length === 1 ? new Response(null, { status: 302, headers: { location } }) : new Response(wav);
    });
    await rest.fetchRecording(recordingSid);
    expect(asked.map((one) => one.authorization)).toEqual([credentials, null]);
    expect(asked[1]?.url).toBe("https://media.twiliocdn.com/x.wav");
  });

  test.each([
    ["is deleted", () => new Response(null, { status: 204 }), "done"],
    ["that is gone already counts as deleted", fails(404, 20_404), "done"],
    ["that stays is an error", fails(403, 20_003), "upstream"],
  ])("%s", async (_what, answer, result) => {
    const { rest, seen } = setUp(answer);
    expect(await codeOf(rest.deleteRecording(recordingSid))).toBe(result);
    expect(seen[0]).toMatchObject({
      method: "DELETE",
      path: `/2010-04-01/Accounts/${accountSid}/Recordings/${recordingSid}.json`,
    });
  });

  test("a message is taken out with its files; what is no message id asks nothing", async () => {
    const messageSid = `MM${"1".repeat(32)}`;
    for (const [answer, result] of [
      [ok, "done"],
      [fails(404, 20_404), "done"],
      [fails(500, 20_500), "upstream"],
    ] as const) {
      const { rest, seen } = setUp(answer);
      expect(await codeOf(rest.deleteMessage(messageSid))).toBe(result);
      expect(seen[0]).toMatchObject({
        method: "DELETE",
        path: `/2010-04-01/Accounts/${accountSid}/Messages/${messageSid}.json`,
      });
    }
    const { rest, seen } = setUp(ok);
    expect(await codeOf(rest.deleteMessage("3EB0AAAA/../x"))).toBe("invalid");
    expect(seen).toEqual([]);
  });

  test("a call is taken out of the log; one that is gone already is fine, one that stays is an error", async () => {
    for (const [answer, result] of [
      [ok, "done"],
      [fails(404, 20_404), "done"],
      [fails(403, 20_003), "upstream"],
    ] as const) {
      const { rest, seen } = setUp(answer);
      expect(await codeOf(rest.deleteCall(callSid))).toBe(result);
      expect(seen[0]).toMatchObject({
        method: "DELETE",
        path: `/2010-04-01/Accounts/${accountSid}/Calls/${callSid}.json`,
      });
    }
  });

  test.each(["", "../Calls", `${recordingSid}/../x`])("with the id %p is asked of nobody", async (id) => {
    const { rest, seen } = setUp(ok);
    expect(await codeOf(rest.fetchRecording(id))).toBe("invalid");
    expect(await codeOf(rest.deleteRecording(id))).toBe("invalid");
    expect(seen).toEqual([]);
  });
});
