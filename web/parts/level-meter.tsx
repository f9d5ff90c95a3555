import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type Level, liveLevels } from "../models/calls.ts";
import { callWords } from "../strings/calls.he.ts";

// A whisper on a good line to a shout: 20 to 85 dB re one unit of 16-bit samples.
const quietDb = 20;
const loudDb = 85;

/** Rms of 16-bit samples as a share of the meter's width, 0..1. */
export const meterShare = (rms: number): number =>
  Math.max(0, Math.min(1, (20 * Math.log10(Math.max(1, rms)) - quietDb) / (loudDb - quietDb)));

// Nobody reads figures that change faster; the bar moves with every level.
const figuresMs = 250;

/**
 * How loud the caller of a live call is, the line's noise, and where speech begins. Drawn once: each level then moves the bar
 * by hand, which costs a phone a third of what drawing it anew does ten times a second.
 */
export function LevelMeter({ callId }: { callId: string }) {
  const t = callWords().testCall;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const show = painter(box.current!);
    return effect(() => show(liveLevels.value[callId]));
  }, [callId]);
  return (
    <div class="stack" ref={box}>
      <div class="meter" dir="ltr" role="img" aria-label={t.meter}>
        <span class="meter-fill" />
        <span class="meter-mark floor" />
        <span class="meter-mark threshold" />
      </div>
      <dl class="line-up small meter-values">
        <Figure name={t.level} />
        <Figure name={t.floor} />
        <Figure name={t.threshold} />
      </dl>
    </div>
  );
}

const nothing = "–";

const Figure = ({ name }: { name: string }) => (
  <div class="line-up">
    <dt class="muted">{name}</dt>
    <dd class="numbers meter-figure">{nothing}</dd>
  </div>
);

/** Shows levels in what `LevelMeter` has drawn; what stays as it was is not touched. */
function painter(box: HTMLElement): (level: Level | undefined) => void {
  const one = (selector: string) => box.querySelector<HTMLElement>(selector)!;
  const [meter, fill, floor, threshold] = [".meter", ".meter-fill", ".floor", ".threshold"].map(one);
  const figures = [...box.querySelectorAll(".meter-figure")].map((element) => element.firstChild as Text);
  const shown = new Map<HTMLElement, string>();
  const move = (element: HTMLElement, property: "scale" | "translate", value: string) => {
    if (shown.get(element) === value) return;
    shown.set(element, value);
    element.style[property] = value;
  };
  let figuresAt = Number.NEGATIVE_INFINITY;
  return (level) => {
    move(fill!, "scale", `${meterShare(level?.level ?? 0).toFixed(3)} 1`);
    move(floor!, "translate", `${(meterShare(level?.floor ?? 0) * 100).toFixed(1)}%`);
    move(threshold!, "translate", `${(meterShare(level?.threshold ?? 0) * 100).toFixed(1)}%`);
    meter!.classList.toggle("over", level !== undefined && level.level > level.threshold);
    if (level !== undefined && performance.now() - figuresAt < figuresMs) return;
    figuresAt = performance.now();
    for (const [index, value] of [level?.level, level?.floor, level?.threshold].entries()) {
      const text = String(value ?? nothing);
      if (figures[index]!.data !== text) figures[index]!.data = text;
    }
  };
}
