import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createFastClock } from "./clock.ts";
import { printReport } from "./report.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { type Relay, startRelay, streamTwiml } from "./testing/relay.ts";
import { signRequest } from "./twilio/signature.ts";
import { startWorld, type World } from "./world.ts";

// Ten times as fast: a call of ten seconds is over in one. Only order and rough times are looked at.
const speed = 10;
const greeting = "שלום, הגעתם למספרה של רותם. במה אפשר לעזור?";

let world: World;
const relays: Relay[] = [];

beforeAll(async () => {
  world = await startWorld({ clock: createFastClock(speed) });
});
afterAll(async () => {
  await Promise.all(relays.map((relay) => relay.stop()));
  await world.stop();
});

function relay(options: Partial<Parameters<typeof startRelay>[0]> = {}): Relay {
  const started = startRelay({
    openaiBaseUrl: world.environment.OPENAI_BASE_URL!,
    apiKey: world.environment.OPENAI_API_KEY!,
    greeting,
    ...options,
  });
  relays.push(started);
  world.connect({ publicBaseUrl: started.baseUrl });
  return started;
}

const call = (scenario: Partial<Scenario>) =>
  world.dial({ name: "test", title: "test", steps: [], patienceMs: 12_000, ...scenario }).report;

describe("a call through a plain relay", () => {
  test("the caller hears the greeting, asks, is understood word for word and hears the answer", async () => {
    const product = relay();
    const report = await call({
      steps: [{ do: "listen" }, { do: "say", text: "איפה אתם נמצאים?" }, { do: "listen" }, { do: "hangUp" }],
    });
    expect(report.heard[0]).toMatchObject({ text: greeting });
    expect(report.heard[1]!.text).toContain("ברחוב הרצל");
    expect(report.endedBy).toBe("caller");
    expect(
      world.model.sessions
        .at(-1)!
        .memory()
        .find(({ role }) => role === "user")!.text,
    ).toBe("איפה אתם נמצאים?");
    expect(report.problems).toEqual([]);
    expect(product.fromTwilio[0]).toEqual({ event: "connected", protocol: "Call", version: "1.0.0" });
    expect(product.fromTwilio[1]).toMatchObject({ event: "start", start: { customParameters: { token: "a&b" } } });
    expect(product.fromTwilio.at(-1)).toMatchObject({ event: "stop" });
    expect(printReport(report)).toContain("ended by caller");
  });

  test("every webhook is signed, the last one reports the call's end", async () => {
    const product = relay();
    await call({ steps: [{ do: "listen" }, { do: "hangUp" }] });
    for (const { path, form, signature } of product.webhooks)
      expect(signature).toBe(signRequest(world.account.authToken, product.baseUrl + path, form));
    expect(product.webhooks[0]!.form).toMatchObject({ CallStatus: "ringing", Direction: "inbound", ToCountry: "IL" });
    expect(product.webhooks.find(({ path }) => path === "/webhook/call_status")!.form.CallStatus).toBe("completed");
  });

  test("a caller who interrupts is heard, the answer stops, its mark comes back at the clear", async () => {
    const product = relay();
    const report = await call({
      steps: [
        { do: "listen" },
        { do: "say", text: "כמה עולה תספורת?" },
        { do: "whileSpeaking", afterMs: 1_000 },
        { do: "say", text: "רגע, מתי אתם פתוחים בכלל?" },
        { do: "listen" },
        { do: "hangUp" },
      ],
      patienceMs: 40_000,
    });
    expect(report.said[1]!.overAssistant).toBe(true);
    expect(report.stopMs[0]).toBeWithin(0, 1_500);
    const interrupted = report.heard[1]!;
    expect(interrupted.heardMs).toBeLessThan(interrupted.wholeMs - 3_000);
    expect(report.heard.at(-1)!.text).toContain("ראשון עד חמישי");
    expect(product.fromTwilio.filter(({ event }) => event === "mark").length).toBeGreaterThan(0);
  });

  test("keys of the keypad come as messages", async () => {
    const product = relay();
    await call({ steps: [{ do: "listen" }, { do: "press", digits: "4#" }, { do: "hangUp" }] });
    const keys = product.fromTwilio.filter(({ event }) => event === "dtmf");
    expect(keys.map(({ dtmf }) => (dtmf as { digit: string }).digit)).toEqual(["4", "#"]);
  });
});

describe("what Twilio complains about", () => {
  test.each([
    ["Hebrew <Say>", "<Say language='he-IL'>שלום</Say>", 13_512],
    ["a relative <Play>", "<Play>/audio/hello.wav</Play>", 11_100],
    ["a file that is not there", "<Play>http://127.0.0.1:1/x.wav</Play>", 11_200],
    ["a stream with a query string", "<Connect><Stream url='wss://a.example/ws?x=1'/></Connect>", 31_920],
    ["a stream without TLS", "<Connect><Stream url='ws://a.example/ws'/></Connect>", 31_922],
    ["another track", "<Connect><Stream url='wss://a.example/ws' track='both_tracks'/></Connect>", 31_941],
    ["a document that is not XML", "<Play>", 12_100],
  ])("%s", async (_, xml, code) => {
    relay({ twiml: () => `<Response>${xml}</Response>` });
    const report = await call({});
    expect(report.problems.map((problem) => problem.code)).toContain(code);
    expect(report.endedBy).toBe("instructions");
  });

  test("a refused upgrade, and the action behind the stream is asked next", async () => {
    const product = relay({ twiml: (base) => streamTwiml(base).replace("/ws/twilio-media", "/nowhere") });
    const report = await call({});
    expect(report.problems[0]!.code).toBe(31_920);
    expect(product.webhooks.map(({ path }) => path)).toContain("/webhook/stream_ended");
  });

  test("binary frames, broken JSON and wrong streams: one warning each, the stream goes on", async () => {
    const product = relay();
    const dialled = world.dial({
      name: "t",
      title: "t",
      patienceMs: 6_000,
      steps: [{ do: "listen" }, { do: "hangUp" }],
    });
    await dialled.call.streaming;
    await dialled.call.ear.heardSomething;
    product.send(new Uint8Array([1, 2, 3]));
    product.send(new Uint8Array([4]));
    product.send("{");
    product.send('{"event":"media","streamSid":"MZ0","media":{"payload":"AAAA"}}');
    const report = await dialled.report;
    expect(report.problems.map(({ code }) => code)).toEqual([31_950, 31_951]);
    expect(report.heard[0]!.text).toBe(greeting);
  });
});

describe("the way into the recording", () => {
  const record = (base: string) =>
    `<Response><Record action="${base}/webhook/handle_recording" recordingStatusCallback="${base}/webhook/recording" timeout="2" playBeep="false"/><Hangup/></Response>`;

  test("what the caller says is recorded, reported and served, word for word", async () => {
    const product = relay({ twiml: record });
    const report = await call({ steps: [{ do: "say", text: "תחזרו אליי בבקשה" }] });
    const paths = product.webhooks.map(({ path }) => path);
    expect(paths).toContain("/webhook/handle_recording");
    const { form } = product.webhooks.find(({ path }) => path === "/webhook/recording")!;
    expect(form).toMatchObject({
      RecordingStatus: "completed",
      RecordingSource: "RecordVerb",
      CallSid: report.callSid,
    });
    const basic = `Basic ${btoa(`${world.account.sid}:${world.account.authToken}`)}`;
    const wav = await (await fetch(`${form.RecordingUrl}.wav`, { headers: { authorization: basic } })).blob();
    const body = new FormData();
    body.set("model", "gpt-transcribe");
    body.set("file", wav, "recording.wav");
    const answer = await fetch(`${world.environment.OPENAI_BASE_URL}/audio/transcriptions`, {
      method: "POST",
      headers: { authorization: `Bearer ${world.environment.OPENAI_API_KEY}` },
      body,
    });
    expect(await answer.json()).toMatchObject({ text: "תחזרו אליי בבקשה" });
  });

  test("a caller who hangs up while recording is reported with what there is", async () => {
    const product = relay({ twiml: record });
    await call({ steps: [{ do: "say", text: "תחזרו אליי" }, { do: "hangUp" }] });
    expect(product.webhooks.find(({ path }) => path === "/webhook/handle_recording")!.form.Digits).toBe("hangup");
  });

  test("silence is no recording: the next verb follows", async () => {
    const product = relay({ twiml: record });
    const report = await call({});
    expect(product.webhooks.map(({ path }) => path)).not.toContain("/webhook/handle_recording");
    expect(report.endedBy).toBe("instructions");
  });

  test("a live call redirected by REST leaves its stream and follows the new document", async () => {
    relay();
    const dialled = world.dial({ name: "t", title: "t", patienceMs: 8_000, steps: [] });
    await dialled.call.streaming;
    expect(
      (await rest("POST", `Calls/${dialled.call.sid}.json`, { Twiml: "<Response><Pause length='1'/></Response>" }))
        .status,
    ).toBe(200);
    const report = await dialled.report;
    expect(report.moments.map(({ name }) => name)).toContain("stream ended: left");
    expect(report.endedBy).toBe("instructions");
    expect((await rest("POST", `Calls/${report.callSid}.json`, { Status: "completed" })).body.code).toBe(20_404);
  });
});

const rest = async (method: string, path: string, form?: Record<string, string>) => {
  const response = await fetch(
    `${world.environment.TWILIO_API_BASE_URL}/2010-04-01/Accounts/${world.account.sid}/${path}`,
    {
      method,
      headers: { authorization: `Basic ${btoa(`${world.account.sid}:${world.account.authToken}`)}` },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    },
  );
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe("faults of the line", () => {
  test("a reset socket and a half-open one end as the network sees them", async () => {
    relay();
    const reset = await call({ faults: { resetAtMs: 3_000 }, patienceMs: 8_000 });
    expect(reset.moments.map(({ name }) => name)).toContain("stream ended: broken");
    const product = relay();
    await call({ faults: { halfOpenAtMs: 3_000 }, patienceMs: 6_000 });
    expect(product.fromTwilio.map(({ event }) => event)).not.toContain("stop");
  });

  test("lost frames leave gaps in the timestamps, a stall sends nothing", async () => {
    relay();
    const lossy = world.dial({
      name: "t",
      title: "t",
      patienceMs: 4_000,
      steps: [],
      faults: { loss: 0.3, jitterMs: 15 },
    });
    const stream = await lossy.call.streaming;
    await lossy.report;
    expect(stream.framesLost / (stream.framesLost + stream.framesSent)).toBeWithin(0.15, 0.45);
  });

  test("webhooks come in copies, final statuses doubled and out of order", async () => {
    const product = relay();
    await call({ faults: { webhookCopies: 3, shuffledStatus: true }, steps: [{ do: "hangUp" }] });
    expect(product.webhooks.filter(({ path }) => path === "/webhook/incoming_call")).toHaveLength(3);
    const statuses = product.webhooks
      .filter(({ path }) => path === "/webhook/call_status")
      .map(({ form }) => form.CallStatus);
    expect(statuses).toEqual(["completed", "completed", "in-progress", "ringing"]);
  });

  test("behind a proxy the public name is signed and the real address is reached", async () => {
    const product = relay({ twiml: () => streamTwiml("http://agent.example").replace("ws://", "wss://") });
    world.connect({ publicBaseUrl: "https://agent.example", listensAt: product.baseUrl });
    const report = await call({ steps: [{ do: "listen" }, { do: "hangUp" }] });
    expect(report.heard[0]!.text).toBe(greeting);
    const { path, form, signature } = product.webhooks[0]!;
    expect(signature).toBe(signRequest(world.account.authToken, `https://agent.example${path}`, form));
  });
});

describe("faults of the model", () => {
  test("refused, silent, failing and cut-off answers", async () => {
    const socket = (key: string) =>
      new Promise<string>((resolve) => {
        const url = `${world.environment.OPENAI_BASE_URL!.replace("http", "ws")}/realtime?model=gpt-realtime-2.1`;
        const opened = new WebSocket(url, { headers: { Authorization: `Bearer ${key}` } } as unknown as string[]);
        opened.onmessage = ({ data }) => {
          resolve(JSON.parse(String(data)).type);
          opened.close();
        };
        opened.onclose = () => resolve("refused");
      });
    expect(await socket("wrong key")).toBe("refused");
    expect(await socket(world.environment.OPENAI_API_KEY!)).toBe("session.created");
    world.model.model.faults.refuseUpgrade = 503;
    expect(await socket(world.environment.OPENAI_API_KEY!)).toBe("refused");
    expect(world.model.refusals).toEqual([401, 503]);
    world.model.model.faults.restStatus = 500;
    expect((await chat()).status).toBe(500);
    world.healModel();
    world.model.model.faults.restCutAfterBytes = 20;
    expect(await (await chat()).text()).toHaveLength(20);
    world.healModel();
    expect((await (await chat()).json()) as object).toMatchObject({
      choices: [
        { message: { role: "assistant", content: expect.stringContaining("ברחוב הרצל") }, finish_reason: "stop" },
      ],
    });
  });
});

const chat = () =>
  fetch(`${world.environment.OPENAI_BASE_URL}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${world.environment.OPENAI_API_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "איפה אתם נמצאים?" }] }),
  });
