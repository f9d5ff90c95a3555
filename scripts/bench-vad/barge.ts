import { linearToMulaw } from "../../src/audio/mulaw.ts";
import { BARGE_IN, BARGE_NOTHING, BARGE_NOTICED, BargeIn } from "../../src/live-call/vad/barge-in.ts";
import { type InterruptionVerdict, judgeInterruption } from "../../src/live-call/vad/judge.ts";
import { Vad } from "../../src/live-call/vad/vad.ts";
import type { Detector, DetectorKind } from "./detectors.ts";
import { FRAME } from "./dsp.ts";
import { callerFrame, type Scene, type SceneEvent } from "./scenes.ts";

/** Decides about barge-ins, frame by frame; same results as `BargeIn.push`. */
interface Listener {
  push(frame: Uint8Array, far: Uint8Array, heardForMs: number): number;
  /** Was the stop meant? Without any words, as when the transcriber is slow; a peer never asks. */
  judge?(sinceMs: number): InterruptionVerdict;
}
export interface ListenerKind {
  name: string;
  make(): Listener;
}

export const ourListener: ListenerKind = {
  name: "ours",
  make() {
    const vad = new Vad();
    const barge = new BargeIn();
    return {
      push(frame, far, heardForMs) {
        vad.push(frame, frame.length, far);
        return barge.push(vad, heardForMs);
      },
      judge(sinceMs) {
        const { utteranceMs: spokenMs, voicedMs, speaking } = vad;
        return judgeInterruption({ spokenMs, voicedMs, speaking, transcript: null, turnTaken: false, sinceMs });
      },
    };
  },
};

const GRACE_MS = 300;

/** What products do today: the detector's start of speech stops the assistant, after the same grace period. */
export function plainListener(kind: DetectorKind): ListenerKind {
  return {
    name: kind.name,
    make() {
      const detector: Detector = kind.make();
      let was = false;
      return {
        push(frame, _far, heardForMs) {
          const on = detector.push(frame);
          const start = on && !was && heardForMs >= GRACE_MS;
          was = on;
          return start ? BARGE_IN : BARGE_NOTHING;
        },
      };
    },
  };
}

export class BargeTally {
  /** Barge-ins that nobody asked for, and how long the assistant was heard. */
  falseStops = 0;
  assistantFrames = 0;
  interruptions = 0;
  hitsMs: number[] = [];
  backchannels = 0;
  backchannelsStopped = 0;
  backchannelsNoticed = 0;
  /** Silence in the assistant's sentence after each backchannel that stopped her and was judged a false stop. */
  gapsMs: number[] = [];
  sounds = 0;
  soundsStopped = 0;

  get falsePerMinute(): number {
    return this.falseStops / Math.max(1e-9, (this.assistantFrames * 20) / 60_000);
  }
  hitShare(withinMs: number): number {
    return this.hitsMs.filter((ms) => ms <= withinMs).length / Math.max(1, this.interruptions);
  }
}

// From our decision until the caller hears silence: the provider's clear and the network.
const STOP_FRAMES = 5;
// An event is answerable until its end and the detector's hangover.
export const AFTER_FRAMES = 15;

/** Plays a scene against a listener; an interrupted answer falls silent as it would on the line. */
export function playScene(kind: ListenerKind, scene: Scene, tally: BargeTally): void {
  const listener = kind.make();
  const played = new Float32Array(scene.assistant.length);
  const frame = new Uint8Array(FRAME);
  const far = new Uint8Array(FRAME);
  const answered = new Set<SceneEvent>();
  let silentFrom = Number.POSITIVE_INFINITY;
  let stoppedAt = -1;
  for (const event of scene.events) count(tally, event);
  for (let at = 0; at < scene.assistant.length / FRAME; at++) {
    const answer = scene.answers.find(({ start, end }) => at >= start && at < end);
    if (answer === undefined) silentFrom = Number.POSITIVE_INFINITY;
    const audible = answer !== undefined && at < silentFrom;
    if (audible) played.set(scene.assistant.subarray(at * FRAME, (at + 1) * FRAME), at * FRAME);
    if (audible) tally.assistantFrames++;
    callerFrame(scene, played, at, frame);
    const heardForMs = audible ? (at - answer.start + 1) * 20 : 0;
    for (let i = 0; i < FRAME; i++) far[i] = linearToMulaw(played[at * FRAME + i]!);
    const verdict = listener.push(frame, far, heardForMs);
    const judged = stoppedAt < 0 ? "undecided" : (listener.judge?.((at - stoppedAt) * 20) ?? "meant");
    if (judged === "false_stop") {
      tally.gapsMs.push((at - stoppedAt) * 20);
      silentFrom = Number.POSITIVE_INFINITY;
    }
    if (judged !== "undecided") stoppedAt = -1;
    if (verdict === BARGE_NOTHING) continue;
    const event = scene.events.find((event) => at >= event.at && at < event.at + event.frames + AFTER_FRAMES);
    if (verdict === BARGE_NOTICED) {
      if (event?.kind === "backchannel") tally.backchannelsNoticed++;
      continue;
    }
    if (event === undefined) tally.falseStops++;
    if (event === undefined || answered.has(event)) continue;
    answered.add(event);
    if (event.kind === "interruption") {
      tally.hitsMs.push((at - event.at + 1) * 20);
      silentFrom = at + STOP_FRAMES;
    } else if (event.kind === "backchannel") {
      tally.backchannelsStopped++;
      stoppedAt = at;
      silentFrom = at + STOP_FRAMES;
    } else tally.soundsStopped++;
  }
}

function count(tally: BargeTally, event: SceneEvent): void {
  if (event.kind === "interruption") tally.interruptions++;
  else if (event.kind === "backchannel") tally.backchannels++;
  else tally.sounds++;
}
