import { afterEach, expect, test } from "bun:test";
import { Hono } from "hono";
import { type Clock, systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import { type BusinessId, newId } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import type { BegunCall } from "../calls/log.ts";
import { listen } from "../http/server.ts";
import { limits } from "../limits.ts";
import type { CallSettings } from "../live-call/settings.ts";
import { createSwitchboard } from "../live-call/switchboard.ts";
import { ListJournal, MapPhrases, ScriptedPhone, testSettings } from "../live-call/testing/call-bench.ts";
import { chain, frames, noise, voice } from "../live-call/vad/testing/voice.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { createDemoClips } from "../speech/demo-clips.ts";
import { DemoEngine } from "../speech/demo-engine.ts";
import { mediaWebSocket } from "../twilio/media-socket.ts";
import { StreamTokens } from "../twilio/stream-token.ts";
import { BrowserPhones } from "./browser-phones.ts";
import { type TestCall, TestCallDesk } from "./desk.ts";
import { createTestCallSocket } from "./socket.ts";

const origin = "https://office.example.co.il";
const businessId = newId<BusinessId>();
const tester = { userId: newId(), name: "דנה" };
const running: { stop(force: boolean): Promise<void> }[] = [];
afterEach(() => Promise.all(running.splice(0).map((server) => server.stop(true))));

/** Everything a test call goes through, with the built-in voice; only the database is not there. */
function setUp(clock: Clock = systemClock, settingsOf = (settings: CallSettings) => settings, isSpent = () => false) {
  const log = silentLog;
  const begun: BegunCall[] = [];
  const journal = new ListJournal();
  const telephone = new ScriptedPhone();
  const phones = new BrowserPhones(telephone);
  const clips = createDemoClips();
  const switchboard = createSwitchboard({
    clock,
    log,
    journal,
    phone: phones,
    phrases: new MapPhrases(),
    makeEngine: () => new DemoEngine({ clock, clips }),
    recordCalls: false,
  });
  const tokens = new StreamTokens(clock);
  const desk = new TestCallDesk({
    switchboard,
    phones,
    tokens,
    callLog: {
      begin: async (call) => {
        begun.push(call);
        return "begun";
      },
      ended: (callSid, end) => journal.ended(callSid, end),
    },
    settingsFor: async (ids) => settingsOf(testSettings({ ...ids, greeting: "שלום" })),
    isSpent,
    instant: clock.instant,
  });
  const over = (callSid: TestCall["callSid"]) => desk.over(callSid);
  const isPanel = (headers: Headers) => headers.get("origin") === origin;
  const socket = createTestCallSocket({ desk: switchboard, phones, tokens, over, isPanel, clock, log });
  const at = { host: "127.0.0.1", port: 0, trustedProxies: [] };
  const server = listen({ ...at, routes: new Hono(), sockets: [socket], websocket: mediaWebSocket, log });
  running.push(server);
  return { desk, switchboard, journal, telephone, begun, url: `ws://127.0.0.1:${server.port}/ws/test-call` };
}

/** The page's side of the socket: Twilio's messages, spoken by a browser. */
async function browse(url: string, call: TestCall, pageOrigin = origin) {
  const socket = new WebSocket(url, { headers: { origin: pageOrigin } } as unknown as string[]);
  let media = 0;
  const waiting: (() => void)[] = [];
  const wake = () => {
    for (const done of waiting.splice(0)) done();
  };
  const marks: string[] = [];
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(String(data)) as { event: string; mark?: { name: string } };
    if (message.event === "media") media++;
    if (message.mark) marks.push(message.mark.name);
    wake();
  };
  const closed = Promise.withResolvers<number>();
  socket.onclose = ({ code }) => {
    closed.resolve(code);
    wake();
  };
  await Promise.race([new Promise<void>((done) => (socket.onopen = () => done())), closed.promise]);
  const { callSid, streamSid, token } = call;
  const send = (message: object) => socket.send(JSON.stringify({ streamSid, ...message }));
  const format = { encoding: "audio/x-mulaw", sampleRate: 8_000, channels: 1 };
  let atMs = 0;
  return {
    socket,
    closed: closed.promise,
    start: () =>
      send({
        event: "start",
        start: { streamSid, callSid, accountSid: "", mediaFormat: format, customParameters: { token } },
      }),
    stop: () => send({ event: "stop", stop: {} }),
    speak(mulaw: readonly Uint8Array[]) {
      for (const frame of mulaw) {
        send({ event: "media", media: { track: "inbound", timestamp: String(atMs), payload: frame.toBase64() } });
        atMs += 20;
      }
    },
    /** Plays in no time what was sent. */
    playAll() {
      for (const name of marks.splice(0)) send({ event: "mark", mark: { name } });
    },
    async until(done: (heard: number) => boolean) {
      while (!done(media)) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}

test("the built-in voice greets, hears a turn and answers it, and the call has one end", async () => {
  const { desk, journal, begun, url, switchboard } = setUp();
  const call = await desk.begin(businessId, tester);
  expect(begun[0]).toMatchObject({ callSid: call.callSid, from: "", to: null, tester });
  const browser = await browse(url, call);
  browser.start();
  await browser.until((heard) => heard > 0);
  browser.speak(frames(chain(noise(0.6, 12, 1), voice(1.2, 2_500, 2))));
  // The greeting may be interrupted or not: the caller's turn is taken and answered either way.
  await until(() => {
    browser.speak(frames(noise(0.02, 12, 3))); // a microphone's pace: a faster one is taken for a flood
    browser.playAll();
    return (
      journal.turns.some(({ role }) => role === "caller") && journal.turns.some(({ role }) => role === "assistant")
    );
  });
  browser.socket.close();
  await until(() => journal.ends.length > 0);
  expect(journal.ends.map(({ reason }) => reason)).toEqual(["caller_hung_up"]);
  expect(switchboard.live).toBe(0);
});

test("a page that says that it stops has hung up: nobody is sent to leave a message", async () => {
  const { desk, url, journal } = setUp();
  const browser = await browse(url, await desk.begin(businessId, tester));
  browser.start();
  await browser.until((heard) => heard > 0);
  browser.stop();
  await until(() => journal.ends.length > 0);
  expect(journal.ends.map(({ reason }) => reason)).toEqual(["caller_hung_up"]);
});

test("hanging up closes the browser's socket and asks nothing of the telephone's provider", async () => {
  const { desk, url, telephone, switchboard, journal } = setUp();
  const call = await desk.begin(businessId, tester);
  const browser = await browse(url, call);
  browser.start();
  await browser.until((heard) => heard > 0);
  await switchboard.drain(0);
  expect(await browser.closed).toBe(1000);
  expect([telephone.hangUps, telephone.redirects]).toEqual([[], []]);
  expect(journal.ends).toHaveLength(1);
});

test("a page of another origin is refused, and a token opens its own call once", async () => {
  const { desk, url } = setUp();
  const call = await desk.begin(businessId, tester);
  const stranger = await browse(url, call, "https://evil.example");
  expect(await stranger.closed).not.toBe(1000);
  const first = await browse(url, call);
  first.start();
  await first.until((heard) => heard > 0);
  const second = await browse(url, call);
  second.start();
  expect(await second.closed).toBe(1008);
});

test("K12: behind our proxy strangers count by the last hop that it saw, whatever they say of themselves", async () => {
  const { url } = setUp(createVirtualClock()); // or a slow machine would time them out
  const dial = async (forwardedFor: string) => {
    const headers = { origin, "x-forwarded-for": forwardedFor };
    const socket = new WebSocket(url, { headers } as unknown as string[]);
    const closed = new Promise<number>((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
    await new Promise<void>((resolve) => socket.addEventListener("open", () => resolve()));
    return { socket, closed };
  };
  const neighbour = await dial("198.51.100.7, 203.0.113.9");
  const crowd = [await dial("198.51.100.0, 198.51.100.7")];
  for (let more = 1; more <= limits.anonymousSocketsPerAddressMax; more++)
    crowd.push(await dial(`203.0.113.${more}, 198.51.100.7`));
  expect(await crowd[0]!.closed).toBe(1008); // the oldest makes room
  const open = [neighbour, ...crowd.slice(1)].filter(({ socket }) => socket.readyState === WebSocket.OPEN);
  expect(open).toHaveLength(1 + limits.anonymousSocketsPerAddressMax);
});

test("spent-budget-is-a-bug-in-the-log: a test call that the day's budget does not allow is refused in so many words, and is no call", async () => {
  const { desk, begun, journal } = setUp(createVirtualClock(), undefined, () => true);
  await expect(desk.begin(businessId, tester)).rejects.toMatchObject({ code: "rate_limited", public: "budget_spent" });
  expect([begun, journal.ends]).toEqual([[], []]);
});

test("refused-test-call-stands-open: one that cannot be made has an end in the log", async () => {
  const { desk, begun, journal } = setUp(createVirtualClock(), () => {
    throw new AppError("not_found", "no such business");
  });
  await expect(desk.begin(businessId, tester)).rejects.toThrow("business");
  expect(begun).toHaveLength(1);
  expect(journal.ends).toMatchObject([{ reason: "bug", durationMs: 0 }]);
});

test("a business has a few test calls at once, and one more when one is over", async () => {
  const { desk, url } = setUp();
  const calls = await Promise.all(
    Array.from({ length: limits.testCallsPerBusinessMax }, () => desk.begin(businessId, tester)),
  );
  expect(desk.begin(businessId, tester)).rejects.toMatchObject({ code: "rate_limited", retryAfterSeconds: 8 });
  expect(await desk.begin(newId<BusinessId>(), tester)).toMatchObject({ token: expect.any(String) });
  const browser = await browse(url, calls[0]!);
  browser.start();
  await browser.until((heard) => heard > 0);
  browser.socket.close();
  await until(() =>
    desk.begin(businessId, tester).then(
      () => true,
      () => false,
    ),
  );
});

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 10));
}
