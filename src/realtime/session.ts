import type { Clock, Timer } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { limits } from "../limits.ts";
import type { HistoryLine } from "../live-call/engine.ts";
import { ModelSocket, realtimeUrl, type SocketClosure } from "./client.ts";
import { appendAudioFrame, lineFrame, sessionUpdateFrame } from "./client-events.ts";
import { Conversation, type ConversationEvents } from "./conversation.ts";
import { classifyClosure, classifyFailedAnswer, classifyProblem } from "./errors.ts";
import { isIgnoredByName, type Read, type ServerEvent, type WireProblem } from "./events.ts";
import {
  autoAnswerChange,
  fullSession,
  minimalSession,
  type RealtimeSettings,
  type SessionPurpose,
} from "./session-config.ts";

/** What a session tells its owner about the connection. */
export interface SessionOwner {
  /** The settings are in force, or their confirmation never came: audio may flow. */
  configured(): void;
  /** The session is over, and not by `close`. Nothing follows. */
  ended(end: SessionEnd): void;
}

export interface SessionEnd {
  /** No other session can work either. */
  fatal: boolean;
  /** In our words: "closed", "silent", "http_status"… */
  reason: string;
  /** The provider's code, or "". */
  code: string;
}

export interface SessionDeps {
  clock: Clock;
  log: Log;
  settings: RealtimeSettings;
  apiKey: string;
  purpose: SessionPurpose;
  autoAnswer: boolean;
  events: ConversationEvents;
  owner: SessionOwner;
}

type Stage = "connecting" | "configuring" | "configuring_minimal" | "open" | "over";

/** One Realtime session on one socket, from connecting to its end. A new socket is always an empty session. */
export class RealtimeSession {
  readonly conversation: Conversation;
  readonly #deps: SessionDeps;
  readonly #socket: ModelSocket;
  #stage: Stage = "connecting";
  #autoAnswer: boolean;
  #rotateAtMs: number;
  #configureTimer: Timer | null = null;
  #silenceTimer: Timer | null = null;
  /** Set while only what is owed is waited for. */
  #winding: { over: () => void; timer: Timer } | null = null;
  #lastEventMs: number;
  #unreadable = 0;
  /** The server said at least `session.created`: it is alive, whatever it thinks of our settings. */
  #greeted = false;

  constructor(deps: SessionDeps) {
    const { clock, settings } = deps;
    this.#deps = deps;
    this.#autoAnswer = deps.autoAnswer;
    this.#lastEventMs = clock.nowMs();
    this.#rotateAtMs = clock.nowMs() + limits.engineRotateMs;
    this.conversation = new Conversation(
      { send: (frame) => this.#send(frame), answerFailed: (problem) => this.#answerFailed(problem) },
      deps.events,
      { answers: settings.realtimeModel, transcripts: settings.liveTranscribeModel },
      deps.autoAnswer,
    );
    this.#socket = new ModelSocket(clock, realtimeUrl(settings.baseUrl, settings.realtimeModel), deps.apiKey, {
      opened: () => this.#configure(),
      received: (read) => this.#received(read),
      closed: (closure) => this.#lost(closure),
    });
  }

  get open(): boolean {
    return this.#stage === "open";
  }

  get wantsRotation(): boolean {
    return this.#deps.clock.nowMs() >= this.#rotateAtMs;
  }

  /** Hot. */
  appendAudio(payload: string): void {
    this.#socket.send(appendAudioFrame(payload));
  }

  addLine(line: HistoryLine): void {
    this.#socket.send(lineFrame(line));
  }

  setAutoAnswer(on: boolean): void {
    if (this.#autoAnswer === on) return;
    this.#autoAnswer = on;
    this.#socket.send(sessionUpdateFrame(autoAnswerChange(this.#deps.settings, on), on ? "answer_on" : "answer_off"));
    this.conversation.setAutoAnswer(on);
  }

  /** Asks for nothing any more, waits for what is owed (see `VoiceEngine.windUp`), closes and tells `over`. */
  windUp(spoke: boolean, over: () => void): void {
    this.#winding = { over, timer: this.#deps.clock.after(limits.engineLingerMs, () => this.#wound()) };
    if (!this.conversation.owes(spoke)) return this.#wound();
    this.setAutoAnswer(false); // before the turn that is taken below
    this.conversation.windUp(spoke);
  }

  close(): void {
    this.#over();
    this.#socket.close();
  }

  #wound(): void {
    const winding = this.#winding;
    this.close();
    winding?.over();
  }

  #configure(): void {
    const { settings, purpose, clock } = this.#deps;
    this.#stage = "configuring";
    this.#socket.send(sessionUpdateFrame(fullSession(settings, purpose, this.#autoAnswer), "configure"));
    this.#configureTimer = clock.after(limits.engineConfigureMs, () => {
      if (this.#greeted) return this.#configured("unconfirmed");
      // It has not said a word: given the time of any server that owes one.
      this.#configureTimer = clock.after(limits.engineStuckMs - limits.engineConfigureMs, () => {
        if (this.#greeted) this.#configured("unconfirmed");
        else this.#socket.fail("silent", "no session.created");
      });
    });
  }

  /** A new field that the provider does not know must not cost the call: once more with the necessary ones. */
  #configureRejected(problem: WireProblem): void {
    const { settings, purpose, log } = this.#deps;
    log.warn("REALTIME-ERROR", "session settings rejected", { code: problem.code, message: problem.message });
    if (this.#stage === "configuring_minimal") return this.#giveUp(true, "settings_rejected", problem.code);
    if (this.#stage === "configuring") this.#stage = "configuring_minimal";
    // Rejected late, after it was used unconfirmed: it still speaks the provider's own format until it is told ours.
    else if (this.#stage !== "open" || problem.requestId === "configure_minimal") return;
    this.conversation.expectNoWords();
    this.#socket.send(sessionUpdateFrame(minimalSession(settings, purpose, this.#autoAnswer), "configure_minimal"));
  }

  #configured(outcome: "confirmed" | "minimal" | "unconfirmed"): void {
    if (this.#stage !== "configuring" && this.#stage !== "configuring_minimal") return;
    this.#stage = "open";
    this.#configureTimer?.cancel();
    if (outcome !== "confirmed") this.#deps.log.warn("REALTIME", "session settings", { outcome });
    this.#deps.owner.configured();
  }

  #received(read: Read): void {
    this.#lastEventMs = this.#deps.clock.nowMs();
    if (read.kind === "known") {
      this.#handle(read.event);
      if (this.#winding !== null && !this.conversation.owes()) return this.#wound();
      this.#watchSilence();
    } else if (read.kind === "unreadable") {
      // One line per session: a peer that sends garbage sends much of it.
      if (this.#unreadable++ === 0) this.#deps.log.warn("REALTIME-ERROR", "unreadable event", { why: read.why });
    } else if (!isIgnoredByName(read.type)) this.#deps.log.debug("REALTIME", "unknown event", { type: read.type });
  }

  #handle(event: ServerEvent): void {
    switch (event.type) {
      case "session.created":
        this.#greeted = true;
        return this.#noteExpiry(event.expiresAtSeconds);
      case "session.updated":
        this.#noteExpiry(event.expiresAtSeconds);
        return this.#configured(this.#stage === "configuring_minimal" ? "minimal" : "confirmed");
      case "error":
        return this.#failed(event.problem);
      default:
        return this.conversation.handle(event);
    }
  }

  #noteExpiry(expiresAtSeconds: number | null): void {
    if (expiresAtSeconds === null) return;
    const leftMs = expiresAtSeconds * 1000 - this.#deps.clock.instant().epochMilliseconds;
    const rotateAtMs = this.#deps.clock.nowMs() + leftMs - limits.engineRotateBeforeExpiryMs;
    this.#rotateAtMs = Math.min(this.#rotateAtMs, rotateAtMs);
  }

  #failed(problem: WireProblem): void {
    const { log, events } = this.#deps;
    const { code, type, message, requestId } = problem;
    const kind = classifyProblem(problem, this.#stage === "open");
    const configuring = requestId === "configure" || requestId === "configure_minimal";
    if (configuring && kind !== "fatal") return this.#configureRejected(problem);
    const fields = { class: kind, code: code || type, request: requestId, message };
    if (kind === "ignore" || kind === "busy") log.debug("REALTIME-ERROR", "error event", fields);
    else log.warn("REALTIME-ERROR", "error event", fields);
    switch (kind) {
      case "busy":
        return this.conversation.busy(requestId);
      case "ignore":
        if (code === "input_audio_buffer_commit_empty") this.conversation.nothingTaken();
        return events.error({ kind: "ignored", code, message });
      case "request":
      case "answer":
        this.conversation.refused(requestId);
        return events.error({ kind, code: code || type, message });
      case "reconnect":
        return this.#giveUp(false, "provider_error", code || type);
      case "fatal":
        return this.#giveUp(true, "provider_error", code || type);
    }
  }

  #answerFailed(problem: WireProblem | null): void {
    const code = problem === null ? "" : problem.code || problem.type;
    const kind = classifyFailedAnswer(problem);
    this.#deps.log.warn("REALTIME-ERROR", "answer failed", { class: kind, code, message: problem?.message });
    if (kind === "fatal") this.#giveUp(true, "provider_error", code);
    else this.#deps.events.error({ kind, code, message: problem?.message ?? "" });
  }

  #send(frame: string): void {
    this.#socket.send(frame);
    this.#watchSilence();
  }

  /**
   * A half-open connection takes everything and says nothing: when the server owes us something and no event comes,
   * the session is given up. One timer that re-arms itself, so that events cost nothing.
   */
  #watchSilence(): void {
    if (this.#silenceTimer !== null || this.#stage !== "open" || this.conversation.expects === "nothing") return;
    this.#lastEventMs = this.#deps.clock.nowMs();
    this.#armSilenceTimer(limits.engineStuckMs);
  }

  #armSilenceTimer(delayMs: number): void {
    this.#silenceTimer = this.#deps.clock.after(delayMs, () => {
      this.#silenceTimer = null;
      const expected = this.conversation.expects;
      if (expected === "nothing") return;
      // A model that thinks before it speaks may be quiet for a while after it has begun.
      const allowedMs = expected === "beginning" ? limits.engineStuckMs : 2 * limits.engineStuckMs;
      const leftMs = allowedMs - (this.#deps.clock.nowMs() - this.#lastEventMs);
      if (leftMs <= 0) this.#socket.fail("silent", expected);
      else this.#armSilenceTimer(leftMs);
    });
  }

  #lost(closure: SocketClosure): void {
    const code = closure.httpStatus === null ? "" : `http_${closure.httpStatus}`;
    this.#deps.log.warn("REALTIME", "connection lost", { reason: closure.reason, code, detail: closure.detail });
    this.#finish({ fatal: classifyClosure(closure) === "fatal", reason: closure.reason, code });
  }

  #giveUp(fatal: boolean, reason: string, code: string): void {
    this.#socket.close();
    this.#finish({ fatal, reason, code });
  }

  #finish(end: SessionEnd): void {
    if (this.#stage === "over") return;
    if (this.#winding !== null) return this.#wound();
    this.#over();
    this.#deps.owner.ended(end);
  }

  #over(): void {
    this.#stage = "over";
    this.#configureTimer?.cancel();
    this.#silenceTimer?.cancel();
    this.#winding?.timer.cancel();
    this.#winding = null;
  }
}
