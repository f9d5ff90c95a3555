import { liveLevels } from "../models/calls.ts";
import { callWords } from "../strings/calls.he.ts";

// A whisper on a good line to a shout: 20 to 85 dB re one unit of 16-bit samples.
const quietDb = 20;
const loudDb = 85;

/** Rms of 16-bit samples as a share of the meter's width, 0..1. */
export const meterShare = (rms: number): number =>
  Math.max(0, Math.min(1, (20 * Math.log10(Math.max(1, rms)) - quietDb) / (loudDb - quietDb)));

/**
 * How loud the caller of a live call is, the line's noise, and where speech begins. It alone reads the levels, so that what
 * stands around it is not drawn anew ten times a second.
 */
export function LevelMeter({ callId }: { callId: string }) {
  const t = callWords();
  const level = liveLevels.value[callId];
  const percent = (rms: number | undefined) => `${(meterShare(rms ?? 0) * 100).toFixed(1)}%`;
  return (
    <div class="stack">
      <div
        class={`meter${level && level.level > level.threshold ? " over" : ""}`}
        dir="ltr"
        role="img"
        aria-label={t.testCall.meter}
      >
        <span class="meter-fill" style={{ scale: `${meterShare(level?.level ?? 0).toFixed(3)} 1` }} />
        <span class="meter-mark floor" style={{ translate: percent(level?.floor) }} />
        <span class="meter-mark threshold" style={{ translate: percent(level?.threshold) }} />
      </div>
      <dl class="line-up small meter-values">
        <Figure name={t.testCall.level} value={level?.level} />
        <Figure name={t.testCall.floor} value={level?.floor} />
        <Figure name={t.testCall.threshold} value={level?.threshold} />
      </dl>
    </div>
  );
}

const Figure = ({ name, value }: { name: string; value: number | undefined }) => (
  <div class="line-up">
    <dt class="muted">{name}</dt>
    <dd class="numbers">
      <bdi dir="ltr">{value ?? "–"}</bdi>
    </dd>
  </div>
);
