import type { Level } from "../models/calls.ts";
import { callWords } from "../strings/calls.he.ts";

// A whisper on a good line to a shout: 20 to 85 dB re one unit of 16-bit samples.
const quietDb = 20;
const loudDb = 85;

/** Rms of 16-bit samples as a share of the meter's width, 0..1. */
export const meterShare = (rms: number): number =>
  Math.max(0, Math.min(1, (20 * Math.log10(Math.max(1, rms)) - quietDb) / (loudDb - quietDb)));

/** How loud the caller is, the line's noise, and where speech begins. */
export function LevelMeter({ level }: { level: Level | undefined }) {
  const t = callWords();
  const share = meterShare(level?.level ?? 0);
  const percent = (value: number) => `${(value * 100).toFixed(1)}%`;
  return (
    <div class="stack">
      <div
        class={`meter${level && level.level > level.threshold ? " over" : ""}`}
        dir="ltr"
        role="img"
        aria-label={t.testCall.meter}
      >
        <span class="meter-fill" style={{ inlineSize: percent(share) }} />
        <span class="meter-mark floor" style={{ insetInlineStart: percent(meterShare(level?.floor ?? 0)) }} />
        <span class="meter-mark threshold" style={{ insetInlineStart: percent(meterShare(level?.threshold ?? 0)) }} />
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
