import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import {
  emptyFrame,
  FRAME_CONNECTED,
  FRAME_KEYPAD,
  FRAME_MARK,
  FRAME_MEDIA,
  FRAME_START,
  FRAME_STOP,
  FRAME_UNKNOWN,
  FRAME_UNREADABLE,
  readFrame,
  readSlowly,
} from "./media-wire.ts";

const streamSid = `MZ${"0a".repeat(16)}`;
const payload = Buffer.alloc(160, 0x7e).toString("base64");
const media = (over: object = {}, inner: object = {}) => ({
  event: "media",
  sequenceNumber: "4",
  media: { track: "inbound", chunk: "2", timestamp: "20", payload, ...inner },
  streamSid,
  ...over,
});
const start = {
  event: "start",
  sequenceNumber: "1",
  start: {
    accountSid: `AC${"1".repeat(32)}`,
    streamSid,
    callSid: `CA${"2".repeat(32)}`,
    tracks: ["inbound"],
    mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 },
    customParameters: { token: "secret" },
  },
  streamSid,
};
const read = (message: unknown) => {
  const frame = emptyFrame();
  return { kind: readFrame(typeof message === "string" ? message : JSON.stringify(message), frame), frame };
};

describe("a frame's kind", () => {
  const rows: [what: string, message: unknown, kind: number][] = [
    ["Twilio's audio", media(), FRAME_MEDIA],
    ["audio with its keys in another order", { streamSid, media: media().media, event: "media" }, FRAME_MEDIA],
    ["audio with numbers for texts", media({ sequenceNumber: 4 }, { chunk: 2, timestamp: 20 }), FRAME_MEDIA],
    ["audio with white space", JSON.stringify(media(), null, 2), FRAME_MEDIA],
    ["audio of what we said ourselves", media({}, { track: "outbound" }), FRAME_UNKNOWN],
    ["audio without payload", media({}, { payload: undefined }), FRAME_UNREADABLE],
    ["empty audio", media({}, { payload: "" }), FRAME_UNREADABLE],
    ["audio that is no base64", media({}, { payload: "!!!!" }), FRAME_UNREADABLE],
    ["base64 cut short", media({}, { payload: payload.slice(0, -1) }), FRAME_UNREADABLE],
    ["audio before the stream", media({}, { timestamp: "-20" }), FRAME_UNREADABLE],
    ["audio in 30,000 years", media({}, { timestamp: "1234567890123" }), FRAME_UNREADABLE],
    ["audio at no time", media({}, { timestamp: "NaN" }), FRAME_UNREADABLE],
    ["audio as a list", { event: "media", media: [payload] }, FRAME_UNREADABLE],
    ["audio as null", { event: "media", media: null }, FRAME_UNREADABLE],
    ["connected", { event: "connected", protocol: "Call", version: "1.0.0" }, FRAME_CONNECTED],
    ["start", start, FRAME_START],
    ["start of nothing", { event: "start" }, FRAME_UNREADABLE],
    ["mark", { event: "mark", streamSid, mark: { name: "g1:7" } }, FRAME_MARK],
    ["mark without a name", { event: "mark", streamSid, mark: {} }, FRAME_UNREADABLE],
    ["key press", { event: "dtmf", streamSid, dtmf: { track: "inbound_track", digit: "#" } }, FRAME_KEYPAD],
    ["key press of no key", { event: "dtmf", streamSid, dtmf: { digit: "12" } }, FRAME_UNREADABLE],
    ["stop", { event: "stop", streamSid, stop: { accountSid: "AC", callSid: "CA" } }, FRAME_STOP],
    ["an event of tomorrow", { event: "video", streamSid }, FRAME_UNKNOWN],
    ["an event that is no text", { event: 7 }, FRAME_UNREADABLE],
    ["a list", "[]", FRAME_UNREADABLE],
    ["null", "null", FRAME_UNREADABLE],
    ["nothing", "", FRAME_UNREADABLE],
    ["half a frame", JSON.stringify(media()).slice(0, 99), FRAME_UNREADABLE],
    ["65,536 brackets", "[".repeat(65_536), FRAME_UNREADABLE],
    ["the prototype", '{"__proto__":{"event":"stop"}}', FRAME_UNREADABLE],
  ];
  test.each(rows)("%s", (_what, message, kind) => {
    expect(read(message).kind).toBe(kind);
  });
});

test("audio keeps its payload, time and stream", () => {
  const { frame } = read(media({}, { timestamp: "123456789012" }));
  expect(frame).toMatchObject({ payload, timestampMs: 123_456_789_012, streamSid });
});

test("start keeps what the token is checked with", () => {
  expect(read(start).frame.start).toEqual({
    streamSid,
    accountSid: `AC${"1".repeat(32)}`,
    callSid: `CA${"2".repeat(32)}`,
    token: "secret",
    isMulaw8k: true,
  });
});

const tokens: [what: string, parameters: unknown][] = [
  ["a list", { token: ["secret"] }],
  ["a number", { token: 7 }],
  ["missing", {}],
  ["in a list", [{ token: "secret" }]],
];
test.each(tokens)("a token that is %s is no token", (_what, customParameters) => {
  const odd = { ...start, start: { ...start.start, customParameters } };
  expect(read(odd).frame.start?.token).toBe("");
});

test("Twilio's own lines, as its documentation prints them, are understood", async () => {
  const lines = (await Bun.file(join(import.meta.dir, "../sim/golden/twilio-to-server.jsonl")).text())
    .trim()
    .split("\n");
  const kinds: Record<string, number> = {
    connected: FRAME_CONNECTED,
    start: FRAME_START,
    media: FRAME_MEDIA,
    dtmf: FRAME_KEYPAD,
    mark: FRAME_MARK,
    stop: FRAME_STOP,
  };
  expect(lines.map((line) => read(line).kind)).toEqual(lines.map((line) => kinds[JSON.parse(line).event]!));
  expect(lines.length).toBeGreaterThan(5);
});

describe("fast and slow reading agree", () => {
  const fast = emptyFrame(); // one for all: what an earlier message left in it must not matter
  const agree = (text: string) => {
    const slow = emptyFrame();
    const kinds = [readFrame(text, fast), readSlowly(text, slow)];
    expect(kinds[0]).toBe(kinds[1]!);
    if (kinds[0] === FRAME_MEDIA)
      expect([fast.payload, fast.timestampMs, fast.streamSid]).toEqual([
        slow.payload,
        slow.timestampMs,
        slow.streamSid,
      ]);
  };
  const nasty = fc.oneof(
    fc.constantFrom(
      '","payload":"',
      '"},"streamSid":"',
      "\\",
      '\\"',
      "\n",
      "=",
      "==",
      payload,
      streamSid,
      "0",
      "00012",
    ),
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.base64String({ maxLength: 400 }),
  );

  test("on Twilio's spelling with anything in its values", () => {
    fc.assert(
      fc.property(nasty, nasty, nasty, nasty, nasty, (sequence, chunk, timestamp, audio, stream) => {
        const values = [sequence, chunk, timestamp, audio, stream];
        const text = (quote: (value: string) => string) =>
          `{"event":"media","sequenceNumber":"${quote(values[0]!)}","media":{"track":"inbound","chunk":"${quote(values[1]!)}","timestamp":"${quote(values[2]!)}","payload":"${quote(values[3]!)}"},"streamSid":"${quote(values[4]!)}"}`;
        agree(text((value) => value)); // raw: mostly broken JSON, sometimes another structure than it seems
        agree(text((value) => JSON.stringify(value).slice(1, -1)));
      }),
      { numRuns: 2_000 },
    );
  });

  test("on a good frame with one place changed", () => {
    const good = JSON.stringify(media());
    const change = fc.record({
      at: fc.nat(good.length),
      remove: fc.nat(3),
      insert: fc.string({ unit: "binary", maxLength: 3 }),
    });
    fc.assert(
      fc.property(change, ({ at, remove, insert }) => agree(good.slice(0, at) + insert + good.slice(at + remove))),
      { numRuns: 5_000 },
    );
  });

  test("on any JSON and any text, and neither throws", () => {
    fc.assert(fc.property(fc.json(), agree));
    fc.assert(fc.property(fc.string({ unit: "binary" }), agree));
  });
});
