import { afterEach, describe, expect, test } from "bun:test";
import { Hono } from "hono";
import type { CallSid } from "../base/ids.ts";
import { listen } from "../http/server.ts";
import { limits } from "../limits.ts";
import { createMediaSocket, mediaWebSocket } from "./media-socket.ts";
import { signatureOf } from "./signature.ts";
import { accountSid, authToken, createEdge, publicBaseUrl, sid, tokenIn } from "./testing/voice-edge.ts";

const streamSid = `MZ${"5".repeat(32)}`;
const frame = (ms: number, bytes = 160) =>
  JSON.stringify({
    event: "media",
    sequenceNumber: "3",
    media: {
      track: "inbound",
      chunk: "2",
      timestamp: String(ms),
      payload: Buffer.alloc(bytes, 0x7f).toString("base64"),
    },
    streamSid,
  });
const startFrame = (token: unknown, over: object = {}) =>
  JSON.stringify({
    event: "start",
    sequenceNumber: "1",
    streamSid,
    start: {
      accountSid,
      streamSid,
      callSid: sid("a"),
      tracks: ["inbound"],
      mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 },
      customParameters: { token },
      ...over,
    },
  });

/** What the far end of a socket saw. */
class Peer {
  readonly socket: WebSocket;
  readonly received: string[] = [];
  readonly opened: Promise<void>;
  readonly closed: Promise<number>;
  #waiting: (() => void)[] = [];

  constructor(url: string, headers: Record<string, string>) {
    this.socket = new WebSocket(url, { headers } as unknown as string[]);
    const opened = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<number>();
    this.opened = opened.promise;
    this.closed = closed.promise;
    this.socket.onopen = () => opened.resolve();
    this.socket.onclose = (event) => closed.resolve(event.code);
    this.socket.onmessage = (event) => {
      this.received.push(String(event.data));
      for (const done of this.#waiting.splice(0)) done();
    };
  }

  async receives(count: number): Promise<string[]> {
    while (this.received.length < count) await new Promise<void>((done) => this.#waiting.push(done));
    return this.received;
  }
}

const running: { stop(force: boolean): Promise<void> }[] = [];
afterEach(() => Promise.all(running.splice(0).map((server) => server.stop(true))));

function setUp() {
  const edge = createEdge();
  const media = createMediaSocket({ ...edge, accountSid });
  const at = { host: "127.0.0.1", port: 0, trustedProxies: [] };
  const server = listen({ ...at, routes: new Hono(), sockets: [media], websocket: mediaWebSocket, log: edge.log });
  running.push(server);
  const wss = `${publicBaseUrl.replace("https", "wss")}/ws/twilio-media`;
  const dial = (path = "/ws/twilio-media", headers: Record<string, string> = {}) =>
    new Peer(`ws://127.0.0.1:${server.port}${path}`, {
      "x-twilio-signature": signatureOf(authToken, wss, []),
      ...headers,
    });
  /** A ringing call and its token. */
  const ring = async (callSid = sid("a")) => tokenIn(await edge.ring({ CallSid: callSid }))!;
  /** A call that streams. */
  const connected = async () => {
    const token = await ring();
    const peer = dial();
    await peer.opened;
    peer.socket.send('{"event":"connected","protocol":"Call","version":"1.0.0"}');
    peer.socket.send(startFrame(token));
    const call = edge.desk.find(sid("a"))!;
    await call.seen("attach");
    return { peer, call, token };
  };
  return { edge, media, server, dial, ring, connected };
}

describe("a stream with a good token", () => {
  test.each(["/ws/twilio-media", "/ws/twilio-media/"])(
    "at %s carries audio, marks and keys both ways",
    async (path) => {
      const { edge, dial, ring, media } = setUp();
      const token = await ring();
      const peer = dial(path);
      await peer.opened;
      peer.socket.send(startFrame(token));
      peer.socket.send(frame(0));
      peer.socket.send(JSON.stringify({ event: "mark", sequenceNumber: "4", streamSid, mark: { name: "g1:1" } }));
      peer.socket.send(JSON.stringify({ event: "dtmf", streamSid, dtmf: { track: "inbound_track", digit: "5" } }));
      peer.socket.send(JSON.stringify({ event: "stop", streamSid, stop: {} }));
      const call = edge.desk.find(sid("a"))!;
      await call.seen("line stop");
      expect(call.events).toEqual(["attach", "media 216@0", "mark g1:1", "key 5", "line stop"]);
      expect(media.strangers).toBe(0);
      expect(await peer.closed).toBe(1000);
    },
  );

  test("is not lost for what goes without saying: the audio format in start, the stream's name afterwards", async () => {
    const { edge, dial, ring } = setUp();
    const token = await ring();
    const peer = dial();
    await peer.opened;
    peer.socket.send(startFrame(token, { mediaFormat: undefined }));
    for (const message of [frame(0), JSON.stringify({ event: "mark", streamSid, mark: { name: "g1:1" } })])
      peer.socket.send(message.replace(`"streamSid":"${streamSid}"`, '"source":"twilio"'));
    const call = edge.desk.find(sid("a"))!;
    await call.seen("mark g1:1");
    expect(call.events).toEqual(["attach", "media 216@0", "mark g1:1"]);
  });

  test("says only what Twilio understands", async () => {
    const { connected } = setUp();
    const { peer, call } = await connected();
    const line = call.line!;
    expect([line.sendMedia("fn5+fg==", 'g"1'), line.clear()]).toEqual([true, true]);
    expect((await peer.receives(3)).map((text) => JSON.parse(text))).toEqual([
      { event: "media", streamSid, media: { payload: "fn5+fg==" } },
      { event: "mark", streamSid, mark: { name: 'g"1' } },
      { event: "clear", streamSid },
    ]);
    expect(line.bufferedBytes()).toBe(0);
  });

  test("goes on after the 3 s that strangers have, and leaves no timer behind", async () => {
    const { connected, edge, media } = setUp();
    const { peer, call } = await connected();
    expect([media.strangers, edge.clock.pending]).toEqual([0, 0]);
    edge.clock.advance(2 * limits.startFrameMs);
    peer.socket.send(frame(20));
    await call.seen("media 216@20");
  });

  test("that is over takes nothing more in either direction", async () => {
    const { connected } = setUp();
    const { peer, call } = await connected();
    peer.socket.send(JSON.stringify({ event: "stop", streamSid }));
    peer.socket.send(frame(20));
    await call.seen("line stop");
    expect([call.line!.sendMedia("fn5+fg==", "g0:1"), call.line!.clear(), call.line!.bufferedBytes()]).toEqual([
      false,
      false,
      0,
    ]);
    await peer.closed;
    expect(call.events).toEqual(["attach", "line stop"]);
  });

  test("closed from our side ends the stream once, and then takes nothing more", async () => {
    const { connected } = setUp();
    const { peer, call } = await connected();
    call.line!.close();
    expect(await peer.closed).toBe(1000);
    await call.seen("line closed");
    expect(call.events).toEqual(["attach", "line closed"]);
    expect([call.line!.sendMedia("fn5+fg==", "g0:1"), call.line!.bufferedBytes()]).toEqual([false, 0]);
  });

  test("that breaks tells the call", async () => {
    const { connected } = setUp();
    const { peer, call } = await connected();
    (peer.socket as WebSocket & { terminate(): void }).terminate();
    await call.seen("line closed");
    expect(call.line!.sendMedia("fn5+fg==", "g0:1")).toBe(false);
  });

  test("with more than 20 ms in a frame hands it on as it came", async () => {
    const { connected } = setUp();
    const { peer, call } = await connected();
    peer.socket.send(frame(1_000, 400));
    peer.socket.send(frame(1_050, 162));
    await call.seen("media 216@1050");
    expect(call.events).toEqual(["attach", "media 536@1000", "media 216@1050"]);
  });
});

test("many calls that begin in the same moment do not push each other out", async () => {
  const { edge, dial, media } = setUp();
  const count = limits.anonymousSocketsMax + 30;
  const sids = Array.from({ length: count }, (_, n) => (sid("a").slice(0, -3) + String(n).padStart(3, "0")) as CallSid);
  const tokens: string[] = [];
  for (const callSid of sids) {
    const From = `+9725${String(10_000_000 + tokens.length)}`;
    tokens.push(tokenIn(await edge.ring({ CallSid: callSid, From }))!);
    edge.clock.advance(20); // fifty a second are taken
  }
  const peers = sids.map(() => dial(undefined, { "x-forwarded-for": "203.0.113.9" }));
  await Promise.all(peers.map((peer) => peer.opened)); // nobody has said `start` by now
  expect(media.strangers).toBe(count);
  peers.forEach((peer, n) => {
    peer.socket.send(startFrame(tokens[n]!, { callSid: sids[n]! }));
  });
  await Promise.all(sids.map((callSid) => edge.desk.find(callSid)!.seen("attach")));
  expect(media.strangers).toBe(0);
});

describe("a socket that may not speak for a call is closed and reaches no call", () => {
  const rows: [what: string, start: (token: string, used: string) => string, reason: string][] = [
    ["no token", () => startFrame(undefined), "unknown_token"],
    ["a made-up token", () => startFrame("A".repeat(22)), "unknown_token"],
    ["the token in a list", (token) => startFrame([token]), "unknown_token"],
    ["a used token", (_token, used) => startFrame(used, { callSid: sid("b") }), "used_token"],
    ["another call's token", (_token, used) => startFrame(used), "other_call"],
    ["another account", (token) => startFrame(token, { accountSid: `AC${"9".repeat(32)}` }), "foreign account"],
    ["a CallSid that is none", (token) => startFrame(token, { callSid: "CA1" }), "malformed start"],
    ["a StreamSid that is none", (token) => startFrame(token, { streamSid: "../" }), "malformed start"],
    [
      "another audio format",
      (token) => startFrame(token, { mediaFormat: { encoding: "audio/l16" } }),
      "foreign audio format",
    ],
  ];
  test.each(rows)("%s", async (_what, start, reason) => {
    const { edge, dial, ring, media } = setUp();
    const token = await ring();
    const used = await ring(sid("b"));
    edge.tokens.redeem(used, sid("b"));
    const peer = dial();
    await peer.opened;
    peer.socket.send(start(token, used));
    peer.socket.send(frame(0));
    expect(await peer.closed).toBe(1008);
    expect([...edge.desk.calls.values()].flatMap((call) => call.events)).toEqual([]);
    expect(edge.lines.find((line) => line.includes("WS_STOP"))).toContain(
      reason.includes(" ") ? `"${reason}"` : reason,
    );
    expect(media.strangers).toBe(0);
  });

  test("an expired token", async () => {
    const { edge, dial, ring } = setUp();
    const token = await ring();
    edge.clock.advance(limits.streamTokenMs);
    const peer = dial();
    await peer.opened;
    peer.socket.send(startFrame(token));
    expect(await peer.closed).toBe(1008);
  });

  test("a call that is over by now", async () => {
    const { edge, dial, ring } = setUp();
    const token = await ring();
    edge.desk.calls.clear();
    const peer = dial();
    await peer.opened;
    peer.socket.send(startFrame(token));
    expect(await peer.closed).toBe(1008);
  });

  test("silence, or garbage without a start, for 3 s", async () => {
    const { edge, dial, media } = setUp();
    const peers = [dial(), dial()];
    await Promise.all(peers.map((peer) => peer.opened));
    peers[1]!.socket.send(frame(0));
    peers[1]!.socket.send("garbage");
    edge.clock.advance(limits.startFrameMs - 1);
    expect(media.strangers).toBe(2);
    edge.clock.advance(1);
    expect(await Promise.all(peers.map((peer) => peer.closed))).toEqual([1008, 1008]);
  });

  test("a start that comes after the 3 s", async () => {
    const { edge, dial, ring } = setUp();
    const token = await ring();
    const peer = dial();
    await peer.opened;
    edge.clock.advance(limits.startFrameMs);
    peer.socket.send(startFrame(token));
    expect(await peer.closed).toBe(1008);
    expect(edge.desk.find(sid("a"))!.events).toEqual([]);
    expect(edge.tokens.again(sid("a"), 0)).toBe(token); // the token was not used up
  });

  test("60 idle sockets: the newest 50 keep their seats, and of one address the newest 10", async () => {
    const { dial, media } = setUp();
    const peers: Peer[] = [];
    for (let n = 0; n < 60; n++) {
      peers.push(dial("/ws/twilio-media", { "x-forwarded-for": `203.0.113.${n % 6}` }));
      await peers.at(-1)!.opened;
    }
    expect(await Promise.all(peers.slice(0, 10).map((peer) => peer.closed))).toEqual(Array(10).fill(1008));
    expect(media.strangers).toBe(50);
    const crowd: Peer[] = [];
    for (let n = 0; n < 11; n++) {
      crowd.push(dial("/ws/twilio-media", { "x-forwarded-for": "1.2.3.4, 198.51.100.7" }));
      await crowd.at(-1)!.opened;
    }
    expect(await crowd[0]!.closed).toBe(1008);
  });

  test.each([
    ["unsigned", "/ws/twilio-media", { "x-twilio-signature": "" }],
    ["wrongly signed", "/ws/twilio-media", { "x-twilio-signature": "bm9wZQ==" }],
    ["with a token in the query, which Twilio never sends", "/ws/twilio-media?token=1", {}],
  ])("an upgrade that is %s gets no socket", async (_what, path, headers) => {
    const { dial, media } = setUp();
    const peer = dial(path, headers);
    await peer.closed;
    expect([peer.socket.readyState, media.strangers]).toEqual([WebSocket.CLOSED, 0]);
  });

  test("a plain request gets 426", async () => {
    const { server } = setUp();
    const signature = signatureOf(authToken, "https://phone.example.co.il/ws/twilio-media", []);
    const answer = await fetch(`http://127.0.0.1:${server.port}/ws/twilio-media`, {
      headers: { "x-twilio-signature": signature },
    });
    expect(answer.status).toBe(426);
  });
});

test.each([
  ["/ws/twilio-media", true],
  ["/ws/twilio-media/", true],
  ["/ws/twilio-media?x=/", true],
  ["/ws/twilio-media/?x", true],
  ["/ws/twilio-media//", false],
  ["/ws/twilio-mediax", false],
  ["/x/ws/twilio-media", false],
  ["/", false],
])("%s is for this socket: %p", (path, ours) => {
  const { media } = setUp();
  expect(media.handles({ url: `http://a${path}` } as Request)).toBe(ours);
  expect(media.handles({ url: path } as Request)).toBe(ours); // a request without a usable Host header
});

describe("bad input in a live stream", () => {
  const garbage: [what: string, message: string | Uint8Array<ArrayBuffer>][] = [
    ["text that is no JSON", "hello"],
    ["half a frame", frame(20).slice(0, 80)],
    ["binary", new Uint8Array(400).fill(0x7f)],
    ["empty", ""],
    ["an unknown event", '{"event":"future"}'],
    ["audio of another stream", frame(20).replace(streamSid, `MZ${"6".repeat(32)}`)],
    ["a mark of another stream", '{"event":"mark","streamSid":"MZ1","mark":{"name":"x"}}'],
    ["a stop of another stream", '{"event":"stop","streamSid":"MZ1"}'],
    ["a second start", startFrame("x")],
    ["connected again", '{"event":"connected"}'],
    ["deep nesting", "[".repeat(60_000)],
    ["a long text of nothing", " ".repeat(limits.mediaFrameBytes - 1)],
  ];
  test.each(garbage)("%s is ignored and the call goes on", async (_what, message) => {
    const { connected, edge } = setUp();
    const { peer, call } = await connected();
    for (let n = 0; n < 5; n++) peer.socket.send(message);
    peer.socket.send(frame(40));
    await call.seen("media 216@40");
    expect(call.events).toEqual(["attach", "media 216@40"]);
    expect(edge.lines.filter((line) => line.includes("ignored")).length).toBeLessThanOrEqual(1);
  });

  test("a message over 64 KiB closes that socket only", async () => {
    const { connected, dial, media } = setUp();
    const { peer, call } = await connected();
    const other = dial();
    await other.opened;
    peer.socket.send("x".repeat(limits.mediaFrameBytes + 1));
    await call.seen("line closed");
    expect([await peer.closed, media.strangers, other.socket.readyState]).toEqual([
      expect.any(Number),
      1,
      WebSocket.OPEN,
    ]);
  });

  test("a throw in one call ends that stream; the other one hears every frame", async () => {
    const { connected, dial, ring, edge } = setUp();
    const { peer, call } = await connected();
    const token = await ring(sid("b"));
    const otherPeer = dial();
    await otherPeer.opened;
    otherPeer.socket.send(startFrame(token, { callSid: sid("b") }));
    const other = edge.desk.find(sid("b"))!;
    await other.seen("attach");
    call.bug = new Error("boom");
    peer.socket.send(frame(0));
    expect(await peer.closed).toBe(1011);
    otherPeer.socket.send(frame(0));
    await other.seen("media 216@0");
    expect([call.events, other.events]).toEqual([
      ["attach", "line error"],
      ["attach", "media 216@0"],
    ]);
  });

  test("a call that throws even while it is told of its end does not reach the process", async () => {
    const { connected, edge } = setUp();
    const { peer, call } = await connected();
    call.onLineClosed = () => {
      throw new Error("boom again");
    };
    call.bug = new Error("boom");
    peer.socket.send(frame(0));
    expect(await peer.closed).toBe(1011);
    expect(edge.lines.join("\n")).toContain("failed to end");
  });

  test("more than 200 frames a second for two seconds closes the socket; one such second is a network catching up", async () => {
    const { connected, edge } = setUp();
    const { peer, call } = await connected();
    const burst = async (fromMs: number, frames: number) => {
      for (let n = 0; n < frames; n++) peer.socket.send(frame(fromMs + n));
      await Promise.race([call.seen(`media 216@${fromMs + frames - 1}`), peer.closed]);
    };
    await burst(0, 250);
    edge.clock.advance(1_000);
    await burst(1_000, 50);
    edge.clock.advance(1_000);
    await burst(2_000, 250);
    expect(peer.socket.readyState).toBe(WebSocket.OPEN);
    edge.clock.advance(1_000);
    await burst(3_000, 250);
    expect(await peer.closed).toBe(1008);
    expect(call.events.at(-1)).toBe("line error");
  });
});

test("a peer that stops reading is dropped by the bound, and the line says so", async () => {
  const { connected } = setUp();
  const { peer, call } = await connected();
  peer.socket.onmessage = null;
  const payload = Buffer.alloc(40_000, 0x7f).toString("base64");
  // Loopback buffers take some megabytes before the socket's own queue grows; the synchronous loop gives them no turn.
  let sent = 0;
  while (sent < 2_000 && call.line!.sendMedia(payload, "g0:1")) sent++;
  expect(sent).toBeLessThan(2_000);
  await call.seen("line closed");
});

test("the log names every stage of a stream with its call", async () => {
  const { connected, edge } = setUp();
  const { peer, call } = await connected();
  peer.socket.close();
  await call.seen("line closed");
  const stages = edge.lines.filter((line) => / WS_(CONNECTED|START|STOP) /.test(line));
  expect(stages).toHaveLength(3);
  expect(stages[1]).toContain(`call=${sid("a")} stream=${streamSid} leg=0`);
  expect(stages[2]).toContain(`call=${sid("a")}`);
});
