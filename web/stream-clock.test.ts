import { expect, test } from "bun:test";
import { messageOf, onStreamClock, talkOf } from "./stream-clock.ts";

const said = { role: "caller" as const, text: "שלום", interrupted: false, recordingId: null };
const turn = { ...said, startMs: 18_600, endMs: 19_400 };
const latency = { speech_end: 19_400, first_frame_sent: 20_100, answer_ms: 700 };
const recordingOf = (origin: "stream" | "provider") => ({
  id: "r",
  origin,
  status: "stored" as const,
  bytes: 1,
  durationMs: 18_500,
  deleteAfter: "2026-12-01T00:00:00Z",
  deletedAt: null,
});
const call = {
  streamAtMs: 3_000 as number | null,
  durationMs: 21_500,
  recordings: [recordingOf("stream")],
  turns: [turn],
  events: [
    { atMs: 900, kind: "settings", detail: {} },
    { atMs: 20_100, kind: "turn_latency", detail: latency },
  ],
};

// A click on a line sought the time since the ringing in a file that began with the stream, three seconds later.
test("words, events and waits lie where the recording has them; what came before the stream is at its beginning", () => {
  const shown = onStreamClock(call);
  expect(shown.turns).toMatchObject([{ startMs: 15_600, endMs: 16_400 }]);
  expect(shown.events.map(({ atMs }) => atMs)).toEqual([0, 17_100]);
  expect(shown.events[1]!.detail).toEqual({ speech_end: 16_400, first_frame_sent: 17_100, answer_ms: 700 });
  expect(shown.durationMs).toBe(18_500);
});

test("a call without a recording is on the trace's clock all the same", () => {
  expect(onStreamClock({ ...call, recordings: [] }).turns).toMatchObject([{ startMs: 15_600 }]);
});

test("an older call stays as it was", () => {
  const kept = { ...call, streamAtMs: null };
  expect(onStreamClock(kept)).toBe(kept);
});

test("message-nobody-could-play: talk and message are two recordings, whichever of them are there", () => {
  const [talk, message] = [recordingOf("stream"), recordingOf("provider")];
  for (const recordings of [[talk], [message], [talk, message], []]) {
    expect(talkOf({ recordings })).toBe(recordings.find((each) => each === talk)!);
    expect(messageOf({ recordings })).toBe(recordings.find((each) => each === message)!);
  }
  expect(messageOf({ recordings: [{ ...message, status: "deleted" }] })).toBeUndefined();
});
