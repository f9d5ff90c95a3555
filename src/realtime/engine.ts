import type { Clock, Timer } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { limits } from "../limits.ts";
import type {
  AnswerRequest,
  EngineContext,
  EngineEvents,
  EngineState,
  HeardCut,
  HistoryLine,
  VoiceEngine,
} from "../live-call/engine.ts";
import { AudioBacklog } from "./audio-backlog.ts";
import type { ConversationEvents } from "./conversation.ts";
import { lostWordsNote, SessionMemory, toolNote } from "./memory.ts";
import { Outage } from "./outage.ts";
import type { Ask } from "./sequencer.ts";
import { RealtimeSession, type SessionEnd } from "./session.ts";
import type { RealtimeSettings } from "./session-config.ts";

export interface RealtimeEngineDeps {
  clock: Clock;
  log: Log;
  settings: RealtimeSettings;
}

// There are five minutes for it before the provider ends the session: no reason to hammer a server in trouble.
const rotateAgainMs = 30_000;

/**
 * The Realtime engine: one session at a time, replaced when it is lost (within 4 s, with what the caller heard) or
 * near its end (`rotate`: the new one is ready before the old one goes).
 */
export class RealtimeEngine implements VoiceEngine {
  readonly name = "realtime";
  readonly #clock: Clock;
  readonly #settings: RealtimeSettings;
  readonly #backlog = new AudioBacklog();
  readonly #memory = new SessionMemory();
  /** Names of tool calls without a result. */
  readonly #openTools = new Map<string, string>();
  #log: Log;
  #state: EngineState = "idle";
  #context: EngineContext | null = null;
  #events: EngineEvents | null = null;
  #session: RealtimeSession | null = null;
  #successor: RealtimeSession | null = null;
  #outage: Outage | null = null;
  #retryTimer: Timer | null = null;
  #deadlineTimer: Timer | null = null;
  #wordsTimer: Timer | null = null;
  #autoAnswer = true;
  #rotateNotBeforeMs = 0;

  constructor(deps: RealtimeEngineDeps) {
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#settings = deps.settings;
  }

  get state(): EngineState {
    return this.#state;
  }

  get wantsRotation(): boolean {
    if (this.#state !== "ready" || this.#successor !== null || this.#clock.nowMs() < this.#rotateNotBeforeMs)
      return false;
    return this.#session?.wantsRotation ?? false;
  }

  open(context: EngineContext, events: EngineEvents): void {
    if (this.#state !== "idle") return;
    this.#context = context;
    this.#events = events;
    this.#log = this.#log.child(context.logFields);
    this.#state = "connecting";
    this.#outage = new Outage(this.#clock.nowMs());
    // Whoever opens the engine may still be under construction: nothing is reported before this returned.
    queueMicrotask(() => this.#tryAgain({ fatal: false, reason: "refused", code: "" }));
  }

  /** Hot. */
  appendAudio(payload: string): void {
    if (this.#state === "ready") this.#session?.appendAudio(payload);
    else if (this.#state === "idle" || this.#state === "connecting")
      this.#backlog.push(payload, limits.pendingInboundMs); // idle: the stream is faster than what is known of the business
    else if (this.#state === "reconnecting") this.#backlog.push(payload, limits.engineReconnectAudioMs);
  }

  setAutoAnswer(on: boolean): void {
    this.#autoAnswer = on;
    this.#session?.setAutoAnswer(on);
    this.#successor?.setAutoAnswer(on);
  }

  respond({ say, instructions, takeTurn }: AnswerRequest = {}): void {
    if (takeTurn === true && this.#state === "ready") this.#session?.conversation.takeTurn();
    if (say !== undefined) this.#ask({ kind: "say", text: say });
    else
      this.#ask({
        kind: "plain",
        ...(instructions !== undefined && { instructions: this.#withSession(instructions) }),
      });
  }

  interrupt(cuts: readonly HeardCut[]): void {
    if (this.#state === "ready") this.#session?.conversation.interrupt(cuts);
    else this.#outage?.interrupt();
  }

  addContext(role: HistoryLine["role"], text: string): void {
    if (role === "system") this.#memory.note(text);
    if (this.#state === "ready") this.#session?.addLine({ role, text });
    // A session that takes over is given the notes and the history, which contain this line.
    else if (this.#state === "connecting") this.#outage?.add({ role, text });
  }

  toolResult(toolCallId: string, output: string): void {
    const name = this.#openTools.get(toolCallId);
    if (name === undefined) return;
    this.#openTools.delete(toolCallId);
    this.#memory.note(toolNote(name, output));
    if (this.#state === "ready" && this.#session?.conversation.toolResult(toolCallId, output) === true) return;
    // The call was made in a session that is gone: its successor learns the result as a line, then goes on.
    if (this.#state === "ready") this.#session?.addLine({ role: "system", text: toolNote(name, output) });
    if (this.#openTools.size === 0) this.#ask({ kind: "continue" });
  }

  rotate(): void {
    if (this.#state !== "ready" || this.#successor !== null) return;
    this.#log.info("REALTIME", "rotation begins");
    this.#successor = this.#newSession();
  }

  windUp(spoke: boolean, over: () => void): void {
    const session = this.#state === "ready" ? this.#session : null;
    if (session === null) {
      this.close();
      return over();
    }
    this.#state = "closed"; // to commands; what the session still says is passed on
    this.#settle();
    this.#successor?.close();
    this.#successor = null;
    session.windUp(spoke, () => {
      this.#session = null; // closed
      this.#forget();
      over();
    });
  }

  close(): void {
    if (this.#state === "closed") this.#forget();
    else this.#stop("closed");
  }

  /** The provider would put them in the place of the session's: an answer without the business's prices would make them up. */
  #withSession(instructions: string): string {
    return `${instructions}\n\n${this.#context?.instructions ?? ""}`;
  }

  #ask(ask: Ask): void {
    if (this.#state === "ready") this.#session?.conversation.ask(ask);
    else this.#outage?.ask(ask);
  }

  #connect(): void {
    const { apiKey } = this.#settings;
    if (apiKey === null) return this.#lost({ fatal: true, reason: "no_api_key", code: "" });
    try {
      this.#session = this.#newSession();
    } catch (thrown) {
      // A key or an address that cannot be sent at all; this may run in a timer, where a throw would end the process.
      this.#log.error("REALTIME-ERROR", "no connection possible", { error: describeError(thrown) });
      this.#lost({ fatal: true, reason: "bad_settings", code: "" });
    }
  }

  #newSession(): RealtimeSession {
    const session: RealtimeSession = new RealtimeSession({
      clock: this.#clock,
      log: this.#log,
      settings: this.#settings,
      apiKey: this.#settings.apiKey ?? "",
      purpose: { kind: "call", context: this.#context! },
      autoAnswer: this.#autoAnswer,
      events: this.#eventsOf(() => session === this.#session),
      // A successor becomes the session in use: what its end means is decided when it comes.
      owner: {
        configured: () => (session === this.#successor ? this.#awaitQuiet() : this.#ready()),
        ended: (end) => (session === this.#successor ? this.#rotationFailed(end) : this.#sessionEnded(end)),
      },
    });
    return session;
  }

  /** The call's events, as long as they come from the session in use and the engine is not closed. */
  #eventsOf(inUse: () => boolean): ConversationEvents {
    const to = (): EngineEvents | null => (inUse() ? this.#events : null);
    return {
      callerSpeech: (edge) => to()?.callerSpeech(edge),
      callerTurn: (itemId) => to()?.callerTurn(itemId),
      answerStarted: (answerId) => to()?.answerStarted(answerId),
      audio: (itemId, payload) => to()?.audio(itemId, payload),
      audioDone: (itemId) => to()?.audioDone(itemId),
      answerDone: (outcome) => {
        to()?.answerDone(outcome);
        this.#swapSoon();
      },
      transcript: (line) => {
        to()?.transcript(line);
        if (line.final) this.#swapSoon();
      },
      toolCall: (call) => {
        this.#openTools.set(call.id, call.name);
        to()?.toolCall(call);
      },
      usage: (usage) => this.#events?.usage(usage),
      error: (problem) => {
        to()?.error(problem);
        this.#swapSoon();
      },
    };
  }

  #ready(): void {
    const session = this.#session;
    const outage = this.#outage;
    if (session === null || outage === null) return;
    const resumed = this.#state === "reconnecting";
    this.#settle();
    this.#state = "ready";
    this.#log.info("REALTIME", resumed ? "reconnected" : "connected", {
      ms: Math.round(outage.elapsedMs(this.#clock.nowMs())),
      buffered_ms: Math.round(this.#backlog.ms),
    });
    if (resumed) this.#takeOver(session);
    for (const line of outage.lines) session.addLine(line);
    this.#backlog.drain((payload) => session.appendAudio(payload));
    session.conversation.askAll(outage.asks);
    this.#events?.ready();
  }

  #takeOver(session: RealtimeSession): void {
    for (const line of this.#memory.takeover(this.#context?.history() ?? [])) session.addLine(line);
  }

  /** The successor can take over: as soon as nothing is lost by it, or in any pause when words are too long in coming. */
  #awaitQuiet(): void {
    const conversation = this.#session?.conversation;
    const owed = conversation?.unworded ?? new Set();
    this.#wordsTimer = this.#clock.after(limits.engineWordsMs, () => {
      const isOverdue = conversation !== undefined && !owed.isDisjointFrom(conversation.unworded);
      if (isOverdue) conversation.expectNoWords();
      this.#awaitQuiet();
    });
    this.#swapWhenQuiet();
  }

  /** Deferred: the session has not finished with this event yet. */
  #swapSoon(): void {
    if (this.#successor?.open === true) queueMicrotask(() => this.#swapWhenQuiet());
  }

  #swapWhenQuiet(): void {
    const successor = this.#successor;
    if (this.#state !== "ready" || successor?.open !== true || this.#session?.conversation.quiet !== true) return;
    const { knowsMore } = this.#session.conversation;
    this.#wordsTimer?.cancel();
    this.#session.close();
    this.#session = successor;
    this.#successor = null;
    this.#takeOver(successor);
    if (knowsMore) successor.addLine({ role: "system", text: lostWordsNote });
    this.#log.info("REALTIME", "rotated");
  }

  #rotationFailed({ reason, code }: SessionEnd): void {
    this.#wordsTimer?.cancel();
    this.#successor = null;
    this.#rotateNotBeforeMs = this.#clock.nowMs() + rotateAgainMs;
    this.#log.warn("REALTIME", "rotation failed", { reason, code });
  }

  /** A session ended: the one in use is replaced, one that never came up is tried again. */
  #sessionEnded(end: SessionEnd): void {
    if (end.fatal) return this.#lost(end);
    const conversation = this.#session?.conversation;
    if (this.#state === "ready" && conversation !== undefined) {
      this.#successor?.close();
      this.#successor = null;
      this.#wordsTimer?.cancel();
      this.#state = "reconnecting";
      this.#outage = new Outage(this.#clock.nowMs(), conversation.unfinished());
      if (conversation.knowsMore) this.#outage.add({ role: "system", text: lostWordsNote });
      this.#deadlineTimer = this.#clock.after(limits.engineReconnectMs, () =>
        this.#lost({ fatal: false, reason: "reconnect_too_slow", code: end.code }),
      );
      this.#events?.reconnecting(end.reason);
      conversation.broken();
    }
    this.#session = null;
    this.#tryAgain(end);
  }

  #tryAgain(end: SessionEnd): void {
    const delayMs = this.#outage?.nextTryInMs(this.#clock.nowMs());
    if (delayMs === undefined) return;
    if (delayMs === null) return this.#lost(end);
    if (delayMs === 0) return this.#connect();
    this.#retryTimer = this.#clock.after(delayMs, () => this.#connect());
  }

  #lost(end: SessionEnd): void {
    const events = this.#events;
    this.#log.error("REALTIME-ERROR", "engine lost", { reason: end.reason, code: end.code, fatal: end.fatal });
    this.#stop("lost");
    events?.lost(end.reason, end.code);
  }

  #stop(state: "lost" | "closed"): void {
    if (this.#state === "closed" || this.#state === "lost") return;
    this.#state = state;
    this.#settle();
    this.#forget();
  }

  #forget(): void {
    this.#events = null;
    this.#session?.close();
    this.#successor?.close();
    this.#session = null;
    this.#successor = null;
    this.#backlog.clear();
  }

  #settle(): void {
    this.#outage = null;
    this.#retryTimer?.cancel();
    this.#deadlineTimer?.cancel();
    this.#wordsTimer?.cancel();
  }
}
