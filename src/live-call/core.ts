import type { Clock } from "../base/clock.ts";
import type { CallSid } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { Deadlines } from "./deadlines.ts";
import type { VoiceEngine } from "./engine.ts";
import type { CallEventRecord, CallJournal } from "./journal.ts";
import type { Phrases } from "./phrases.ts";
import type { CallSettings } from "./settings.ts";

/** Every moment a call may wait for; see `Deadlines`. */
export const deadlineNames = [
  "filler",
  "retry",
  "give_up",
  "missed_turn",
  "judge",
  "caller_silent",
  "keypad",
  "keys_over",
  "goodbye",
  "tool_give_up",
  "reconnect_filler",
  "greeting_patience",
  "next_step",
  "length_warning",
  "length_end",
] as const;

export type DeadlineName = (typeof deadlineNames)[number];

export interface CoreDeps {
  callSid: CallSid;
  clock: Clock;
  log: Log;
  journal: CallJournal;
  phrases: Phrases;
  engine: VoiceEngine;
}

// Written before the engine is ready: a greeting, a key or two.
const rememberedMax = 16;

/** What all parts of one call share: its clock, its log, its engine, its settings once they are known. */
export class CallCore {
  readonly callSid: CallSid;
  readonly clock: Clock;
  readonly journal: CallJournal;
  readonly phrases: Phrases;
  readonly engine: VoiceEngine;
  readonly deadlines = new Deadlines<DeadlineName>(deadlineNames);
  readonly startedMs: number;
  log: Log;
  settings: CallSettings | null = null;
  over = false;
  /** Nothing the engine says counts any more. */
  engineOver = false;
  #unsaid: { role: "caller" | "assistant" | "system"; text: string }[] = [];
  #everReady = false;

  constructor(deps: CoreDeps) {
    this.callSid = deps.callSid;
    this.clock = deps.clock;
    this.journal = deps.journal;
    this.phrases = deps.phrases;
    this.engine = deps.engine;
    this.log = deps.log.child({ call: deps.callSid });
    this.startedMs = deps.clock.nowMs();
  }

  nowMs(): number {
    return this.clock.nowMs();
  }

  /** Whole ms since the call began: the time of turns and events. */
  atMs(): number {
    return Math.round(this.clock.nowMs() - this.startedMs);
  }

  /** Nothing is written after the end: it is the last record of a call. */
  event(kind: string, detail: CallEventRecord["detail"] = {}): void {
    if (!this.over) this.journal.event(this.callSid, { atMs: this.atMs(), kind, detail });
  }

  arm(name: DeadlineName, inMs: number): void {
    this.deadlines.arm(name, this.nowMs() + inMs);
  }

  /** Adds a line to the engine's memory; before the engine was ever ready it is kept until then. */
  remember(role: "caller" | "assistant" | "system", text: string): void {
    if (text === "") return;
    if (this.#everReady) this.engine.addContext(role, text);
    else if (this.#unsaid.length < rememberedMax) this.#unsaid.push({ role, text });
  }

  /** The engine is ready for the first time: it learns what was kept. */
  engineReady(): void {
    this.#everReady = true;
    for (const line of this.#unsaid) this.engine.addContext(line.role, line.text);
    this.#unsaid = [];
  }
}
