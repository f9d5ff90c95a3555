import type { Clock, Timer } from "../base/clock.ts";
import type { CallSid } from "../base/ids.ts";
import type { MomentType } from "../db/announce.ts";
import { limits } from "../limits.ts";
import type { EngineUsage } from "../live-call/engine.ts";
import type { CallGlance } from "../live-call/glance.ts";
import type { CallEndRecord, CallEventRecord, CallJournal, TurnRecord } from "../live-call/journal.ts";
import type { LiveHub } from "../notify/live.ts";

export interface LiveTellingDeps {
  /** Where everything is written down; being told comes second. */
  journal: CallJournal;
  hub: Pick<LiveHub, "moment" | "watches" | "size">;
  clock: Clock;
}

/** Live calls of this process. */
interface GlancedCalls {
  glance(): CallGlance[];
}

type KnownCall = Pick<CallGlance, "callId" | "businessId">;

/**
 * Tells open panels what live calls say, what happens in them and how loud they are, as it happens: `call-turn`,
 * `call-event` and `call-level` moments with the call's id. While nobody looks it costs nothing.
 */
export class LiveTelling implements CallJournal {
  readonly #deps: LiveTellingDeps;
  /** Refreshed with every level: whose call it is, by the provider's id. */
  #known = new Map<CallSid, KnownCall>();
  #calls: GlancedCalls | null = null;
  #timer: Timer | null = null;

  constructor(deps: LiveTellingDeps) {
    this.#deps = deps;
  }

  /** From now on the levels of these calls are told. */
  watch(calls: GlancedCalls): void {
    this.#calls = calls;
    this.#timer = this.#deps.clock.every(limits.liveLevelMs, () => this.#tellLevels());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  turn(callSid: CallSid, turn: TurnRecord): void {
    this.#deps.journal.turn(callSid, turn);
    this.#tell("call-turn", callSid, turn);
  }

  event(callSid: CallSid, event: CallEventRecord): void {
    this.#deps.journal.event(callSid, event);
    this.#tell("call-event", callSid, event);
  }

  usage(callSid: CallSid, usage: EngineUsage): void {
    this.#deps.journal.usage(callSid, usage);
  }

  ended(callSid: CallSid, end: CallEndRecord): void {
    this.#deps.journal.ended(callSid, end);
    this.#tell("call-end", callSid, { reason: end.reason });
    this.#known.delete(callSid);
  }

  #tell(type: MomentType, callSid: CallSid, data: unknown): void {
    const call = this.#known.get(callSid);
    if (call) this.#deps.hub.moment(call.businessId, type, call.callId, data);
  }

  #tellLevels(): void {
    const { hub } = this.#deps;
    if (hub.size === 0) return this.#known.clear();
    const known = new Map<CallSid, KnownCall>();
    for (const call of this.#calls?.glance() ?? []) {
      if (!hub.watches(call.businessId)) continue;
      known.set(call.callSid, call);
      const { levelRms: level, noiseFloorRms: floor, speechThresholdRms: threshold, speaking, phase } = call;
      const rms = { level: Math.round(level), floor: Math.round(floor), threshold: Math.round(threshold) };
      hub.moment(call.businessId, "call-level", call.callId, { ...rms, speaking, phase });
    }
    this.#known = known;
  }
}
