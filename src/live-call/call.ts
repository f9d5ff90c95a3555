import type { Clock } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { limits } from "../limits.ts";
import { CallerEar, type Detectors } from "./caller-ear.ts";
import { Conversation } from "./conversation.ts";
import { CallCore, type DeadlineName } from "./core.ts";
import type { VoiceEngine } from "./engine.ts";
import { engineEvents } from "./engine-events.ts";
import type { CallGlance } from "./glance.ts";
import { Greeting } from "./greeting.ts";
import { createInbound, type InboundState, onMediaFrame, openUplink } from "./inbound.ts";
import type { CallEndReason, CallJournal } from "./journal.ts";
import { Keypad } from "./keypad.ts";
import { PhoneLeg } from "./leg.ts";
import type { Line } from "./line.ts";
import type { NextStep, PhoneControl } from "./phone-control.ts";
import type { Phrases } from "./phrases.ts";
import { engineNotes } from "./phrases-text.ts";
import { Playout } from "./playout.ts";
import { Recording } from "./recording.ts";
import type { RecordingShelf } from "./recording-shelf.ts";
import type { CallSettings, IncomingCall } from "./settings.ts";
import { SilenceWatch } from "./silence.ts";
import { StreamStart } from "./stream-start.ts";
import { Transcript } from "./transcript.ts";
import { Uplink } from "./uplink.ts";
import type { BargeIn } from "./vad/barge-in.ts";
import { CallTrace, TRACE_KEYPAD, TRACE_RESUMED } from "./vad/trace.ts";
import type { Vad } from "./vad/vad.ts";
import {
  VERDICT_BARGE_IN,
  VERDICT_DRAINED,
  VERDICT_NONE,
  VERDICT_NOTICED,
  VERDICT_SPEECH_ENDED,
  VERDICT_SPEECH_STARTED,
  VERDICT_THRESHOLD,
  VerdictRing,
} from "./verdicts.ts";
import { Vitals } from "./vitals.ts";

export interface CallDeps {
  clock: Clock;
  log: Log;
  journal: CallJournal;
  phrases: Phrases;
  phone: PhoneControl;
  engine: VoiceEngine;
  detectors: Detectors;
  recordCalls: boolean;
  shelf: RecordingShelf | null;
  /** The call is over and has written its end. */
  onEnded(next: NextStep): void;
}

// What one message can bring is far below this; it bounds a loop of a verdict that posts another.
const verdictsPerTickMax = 256;
/** One live call, from the webhook to its end. Every public method is safe: a throw inside ends this call only. */
export class Call {
  readonly incoming: IncomingCall;
  readonly startedAt: Temporal.Instant;
  readonly #deps: CallDeps;
  readonly #core: CallCore;
  readonly #leg: PhoneLeg;
  readonly #vad: Vad;
  readonly #bargeIn: BargeIn;
  readonly #trace = new CallTrace(limits.callMs + limits.goodbyeMs);
  readonly #streamStart = new StreamStart();
  readonly #verdicts = new VerdictRing();
  #recording: Recording | null;
  readonly #transcript: Transcript;
  readonly #playout: Playout;
  readonly #inbound: InboundState;
  readonly #talk: Conversation;
  readonly #silence: SilenceWatch;
  readonly #greeting: Greeting;
  readonly #keypad: Keypad;
  readonly #ear: CallerEar;
  readonly #vitals: Vitals;
  readonly #onDeadline: Record<DeadlineName, () => void>;
  #line: Line | null = null;
  #heardAssistant = false;
  #outAtMs = 0; // what follows is between the caller and the provider
  #endReason: CallEndReason | null = null;

  constructor(incoming: IncomingCall, deps: CallDeps) {
    this.incoming = incoming;
    this.startedAt = deps.clock.instant();
    this.#deps = deps;
    this.#core = new CallCore({ ...deps, callSid: incoming.callSid });
    this.#vad = deps.detectors.vad;
    this.#bargeIn = deps.detectors.bargeIn;
    this.#recording = deps.recordCalls
      ? new Recording(limits.callMs + limits.goodbyeMs, deps.shelf?.open(incoming.callSid))
      : null;
    this.#transcript = new Transcript((turn) => deps.journal.turn(incoming.callSid, turn));
    this.#playout = this.#makePlayout();
    const uplink = new Uplink(deps.engine, limits.uplinkRingMs);
    this.#inbound = createInbound({
      vad: this.#vad,
      bargeIn: this.#bargeIn,
      trace: this.#trace,
      recording: this.#recording,
      playout: this.#playout,
      uplink,
      verdicts: this.#verdicts,
    });
    this.#leg = this.#makeLeg();
    this.#talk = this.#makeConversation();
    this.#silence = new SilenceWatch(this.#core, this.#talk);
    this.#greeting = new Greeting(this.#core, this.#talk, (run) => this.#guard(run));
    this.#keypad = new Keypad(this.#core);
    this.#ear = new CallerEar(this.#core, this.#vad, this.#talk, this.#silence);
    this.#vitals = new Vitals(this.#core, { inbound: this.#inbound, playout: this.#playout, vad: this.#vad });
    this.#onDeadline = this.#deadlineTable();
  }

  /** What staff sees of a call that is going on; null until its business is known, and when the phone call is over. */
  get glance(): CallGlance | null {
    const { settings, callSid } = this.#core;
    if (!settings || this.#endReason !== null) return null;
    const { callId, businessId } = settings;
    const speaking = this.#vad.speaking ? "caller" : this.#playout.active ? "assistant" : "nobody";
    const { incoming, startedAt } = this;
    const { levelRms, noiseFloorRms, speechThresholdRms } = this.#vad;
    const levels = { levelRms, noiseFloorRms, speechThresholdRms };
    return { callId, callSid, businessId, from: incoming.from, startedAt, phase: this.#leg.phase, speaking, ...levels };
  }

  // ── from the switchboard ─────────────────────────────────────────────────────────────────────────────────────

  /** The business is known: opens the engine and, when the stream is up already, greets. Once. */
  useSettings(settings: CallSettings): void {
    this.#guard(() => {
      if (this.#core.settings || !this.#leg.up) return;
      const core = this.#core;
      core.settings = settings;
      if (!settings.record) this.#stopRecording();
      core.log = this.#deps.log.child({ biz: settings.businessId, call: core.callSid });
      this.#deps.log.info("CALL", "new call started", {
        biz: settings.businessId,
        has_greeting: settings.greeting !== null,
        call: core.callSid,
      });
      const maxMs = Math.min(settings.maxCallMs, limits.callMs);
      core.deadlines.arm("length_end", core.startedMs + maxMs);
      core.deadlines.arm("length_warning", core.startedMs + Math.max(0, maxMs - (limits.callMs - limits.callWarnMs)));
      this.#openEngine(settings);
      this.#greeting.prepare();
      if (this.#line) this.#greeting.begin();
    });
  }

  /** Until the business was known, nobody could say that it records nothing. */
  #stopRecording(): void {
    this.#recording?.discard();
    this.#recording = null;
    this.#inbound.recording = null;
  }

  /** The business could not be found or read. */
  settingsFailed(thrown: unknown): void {
    this.#guard(() => {
      this.#core.log.error("CALL", "settings not available", { error: describeError(thrown) });
      this.#leg.fail("no_settings");
    });
  }

  /** Every 250 ms. */
  sweep(): void {
    this.#guard(() => {
      const now = this.#core.nowMs();
      const reason = this.#vitals.check(this.#leg.phase, !this.#talk.closing.spoken, now);
      if (reason !== null) this.#leg.fail(reason);
      this.#playout.pump(now);
      this.#settle(now);
    });
  }

  /** The whole process stood still for `byMs`: nobody's deadline passed in that time. */
  forgive(byMs: number): void {
    this.#core.deadlines.postpone(byMs);
    this.#vitals.forgive(byMs);
  }

  /** What the provider should do now that the stream is over. */
  next(): NextStep {
    let step: NextStep = { kind: "fallback" };
    this.#guard(() => {
      step = this.#leg.next();
    });
    return step;
  }

  /** The process goes down: says goodbye and hangs up, at the latest `withinMs` from now. */
  shutDown(withinMs: number): void {
    this.#guard(() => this.#sayGoodbye("shutdown_goodbye", "shutdown", withinMs));
  }

  /** The process waits no longer, neither for the caller nor for the provider. */
  letGo(): void {
    this.#guard(() => this.#leg.letGo());
    this.#attempt(() => this.#core.engine.close());
    this.#nothingOwed();
  }

  // ── from the line ────────────────────────────────────────────────────────────────────────────────────────────

  /** The stream started with a valid token. A second line is closed: a call has one. */
  attach(line: Line): void {
    this.#guard(() => {
      if (this.#line || this.#leg.phase !== "answering") {
        line.close();
        return;
      }
      this.#line = line;
      this.#vitals.attached(line);
      this.#playout.attach(line);
      this.#leg.attached();
      this.#settle(this.#core.nowMs());
    });
  }

  /** One media message: base64 mu-law and its stream time in ms. Hot. */
  onMedia(payload: string, timestampMs: number): void {
    if (!this.#leg.streaming) return;
    try {
      const now = this.#deps.clock.nowMs();
      onMediaFrame(this.#inbound, payload, timestampMs, now);
      this.#streamStart.heard(this.#inbound.expectedMs, now);
      this.#settle(now);
    } catch (thrown) {
      this.#bug(thrown);
    }
  }

  onMark(name: string): void {
    this.#guard(() => {
      if (!this.#leg.streaming) return;
      const now = this.#core.nowMs();
      this.#playout.marked(name, now);
      this.#settle(now);
    });
  }

  onKeypad(digit: string): void {
    this.#guard(() => {
      if (!this.#leg.streaming) return;
      this.#bargeIn.keypad();
      this.#inbound.traceFlags |= TRACE_KEYPAD;
      this.#silence.heard();
      this.#talk.keyPressed();
      if (this.#keypad.press(digit)) this.#takeKeypad();
      this.#settle(this.#core.nowMs());
    });
  }

  onLineClosed(reason: "stop" | "closed" | "error"): void {
    this.#guard(() => {
      this.#core.event("line_closed", { reason });
      this.#leg.lineClosed(reason);
    });
  }

  /** Final call status. */
  onProviderEnded(): void {
    this.#guard(() => this.#leg.providerEnded());
  }

  // ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** Handles, in the same tick, what the audio path found, and what is due. */
  #settle(nowMs: number): void {
    for (let count = 0; count < verdictsPerTickMax; count++) {
      const verdict = this.#verdicts.take();
      if (verdict === VERDICT_NONE) break;
      this.#onVerdict(verdict);
    }
    for (let name = this.#core.deadlines.take(nowMs); name !== null; name = this.#core.deadlines.take(nowMs)) {
      this.#onDeadline[name]();
    }
    if (this.#playout.refused) this.#leg.fail("line_refused");
  }

  #onVerdict(verdict: number): void {
    switch (verdict) {
      case VERDICT_SPEECH_STARTED:
        this.#ear.speechStarted();
        break;
      case VERDICT_SPEECH_ENDED:
        this.#ear.speechEnded();
        break;
      case VERDICT_BARGE_IN:
        this.#talk.bargeIn();
        break;
      case VERDICT_NOTICED:
        this.#ear.noticed();
        this.#core.event("noticed", { spoken_ms: this.#vad.utteranceMs });
        break;
      case VERDICT_THRESHOLD:
        this.#ear.logThreshold();
        break;
      case VERDICT_DRAINED:
        this.#talk.drained();
        break;
    }
  }

  #assistantHeard(): void {
    if (this.#heardAssistant || !this.#line) return;
    this.#heardAssistant = true;
    const ms = Math.round(this.#core.nowMs() - this.#vitals.attachedMs);
    this.#core.log.info("CALL", `first AI response started after ${ms} ms`);
    this.#core.event("first_response", { after_ms: ms });
  }

  #takeKeypad(): void {
    const digits = this.#keypad.take();
    if (digits === "") return;
    const text = `[DTMF ${digits}]`;
    const at = this.#core.atMs();
    this.#transcript.callerTurn(`keypad:${at}`, at, at);
    this.#transcript.text("caller", `keypad:${at}`, text, true);
    this.#core.event("keypad", { keys: digits.length });
    this.#talk.stop();
    this.#core.remember("caller", text);
    this.#talk.request();
  }

  #openEngine(settings: CallSettings): void {
    this.#core.engine.open(
      {
        logFields: { biz: settings.businessId, call: this.#core.callSid },
        instructions: settings.instructions,
        languages: settings.languages,
        keywords: settings.keywords,
        voice: settings.voice,
        tools: settings.tools.definitions,
        history: () => this.#transcript.history(limits.historyTurnsMax),
      },
      engineEvents({
        core: this.#core,
        leg: this.#leg,
        talk: this.#talk,
        playout: this.#playout,
        transcript: this.#transcript,
        greeting: this.#greeting,
        takeSpeech: () => this.#ear.takeSpeech(),
        guard: (run) => this.#guard(run),
        settle: () => this.#settle(this.#core.nowMs()),
      }),
    );
  }

  #sayGoodbye(phrase: "time_is_up" | "shutdown_goodbye", reason: CallEndReason, withinMs: number): void {
    if (!this.#leg.up) return;
    this.#talk.stop();
    if (this.#line) this.#talk.lastWords(phrase, { kind: "end", reason }, withinMs);
    else this.#leg.hangUp(reason);
  }

  /** The phone call is over; what the engine still owes of it belongs to it. */
  #finish(reason: CallEndReason): void {
    this.#endReason = reason;
    if (this.#core.engineOver) this.#writeEnd(reason);
  }

  #nothingOwed(): void {
    this.#core.engineOver = true;
    if (this.#endReason !== null) this.#writeEnd(this.#endReason);
  }

  #writeEnd(reason: CallEndReason): void {
    if (this.#core.over) return;
    const durationMs = this.#outAtMs;
    this.#attempt(() => this.#transcript.finish(durationMs));
    this.#core.log.info("CALL", "call ended", { reason, ms: durationMs });
    this.#core.over = true;
    const recording = this.#attempt(() => this.#recording?.finish()) ?? null;
    const trace = this.#attempt(() => (this.#inbound.framesSeen > 0 ? this.#trace.finish() : null)) ?? null;
    const streamAtMs = this.#streamStart.since(this.#core.startedMs);
    this.#attempt(() =>
      this.#deps.journal.ended(this.#core.callSid, { reason, durationMs, streamAtMs, recording, trace }),
    );
    this.#attempt(() => this.#deps.onEnded(this.#leg.afterEnd));
  }

  /** The assistant is out. */
  #release(): void {
    this.#outAtMs = this.#core.atMs();
    this.#attempt(() => this.#talk.hungUp());
    this.#core.deadlines.disarmAll();
    const isTold = this.#attempt(() => {
      this.#core.engine.windUp(this.#ear.leave(), () => this.#nothingOwed());
      return true;
    });
    if (isTold === undefined) this.#core.engineOver = true; // nobody would say so
  }

  /** One step of a call's end: a throw in it must not keep the others from being taken. */
  #attempt<T>(step: () => T): T | undefined {
    try {
      return step();
    } catch (thrown) {
      this.#core.log.error("CALL", "bug while ending a call", { error: describeError(thrown) });
      return undefined;
    }
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (thrown) {
      this.#bug(thrown);
    }
  }

  /** A fault of our own: this call goes to the recording flow, and if even that throws it is simply over. */
  #bug(thrown: unknown): void {
    this.#core.log.error("CALL", "bug in a live call", { error: describeError(thrown) });
    try {
      this.#leg.fail("bug", "bug");
    } catch (again) {
      this.#core.log.error("CALL", "bug while ending a call", { error: describeError(again) });
    }
  }

  // ── wiring ───────────────────────────────────────────────────────────────────────────────────────────────────

  #makePlayout(): Playout {
    const settings = {
      leadMs: limits.playoutLeadMs,
      markEveryMs: limits.markEveryMs,
      queueMs: limits.playoutQueueMs,
      markSlackMs: limits.markSlackMs,
    };
    return new Playout(settings, {
      itemBegan: (itemId) => this.#talk.itemBegan(itemId),
      itemHeard: (itemId, heardMs) => this.#talk.itemHeard(itemId, heardMs),
      drained: () => this.#verdicts.post(VERDICT_DRAINED),
      heardAudio: (fifo, from, length) =>
        this.#recording?.assistant(fifo, from, length, this.#core.nowMs() - this.#inbound.arrivals.undelayed(0)),
    });
  }

  #makeLeg(): PhoneLeg {
    return new PhoneLeg({
      callSid: this.#core.callSid,
      phone: this.#deps.phone,
      core: this.#core,
      begin: () => this.#greeting.begin(),
      release: () => this.#release(),
      closeLine: () => this.#line?.close(),
      finish: (reason) => this.#finish(reason),
      guard: (run) => this.#guard(run),
    });
  }

  #makeConversation(): Conversation {
    return new Conversation({
      core: this.#core,
      leg: this.#leg,
      playout: this.#playout,
      transcript: this.#transcript,
      vad: this.#vad,
      openUplink: () => openUplink(this.#inbound),
      traceResumed: () => {
        this.#inbound.traceFlags |= TRACE_RESUMED;
      },
      speaking: () => this.#assistantHeard(),
      guard: (run) => this.#guard(run),
    });
  }

  #deadlineTable(): Record<DeadlineName, () => void> {
    const talk = this.#talk;
    return {
      filler: () => talk.fillerDue(),
      retry: () => talk.retryDue(),
      give_up: () => talk.giveUpDue(),
      missed_turn: () => talk.missedTurnDue(),
      judge: () => talk.judge(),
      caller_silent: () => this.#silence.due(),
      keypad: () => this.#takeKeypad(),
      keys_over: () => talk.autoAnswer.keysOver(),
      goodbye: () => talk.goodbyeDue(),
      tool_give_up: () => talk.tools.giveUp(),
      reconnect_filler: () => talk.lineTrouble(),
      greeting_patience: () => this.#greeting.patienceOver(),
      next_step: () => this.#leg.nobodyAsked(),
      length_warning: () => this.#core.remember("system", engineNotes.lengthWarning),
      length_end: () => this.#sayGoodbye("time_is_up", "time_limit", limits.goodbyeMs),
    };
  }
}
