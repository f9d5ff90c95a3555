import { duration } from "./format.ts";
import type { CallEvent, Peaks, Trace } from "./models/calls.ts";
import { answerWaits, gridSeconds, share, speechBands, stretches } from "./plot-scale.ts";

export interface PlotData {
  trace: Trace | null;
  peaks: Peaks | null;
  events: readonly CallEvent[];
  lengthMs: number;
}

export type PlotColours = Record<
  "caller" | "assistant" | "threshold" | "floor" | "speech" | "latency" | "line" | "text" | "now" | "bargeIn" | "tool",
  string
>;

const axisPx = 20;
const labelPx = 36;
const barPx = 3;
const gapPx = 2;
// From a still line to the loudest speech on a telephone, dB re one unit of 16-bit samples.
const quietestDb = 15;
const loudestDb = 84;

/**
 * Caller upwards, assistant downwards, the detector's floor and threshold over the caller, bands where it heard speech,
 * events as pins, and above all of it how long each answer was waited for.
 */
export function drawPlot(canvas: HTMLCanvasElement, data: PlotData, atMs: number, colours: PlotColours): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = devicePixelRatio;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.scale(ratio, ratio);
  const frame: Frame = { pen, width, middle: (height - axisPx) * 0.56, bottom: height - axisPx, colours, data };
  drawSpeech(frame);
  drawGrid(frame);
  drawBars(frame);
  drawTrace(frame);
  for (const { kind, atMs: at } of data.events) {
    if (kind === "barge_in") pin(frame, at, colours.bargeIn, true);
    else if (kind === "tool") pin(frame, at, colours.tool, false);
  }
  drawLatencies(frame);
  pen.fillStyle = colours.now;
  pen.fillRect(xOf(frame, atMs) - 1, 0, 2, frame.bottom);
}

interface Frame {
  pen: CanvasRenderingContext2D;
  width: number;
  /** Where both sides meet. */
  middle: number;
  bottom: number;
  colours: PlotColours;
  data: PlotData;
}

const xOf = ({ width, data }: Frame, ms: number): number => (ms / Math.max(1, data.lengthMs)) * width;

function drawGrid(frame: Frame): void {
  const { pen, width, bottom, colours, data } = frame;
  const step = gridSeconds(data.lengthMs, width) * 1_000;
  pen.font = "12px Heebo, sans-serif";
  pen.textBaseline = "bottom";
  for (let ms = 0; ms <= data.lengthMs; ms += step) {
    const x = xOf(frame, ms);
    pen.fillStyle = colours.line;
    pen.fillRect(Math.round(x), 0, 1, bottom);
    pen.fillStyle = colours.text;
    pen.textAlign = x < 20 ? "left" : x > width - 20 ? "right" : "center";
    pen.fillText(duration(ms), x, bottom + axisPx);
  }
}

/** Behind everything: when the detector took the caller to be speaking. */
function drawSpeech(frame: Frame): void {
  const { pen, middle, colours, data } = frame;
  pen.fillStyle = colours.speech;
  for (const [from, to] of speechBands(data.trace))
    pen.fillRect(xOf(frame, from), 0, xOf(frame, to) - xOf(frame, from), middle);
}

/** A bar from the caller's last word to the answer's first sound, with its milliseconds where there is room. */
function drawLatencies(frame: Frame): void {
  const { pen, width, colours, data } = frame;
  pen.fillStyle = colours.latency;
  pen.textBaseline = "top";
  pen.textAlign = "center";
  let free = 0;
  for (const { from, to } of answerWaits(data.events)) {
    const [left, right] = [xOf(frame, from), xOf(frame, to)];
    pen.fillRect(left, 0, Math.max(2, right - left), 4);
    const at = Math.max(labelPx / 2, Math.min(width - labelPx / 2, (left + right) / 2));
    if (at - labelPx / 2 < free) continue;
    pen.fillText(String(Math.round(to - from)), at, 6);
    free = at + labelPx / 2;
  }
}

function drawBars(frame: Frame): void {
  const { pen, width, middle, bottom, colours, data } = frame;
  const { trace, peaks, lengthMs } = data;
  const count = Math.max(1, Math.floor(width / (barPx + gapPx)));
  const bars = (values: readonly number[], stepMs: number, least: number, most: number, up: boolean) => {
    const room = up ? middle - 8 : bottom - middle - 4;
    pen.fillStyle = up ? colours.caller : colours.assistant;
    for (const [index, value] of stretches(values, stepMs, lengthMs, count).entries()) {
      const tall = Math.max(1, share(value, least, most) * room);
      pen.fillRect(index * (barPx + gapPx), up ? middle - 1 - tall : middle + 1, barPx, tall);
    }
  };
  if (trace && trace.levelDb.length > 0) bars(trace.levelDb, trace.stepMs, quietestDb, loudestDb, true);
  else if (peaks) bars(peaks.caller, peaks.stepMs, 0, 255, true);
  if (peaks) bars(peaks.assistant, peaks.stepMs, 0, 255, false);
}

/** Both lines over the caller's bars, in the same measure; none where nothing came in. */
function drawTrace(frame: Frame): void {
  const { pen, middle, colours, data } = frame;
  const { trace } = data;
  if (!trace) return;
  const line = (values: readonly number[], colour: string, dashes: number[]) => {
    pen.strokeStyle = colour;
    pen.lineWidth = 1.5;
    pen.setLineDash(dashes);
    pen.beginPath();
    for (const [index, value] of values.entries()) {
      if (trace.thresholdDb[index] === 0) continue;
      const x = xOf(frame, index * trace.stepMs);
      const y = middle - 1 - share(value, quietestDb, loudestDb) * (middle - 8);
      if (trace.thresholdDb[index - 1] === 0) pen.moveTo(x, y);
      else pen.lineTo(x, y);
    }
    pen.stroke();
    pen.setLineDash([]);
  };
  line(trace.floorDb, colours.floor, [2, 4]);
  line(trace.thresholdDb, colours.threshold, [5, 4]);
}

function pin(frame: Frame, ms: number, colour: string, tall: boolean): void {
  const { pen, middle, bottom } = frame;
  const x = xOf(frame, ms);
  pen.fillStyle = colour;
  if (tall) pen.fillRect(x - 1, 4, 2, bottom - 4);
  pen.beginPath();
  pen.arc(x, tall ? 5 : middle, tall ? 5 : 4, 0, 2 * Math.PI);
  pen.fill();
}
