import { silentLog } from "../../base/log.ts";
import type { EngineContext, EngineEvents } from "../../live-call/engine.ts";
import { RealtimeEngine } from "../engine.ts";
import type { RealtimeSettings } from "../session-config.ts";
import { ManualClock } from "./manual-clock.ts";

/** Everything an engine reported, in order, as `[event, ...arguments]`. */
export type Reported = [name: keyof EngineEvents, ...details: unknown[]];

/** An engine and what it reports; tests await reports instead of time. */
export class EngineProbe {
  readonly clock = new ManualClock();
  readonly engine: RealtimeEngine;
  readonly reported: Reported[] = [];
  readonly context: EngineContext;
  readonly #waiting: { name: string; resolve(details: unknown[]): void }[] = [];
  #seen = 0;
  /** Runs inside every report; may throw. */
  onReport: (name: string) => void = () => {};

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

  /** Lets sockets work until something holds that is not reported. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((resolve) => setImmediate(resolve));
  }

  names(): string[] {
    return this.reported.map(([name]) => name);
  }

  #events(): EngineEvents {
    const report =
      (name: keyof EngineEvents) =>
      (...details: unknown[]) => {
        this.reported.push([name, ...details]);
        this.onReport(name);
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
