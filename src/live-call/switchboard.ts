import type { Clock, Timer } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { BusinessId, CallSid } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { limits } from "../limits.ts";
import { Call } from "./call.ts";
import type { Detectors } from "./caller-ear.ts";
import type { VoiceEngine } from "./engine.ts";
import type { CallGlance } from "./glance.ts";
import type { CallJournal } from "./journal.ts";
import type { NextStep, PhoneControl } from "./phone-control.ts";
import type { Phrases } from "./phrases.ts";
import type { RecordingShelf } from "./recording-shelf.ts";
import type { CallSettings, IncomingCall } from "./settings.ts";
import { BargeIn } from "./vad/barge-in.ts";
import { Vad } from "./vad/vad.ts";

export interface SwitchboardDeps {
  clock: Clock;
  log: Log;
  makeEngine: (incoming: IncomingCall) => VoiceEngine;
  journal: CallJournal;
  phrases: Phrases;
  phone: PhoneControl;
  recordCalls: boolean;
  /** Where the older parts of running recordings wait; without one they wait in memory. */
  recordingShelf?: RecordingShelf;
  /** One call's detectors; tests bring their own. */
  makeDetectors?: () => Detectors;
}

/** All live calls of the process. */
export interface Switchboard {
  /**
   * Webhook time: makes the call, opens its engine as soon as the settings are there, arms the 8 s watchdog. A repeated
   * CallSid returns the call that is there. Null when full, draining, or when that call is already over.
   */
  answer(incoming: IncomingCall, settings: CallSettings | Promise<CallSettings>): Call | null;
  find(callSid: CallSid): Call | undefined;
  /** What the provider should do now that the stream is over; the same answer however often it asks. */
  next(callSid: CallSid): NextStep;
  readonly live: number;
  /** Live calls (of one business), oldest first; those whose business is not settled yet are left out. */
  glance(businessId?: BusinessId): CallGlance[];
  /** New calls are refused. */
  readonly draining: boolean;
  /** Refuses new calls and waits for the live ones, `deadlineMs` at most: the rest hear a goodbye before, and are let go of then. */
  drain(deadlineMs: number): Promise<void>;
}

// An answer for providers that ask again: kept for the last 2,000 calls, some hours at full load.
const overMax = 2_000;
// A sweep this late means that the process stood still: the time is given back to every call.
const stoodStillMs = 1_000;

export function createSwitchboard(deps: SwitchboardDeps): Switchboard {
  return new LiveSwitchboard(deps);
}

class LiveSwitchboard implements Switchboard {
  readonly #deps: SwitchboardDeps;
  readonly #calls = new Map<CallSid, Call>();
  readonly #over = new Map<CallSid, NextStep>();
  #sweeper: Timer | null = null;
  #lastSweepMs = 0;
  #draining = false;
  #onEmpty: () => void = () => {};

  constructor(deps: SwitchboardDeps) {
    this.#deps = deps;
  }

  get live(): number {
    return this.#calls.size;
  }

  glance(businessId?: BusinessId): CallGlance[] {
    return [...this.#calls.values()].flatMap((call) => {
      const seen = call.glance;
      return seen && (businessId === undefined || seen.businessId === businessId) ? [seen] : [];
    });
  }

  answer(incoming: IncomingCall, settings: CallSettings | Promise<CallSettings>): Call | null {
    const { callSid } = incoming;
    const known = this.#calls.get(callSid);
    if (known) return known;
    if (this.#draining || this.#calls.size >= limits.callsMax || this.#over.has(callSid)) return null;
    const call = this.#makeCall(incoming);
    if (!call) return null;
    this.#calls.set(callSid, call);
    this.#startSweeping();
    if (settings instanceof Promise) {
      settings.then(
        (ready) => call.useSettings(ready),
        (thrown: unknown) => call.settingsFailed(thrown),
      );
    } else {
      call.useSettings(settings);
    }
    return call;
  }

  find(callSid: CallSid): Call | undefined {
    return this.#calls.get(callSid);
  }

  next(callSid: CallSid): NextStep {
    return this.#calls.get(callSid)?.next() ?? this.#over.get(callSid) ?? { kind: "fallback" };
  }

  get draining(): boolean {
    return this.#draining;
  }

  async drain(deadlineMs: number): Promise<void> {
    this.#draining = true;
    if (this.#calls.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      const others = this.#onEmpty; // a second, more impatient drain must not leave the first one waiting
      this.#onEmpty = () => {
        others();
        resolve();
      };
    });
    const { after } = this.#deps.clock;
    const timers = [
      after(Math.max(0, deadlineMs - limits.drainHurryMs), () =>
        this.#each((call) => call.shutDown(limits.drainGoodbyeMs)),
      ),
      after(deadlineMs, () => this.#each((call) => call.letGo())),
    ];
    await empty;
    for (const timer of timers) timer.cancel();
  }

  #each(run: (call: Call) => void): void {
    for (const call of [...this.#calls.values()]) run(call);
  }

  #makeCall(incoming: IncomingCall): Call | null {
    try {
      const { makeEngine, makeDetectors, recordingShelf, ...shared } = this.#deps;
      const detectors = makeDetectors?.() ?? { vad: new Vad(), bargeIn: new BargeIn() };
      const onEnded = (next: NextStep): void => this.#ended(incoming.callSid, next);
      return new Call(incoming, {
        ...shared,
        shelf: recordingShelf ?? null,
        detectors,
        engine: makeEngine(incoming),
        onEnded,
      });
    } catch (thrown) {
      this.#deps.log.error("CALL", "call not made", { call: incoming.callSid, error: describeError(thrown) });
      return null;
    }
  }

  #ended(callSid: CallSid, next: NextStep): void {
    this.#calls.delete(callSid);
    this.#over.set(callSid, next);
    if (this.#over.size > overMax) this.#over.delete(this.#over.keys().next().value as CallSid);
    if (this.#calls.size > 0) return;
    this.#sweeper?.cancel();
    this.#sweeper = null;
    this.#onEmpty();
  }

  #startSweeping(): void {
    if (this.#sweeper) return;
    this.#lastSweepMs = this.#deps.clock.nowMs();
    this.#sweeper = this.#deps.clock.every(limits.sweepMs, () => this.#sweep());
  }

  #sweep(): void {
    const now = this.#deps.clock.nowMs();
    const lateMs = now - this.#lastSweepMs - limits.sweepMs;
    this.#lastSweepMs = now;
    const stoodStill = lateMs > stoodStillMs;
    if (stoodStill) this.#deps.log.warn("APP", "the process stood still", { ms: Math.round(lateMs) });
    this.#each((call) => {
      if (stoodStill) call.forgive(lateMs);
      call.sweep();
    });
  }
}
