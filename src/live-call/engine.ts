/**
 * Port to whatever understands the caller and speaks the answer: a speech-to-speech model, a chain of
 * speech-to-text, chat and text-to-speech, or a full-duplex model that has no turns at all (such an engine never
 * reports answers, and `respond`, `interrupt` and `setAutoAnswer` do nothing in it).
 *
 * Audio both ways is mu-law, 8 kHz, mono, base64. Commands never throw and never block; a lost connection is the
 * engine's own business (it reconnects with `EngineContext.history`) until it reports `lost`.
 */
export interface VoiceEngine {
  readonly name: string;
  readonly state: EngineState;
  /** Connects and configures. Called once, at webhook time, so that the engine is ready when the stream starts. */
  open(context: EngineContext, events: EngineEvents): void;
  /** Caller audio as it came from the line (hot path, 50 times a second). Buffered, bounded, while not ready. */
  appendAudio(payload: string): void;
  /**
   * Whether the engine answers by itself at the end of the caller's turn (the default), or waits for `respond`.
   * Switched off while it is undecided whether an interruption was meant.
   */
  setAutoAnswer(on: boolean): void;
  /** Asks for an answer now; held back while another answer is being made. */
  respond(request?: AnswerRequest): void;
  /** Stops the answer in the making and makes the engine forget what the caller did not hear. */
  interrupt(cuts: readonly HeardCut[]): void;
  /** Adds a line to the engine's memory without asking for an answer. */
  addContext(role: "caller" | "assistant" | "system", text: string): void;
  /** Result of a tool as JSON text. When all results of one answer are in, the engine goes on by itself. */
  toolResult(toolCallId: string, output: string): void;
  /** True when the provider's session limit is near: `rotate` at the next quiet moment. */
  readonly wantsRotation: boolean;
  /** Moves the conversation to a fresh session. */
  rotate(): void;
  /**
   * The caller is gone: nothing is said or asked any more. Waits for what is still owed of the call, at most
   * `limits.engineLingerMs`: the words of his last turns, and the usage of an answer that was stopped. Then the engine is
   * closed and `over` told, which may be at once.
   * @param spoke he was heard to speak since the engine last took a turn: that is a turn as well.
   */
  windUp(spoke: boolean, over: () => void): void;
  /** Ends everything; no event follows, nor `over`. */
  close(): void;
}

/** `reconnecting` comes back by itself; `lost` (it gave up) and `closed` (it was told to) are for good. */
export type EngineState = "idle" | "connecting" | "ready" | "reconnecting" | "lost" | "closed";

/** What an engine needs to know of the call it serves. */
export interface EngineContext {
  /** Ids for log lines (business, call). */
  logFields: Record<string, string>;
  instructions: string;
  /** BCP 47 primary tags in order of likelihood, e.g. ["he", "en"]. */
  languages: readonly string[];
  /** Names and terms the transcriber should know. */
  keywords: readonly string[];
  voice: string;
  tools: readonly ToolDefinition[];
  /** The conversation so far, oldest first, only what was heard: read when a session has to be rebuilt. */
  history(): readonly HistoryLine[];
}

export interface ToolDefinition {
  name: string;
  description: string;
  /** JSON Schema of the arguments object. */
  parameters: Record<string, unknown>;
}

export interface HistoryLine {
  role: "caller" | "assistant" | "system";
  text: string;
}

export interface AnswerRequest {
  /** For this answer only, beside the session's instructions. */
  instructions?: string;
  /** Speak exactly this. */
  say?: string;
  /** The caller's audio so far is a whole turn, although the engine's own detector has not noticed. */
  takeTurn?: boolean;
}

/** How much of one audible item was heard when the caller interrupted. */
export interface HeardCut {
  itemId: string;
  /** 0 = nothing of it was heard; the engine drops the item. */
  heardMs: number;
  /** Audio of the item received from the engine so far; `heardMs` never exceeds it. */
  receivedMs: number;
}

/** What an engine tells of itself, until `close`. */
export interface EngineEvents {
  ready(): void;
  /** The connection is gone and being rebuilt. */
  reconnecting(reason: string): void;
  /** Gave up, for good: the call falls back. `code` is the provider's, for the log. */
  lost(reason: string, code: string): void;
  /** The provider's detector heard speech begin or end in the caller's audio. A hint; the call has its own detector. */
  callerSpeech(edge: "started" | "stopped"): void;
  /** The caller's turn was taken into the conversation. */
  callerTurn(itemId: string): void;
  answerStarted(answerId: string): void;
  /** The next of an item's audio, faster than it is spoken: whoever hears it keeps the pace. */
  audio(itemId: string, payload: string): void;
  audioDone(itemId: string): void;
  answerDone(answer: AnswerOutcome): void;
  /** `text` is the increment while not final, the whole text when final. */
  transcript(line: { role: "caller" | "assistant"; itemId: string; text: string; final: boolean }): void;
  toolCall(call: ToolCall): void;
  usage(usage: EngineUsage): void;
  /** A request failed or the provider complained; the session goes on. */
  error(problem: { kind: "ignored" | "request" | "answer" | "fatal"; code: string; message: string }): void;
}

export interface AnswerOutcome {
  answerId: string;
  status: "completed" | "cancelled" | "failed" | "incomplete";
  /** Provider's reason when not completed. */
  reason: string | null;
  /** True when at least one byte of audio came, or a tool was called. */
  produced: boolean;
}

export interface ToolCall {
  id: string;
  name: string;
  /** Raw JSON text as the model wrote it: not trusted, not yet parsed. */
  argumentsJson: string;
}

/** Tokens of one answer, or seconds of transcribed audio; what a provider does not report is 0. */
export interface EngineUsage {
  model: string;
  textInputTokens: number;
  audioInputTokens: number;
  cachedTextTokens: number;
  cachedAudioTokens: number;
  textOutputTokens: number;
  audioOutputTokens: number;
  transcribedSeconds: number;
}
