import type { CallDetail, CallEvent } from "./models/calls.ts";

/** The recording that the replay plays. */
export const playedOf = ({ recordings }: Pick<CallDetail, "recordings">) =>
  recordings.find(({ status }) => status === "stored");

type Replayed = Pick<CallDetail, "streamAtMs" | "recordings" | "turns" | "events" | "durationMs">;

/**
 * A call on the clock of its replay: what was said and what happened count from the beginning of the stream, as trace and
 * recording do, and no more from the ringing. A call whose stream has no known beginning stays as it is, and so does one of
 * which only the message left to the provider is there: that file is no recording of the stream.
 */
export function onStreamClock<Call extends Replayed>(call: Call): Call {
  const { streamAtMs, turns, events, durationMs } = call;
  if (streamAtMs === null || playedOf(call)?.origin === "provider") return call;
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
