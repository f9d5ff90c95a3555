import { signal } from "@preact/signals";

/** The browser's wall clock; everything else takes its time from here or from the server. */
export const now = (): Date => new Date();

const minuteMs = 60_000;

/** Grows when time has gone on for somebody who shows it. */
const ticks = signal(0);
let nextMs = Number.POSITIVE_INFINITY;
let timer: ReturnType<typeof setTimeout> | undefined;

function tickAt(atMs: number): void {
  if (atMs >= nextMs) return;
  nextMs = atMs;
  clearTimeout(timer);
  timer = setTimeout(() => {
    nextMs = Number.POSITIVE_INFINITY;
    ticks.value += 1; // whoever still shows a time asks again
  }, atMs - now().getTime());
}

/** The time for what is drawn: whoever reads it in a rendering is drawn again within a minute. */
export function shownNow(): Date {
  void ticks.value;
  const present = now();
  tickAt(present.getTime() + minuteMs);
  return present;
}

/** Whether that moment is behind us; whoever asks in a rendering is drawn again when it comes. */
export function hasPassed(instant: string): boolean {
  const atMs = Date.parse(instant);
  const passed = atMs <= shownNow().getTime();
  if (!passed) tickAt(atMs);
  return passed;
}
