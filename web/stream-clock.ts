import type { CallDetail, CallEvent } from "./models/calls.ts";

type Recorded = Pick<CallDetail, "recordings">;

/** The recording of the talk, which the replay plays. */
export const talkOf = ({ recordings }: Recorded) =>
  recordings.find(({ status, origin }) => status === "stored" && origin === "stream");

/** The message that was left to the provider: a recording of its own, which may be the only one. */
export const messageOf = ({ recordings }: Recorded) =>
  recordings.findLast(({ status, origin }) => status === "stored" && origin === "provider");

type Replayed = Pick<CallDetail, "streamAtMs" | "recordings" | "turns" | "events" | "durationMs">;

/**
 * A call on the clock of its replay: what was said and what happened count from the beginning of the stream, as trace and
 * recording do, and no more from the ringing. A call whose stream has no known beginning stays as it is.
 */
export function onStreamClock<Call extends Replayed>(call: Call): Call {
  const { streamAtMs, turns, events, durationMs } = call;
  if (streamAtMs === null) return call;
  const at = (ms: number): number => Math.max(0, ms - streamAtMs);
  return {
    ...call,
    durationMs: durationMs === null ? null : at(durationMs),
    turns: turns.map((turn) => ({ ...turn, startMs: at(turn.startMs), endMs: at(turn.endMs) })),
    events: events.map((event) => ({ ...event, atMs: at(event.atMs), detail: detailAt(event, at) })),
  };
}

/** Of a turn's latency the moments that the plot draws are moved, too. */
function detailAt({ kind, detail }: CallEvent, at: (ms: number) => number): CallEvent["detail"] {
  const { speech_end: from, first_frame_sent: to } = detail;
  if (kind !== "turn_latency" || typeof from !== "number" || typeof to !== "number") return detail;
  return { ...detail, speech_end: at(from), first_frame_sent: at(to) };
}
