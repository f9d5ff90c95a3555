import type { Clock, Timer } from "../../base/clock.ts";
import { silentLog } from "../../base/log.ts";
import type { EngineContext, EngineEvents } from "../../live-call/engine.ts";
import { RealtimeEngine } from "../engine.ts";
import type { RealtimeSettings } from "../session-config.ts";

/** Everything an engine reported, in order, as `[event, ...arguments]`. */
export type Reported = [name: keyof EngineEvents, ...details: unknown[]];

/** A clock whose time moves only by `advance`; sockets stay real. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #timers: { atMs: number; everyMs: number | null; run: () => void }[] = [];

  nowMs = (): number => this.#nowMs;
  instant = (): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(1_800_000_000_000 + this.#nowMs);
  after = (delayMs: number, run: () => void): Timer => this.#add(delayMs, null, run);
  every = (periodMs: number, run: () => void): Timer => this.#add(periodMs, periodMs, run);

  get timers(): number {
    return this.#timers.length;
  }

  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const [due] = this.#timers.filter(({ atMs }) => atMs <= untilMs).sort((one, other) => one.atMs - other.atMs);
      if (due === undefined) break;
      this.#nowMs = due.atMs;
      if (due.everyMs === null) this.#timers = this.#timers.filter((timer) => timer !== due);
      else due.atMs += due.everyMs;
      due.run();
    }
    this.#nowMs = untilMs;
  }

  #add(delayMs: number, everyMs: number | null, run: () => void): Timer {
    const timer = { atMs: this.#nowMs + delayMs, everyMs, run };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }
}

/** An engine and what it reports; tests await reports instead of time. */
export class EngineProbe {
  readonly clock = new ManualClock();
  readonly engine: RealtimeEngine;
  readonly reported: Reported[] = [];
  readonly context: EngineContext;
  readonly #waiting: { name: string; resolve(details: unknown[]): void }[] = [];
  #seen = 0;

  constructor(settings: Partial<RealtimeSettings> & { baseUrl: string }, context: Partial<EngineContext> = {}) {
    this.engine = new RealtimeEngine({
      clock: this.clock,
      log: silentLog,
      settings: { apiKey: "test-key", realtimeModel: "voice-1", liveTranscribeModel: "ears-1", ...settings },
    });
    this.context = {
      logFields: {},
      instructions: "Be kind.",
      languages: ["he", "en"],
      keywords: ["Dana"],
      voice: "marin",
      tools: [],
      history: () => [],
      ...context,
    };
  }

  open(): this {
    this.engine.open(this.context, this.#events());
    return this;
  }

  /** Details of the next report of this name that was not awaited before; skips others. */
  async next(name: keyof EngineEvents): Promise<unknown[]> {
    while (this.#seen < this.reported.length) {
      const [found, ...details] = this.reported[this.#seen++]!;
      if (found === name) return details;
    }
    return new Promise((resolve) => this.#waiting.push({ name, resolve }));
  }

  names(): string[] {
    return this.reported.map(([name]) => name);
  }

  #events(): EngineEvents {
    const report =
      (name: keyof EngineEvents) =>
      (...details: unknown[]) => {
        this.reported.push([name, ...details]);
        const waiting = this.#waiting[0];
        if (waiting === undefined) return;
        this.#seen = this.reported.length;
        if (waiting.name !== name) return;
        this.#waiting.shift();
        waiting.resolve(details);
      };
    return {
      ready: report("ready"),
      reconnecting: report("reconnecting"),
      lost: report("lost"),
      callerSpeech: report("callerSpeech"),
      callerTurn: report("callerTurn"),
      answerStarted: report("answerStarted"),
      audio: report("audio"),
      audioDone: report("audioDone"),
      answerDone: report("answerDone"),
      transcript: report("transcript"),
      toolCall: report("toolCall"),
      usage: report("usage"),
      error: report("error"),
    };
  }
}
