import type { BenchCall } from "./calls.ts";
import type { DetectorKind } from "./detectors.ts";
import { FRAME } from "./dsp.ts";

const FRAME_MS = 20;
/**
 * Non-speech begins 400 ms after an utterance: every detector here hangs on for 300 ms by design, and that is wanted.
 * A start in the last 100 ms before an utterance is no false start either (a weak first consonant is not in the truth).
 */
const AFTER_FRAMES = 20;
const BEFORE_FRAMES = 5;

/** Sums over calls; rates are derived at the end. */
export class Tally {
  utterances = 0;
  missed = 0;
  onsetsMs: number[] = [];
  nonSpeechFrames = 0;
  falseFrames = 0;
  falseStarts = 0;
  speechFrames = 0;
  missedFrames = 0;

  add(call: BenchCall, active: Uint8Array): void {
    const quiet = quietFrames(call);
    for (let frame = 0; frame < active.length; frame++) {
      const on = active[frame] === 1;
      if (call.truth[frame] === 1) {
        this.speechFrames++;
        if (!on) this.missedFrames++;
      }
      if (quiet[frame] === 0) continue;
      this.nonSpeechFrames++;
      if (on) this.falseFrames++;
      if (on && active[frame - 1] === 0) this.falseStarts++;
    }
    for (const { start, end } of call.utterances) this.#utterance(active, start, end);
  }

  #utterance(active: Uint8Array, start: number, end: number): void {
    this.utterances++;
    const first = active.indexOf(1, start);
    if (first < 0 || first >= end + AFTER_FRAMES / 2) this.missed++;
    // Already on is no onset: it would flatter a detector that never lets go.
    else if (active[start - 1] === 0) this.onsetsMs.push((first - start + 1) * FRAME_MS);
  }

  get missedShare(): number {
    return this.missed / Math.max(1, this.utterances);
  }
  get falseShare(): number {
    return this.falseFrames / Math.max(1, this.nonSpeechFrames);
  }
  get falseStartsPerMinute(): number {
    return (this.falseStarts * 60_000) / Math.max(1, this.nonSpeechFrames * FRAME_MS);
  }
  get frameMissShare(): number {
    return this.missedFrames / Math.max(1, this.speechFrames);
  }
}

function quietFrames(call: BenchCall): Uint8Array {
  const quiet = new Uint8Array(call.truth.length).fill(1);
  for (const { start, end } of call.utterances) quiet.fill(0, Math.max(0, start - BEFORE_FRAMES), end + AFTER_FRAMES);
  return quiet;
}

/** Runs one detector over a call; per frame whether it is in speech. */
export function activity(kind: DetectorKind, call: BenchCall): Uint8Array {
  const detector = kind.make();
  const active = new Uint8Array(call.truth.length);
  for (let frame = 0; frame < active.length; frame++) {
    active[frame] = detector.push(call.audio.subarray(frame * FRAME, (frame + 1) * FRAME)) ? 1 : 0;
  }
  return active;
}

/** Value below which a share of the values lies; NaN when there is none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
