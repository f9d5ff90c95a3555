import { type Signal, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { drawPlot, type PlotColours, type PlotData } from "../call-plot.ts";
import type { CallEvent, Peaks, Trace } from "../models/calls.ts";
import { callWords } from "../strings/calls.he.ts";
import { theme } from "../theme.ts";
import type { Playing } from "./player.tsx";

interface CallPlotProps {
  trace: Trace | null;
  peaks: Peaks | null;
  events: readonly CallEvent[];
  lengthMs: number;
  playing: Signal<Playing>;
}

/** The replay's picture (V23): time runs from left to right in every language. A click goes there. */
export function CallPlot({ trace, peaks, events, lengthMs, playing }: CallPlotProps) {
  const t = callWords();
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useSignal(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      width.value = Math.round(entry?.contentRect.width ?? 0);
    });
    observer.observe(canvas.current!);
    return () => observer.disconnect();
  }, [width]);
  const data = useSignal<PlotData>({ trace, peaks, events, lengthMs });
  useEffect(() => {
    data.value = { trace, peaks, events, lengthMs };
  }, [data, trace, peaks, events, lengthMs]);
  useSignalEffect(() => {
    const shown = data.value;
    const { atMs } = playing.value;
    theme.value; // colours change with it
    if (canvas.current && width.value > 0) drawPlot(canvas.current, shown, atMs, coloursOf(canvas.current));
  });
  return (
    <figure class="stack">
      <canvas
        ref={canvas}
        class="call-plot"
        role="img"
        aria-label={t.plot.label}
        onClick={({ offsetX, currentTarget }) => {
          playing.value = { ...playing.value, seek: (offsetX / currentTarget.clientWidth) * lengthMs };
        }}
      />
      <figcaption class="legend small">
        {(["caller", "assistant", "speech", "threshold", "floor", "latency", "bargeIn", "tool"] as const).map(
          (name) => (
            <span key={name} class={`legend-item ${name}`}>
              {t.plot[name]}
            </span>
          ),
        )}
      </figcaption>
    </figure>
  );
}

function coloursOf(element: Element): PlotColours {
  // Tokens are light-dark(): only a property that is a colour resolves them. A new element each: one would fade over.
  const colour = (token: string): string => {
    const probe = document.createElement("span");
    probe.style.color = `var(${token})`;
    element.parentElement?.append(probe);
    const resolved = getComputedStyle(probe).color;
    probe.remove();
    return resolved;
  };
  return {
    caller: colour("--accent"),
    assistant: colour("--voice"),
    threshold: colour("--warn"),
    floor: colour("--text-3"),
    speech: colour("--accent-soft"),
    latency: colour("--text-2"),
    line: colour("--line"),
    text: colour("--text-3"),
    now: colour("--text"),
    bargeIn: colour("--live"),
    tool: colour("--whatsapp"),
  };
}
