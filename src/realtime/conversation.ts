import type { EngineEvents, HeardCut } from "../live-call/engine.ts";
import { cancelResponseFrame, commitAudioFrame, createResponseFrame, toolOutputFrame } from "./client-events.ts";
import type { OutputItem, ResponseOutcome, ServerEvent, WireProblem } from "./events.ts";
import { type Ask, Sequencer } from "./sequencer.ts";
import { SpokenItems } from "./spoken-items.ts";
import { ToolBatches } from "./tool-batches.ts";
import { answerUsage, listeningUsage } from "./usage.ts";

/** What happens between the two speakers of one session; the rest is about the connection. */
export type ConversationEvent = Exclude<ServerEvent, { type: "session.created" | "session.updated" | "error" }>;

/** The engine's events that a conversation raises. */
export type ConversationEvents = Omit<EngineEvents, "ready" | "reconnecting" | "lost">;

export interface ConversationPort {
  /** Sends one client event. */
  send(frame: string): void;
  /** The answer in flight failed; whether the session can go on is the owner's policy. */
  answerFailed(problem: WireProblem | null): void;
}

interface Answer {
  id: string;
  produced: boolean;
  /** Tool calls that were passed on. */
  calls: Set<string>;
}

/**
 * Turns, answers and tool calls of one session: which output is still wanted, what was said, what is owed.
 * Late output of an interrupted answer ends here.
 */
export class Conversation {
  readonly #port: ConversationPort;
  readonly #events: ConversationEvents;
  readonly #models: { answers: string; transcripts: string };
  readonly #items = new SpokenItems();
  readonly #tools = new ToolBatches();
  readonly #sequencer: Sequencer;
  #answer: Answer | null = null;
  #autoAnswer: boolean;
  #callerSpeaking = false;
  #turnWaits = false;
  /** Turns that were taken and not put into words yet. */
  readonly #unworded = new Set<string>();
  #wordsFailed = false; // those of the newest turn never come
  #wordless = false; // no turn will be put into words
  #takes = 0; // turns that we asked to be taken and that were not yet
  #windingUp = false;

  constructor(
    port: ConversationPort,
    events: ConversationEvents,
    models: { answers: string; transcripts: string },
    autoAnswer: boolean,
  ) {
    this.#port = port;
    this.#events = events;
    this.#models = models;
    this.#autoAnswer = autoAnswer;
    this.#sequencer = new Sequencer({
      create: (ask, requestId) => port.send(createResponseFrame(ask, requestId)),
      cancel: () => port.send(cancelResponseFrame()),
    });
    this.#sequencer.pause(!autoAnswer);
  }

  /** Nothing in flight, nobody speaking, every word written down: a good moment to move to another session. */
  get quiet(): boolean {
    return this.#sequencer.atRest && !this.#callerSpeaking && !this.#turnWaits && !this.#owesWords && this.#tools.empty;
  }

  /** Only this session knows what the caller said last: it is not written down, or he is in the middle of it. */
  get knowsMore(): boolean {
    return this.#callerSpeaking || this.#unworded.size > 0 || this.#wordsFailed;
  }

  get #owesWords(): boolean {
    return this.#unworded.size > 0 && !this.#wordless;
  }

  /** What the server has to do next: begin an answer, go on with one, or nothing. */
  get expects(): "beginning" | "more" | "nothing" {
    if (this.#sequencer.state === "active") return "more";
    return this.#sequencer.state === "requested" || this.#turnWaits ? "beginning" : "nothing";
  }

  /** Answers that are owed: asked for or due after the caller's turn, and nothing of them has come yet. */
  unfinished(): Ask[] {
    const asks = this.#sequencer.unfinished(this.#answer?.produced === true);
    return this.#turnWaits ? [{ kind: "plain" }, ...asks] : asks;
  }

  /** The audio so far is a whole turn of the caller, although the provider's detector has not noticed. */
  takeTurn(): void {
    this.#takes++;
    this.#port.send(commitAudioFrame());
  }

  /** The settings in force have no transcription, or it does not work: words are not waited for, until some come. */
  expectNoWords(): void {
    this.#wordless = true;
  }

  /** The turns whose words are owed now. */
  get unworded(): ReadonlySet<string> {
    return new Set(this.#unworded);
  }

  /** There was nothing to take. */
  nothingTaken(): void {
    this.#takes = Math.max(0, this.#takes - 1);
  }

  /** Whether more is to come when nothing is asked for any more. @param spoke as for `windUp`. */
  owes(spoke = false): boolean {
    return this.expects !== "nothing" || this.#owesWords || this.#takes > 0 || (spoke && this.#callerSpeaking);
  }

  /**
   * Stops the answer in flight and asks for none. @param spoke our own ear heard the caller since the last turn: what
   * the provider's detector took for speech as well is his last turn, though its end was never heard.
   */
  windUp(spoke: boolean): void {
    this.#windingUp = true;
    this.#sequencer.interrupt();
    if (spoke && this.#callerSpeaking) this.takeTurn();
  }

  /** Wishes from before this session, together. */
  askAll(asks: readonly Ask[]): void {
    this.#sequencer.askAll(asks);
  }

  ask(ask: Ask): void {
    if (!this.#sequencer.ask(ask))
      this.#events.error({ kind: "request", code: "too_many_answers_waiting", message: ask.kind });
  }

  setAutoAnswer(on: boolean): void {
    this.#autoAnswer = on;
    this.#sequencer.pause(!on);
    // A caller who is speaking now will be answered by the server, tool results included.
    if (on && !this.#callerSpeaking) this.#sequencer.resume();
  }

  interrupt(cuts: readonly HeardCut[]): void {
    this.#sequencer.interrupt();
    for (const frame of this.#items.cut(cuts)) this.#port.send(frame);
  }

  /** False when the call was not made in this session. */
  toolResult(callId: string, output: string): boolean {
    const answerId = this.#tools.answered(callId);
    if (answerId === null) return false;
    this.#port.send(toolOutputFrame(callId, output));
    if (this.#answer?.id !== answerId && this.#tools.settled(answerId)) this.ask({ kind: "continue" });
    return true;
  }

  busy(requestId: string | null): void {
    if (this.#windingUp) this.#sequencer.refused(requestId);
    else this.#sequencer.busy(requestId);
  }

  /** False when the rejected request was not for an answer. */
  refused(requestId: string | null): boolean {
    return this.#sequencer.refused(requestId);
  }

  /** The connection is gone: whoever waits for the end of an answer is told. */
  broken(): void {
    if (this.#answer !== null) this.#finish(this.#answer, "failed", "connection_lost");
  }

  handle(event: ConversationEvent): void {
    switch (event.type) {
      case "input_audio_buffer.speech_started":
        this.#callerSpeaking = true;
        return this.#events.callerSpeech("started");
      case "input_audio_buffer.speech_stopped":
        this.#callerSpeaking = false;
        return this.#events.callerSpeech("stopped");
      case "input_audio_buffer.committed":
        this.#callerSpeaking = false;
        this.#takes = Math.max(0, this.#takes - 1);
        this.#unworded.add(event.itemId);
        this.#wordsFailed = false;
        // With automatic answers off, the server owes nothing for this turn, also when they are on again later.
        this.#turnWaits = this.#autoAnswer;
        return this.#events.callerTurn(event.itemId);
      case "conversation.item.input_audio_transcription.delta":
        return this.#events.transcript({ role: "caller", itemId: event.itemId, text: event.text, final: false });
      case "conversation.item.input_audio_transcription.completed":
        this.#unworded.delete(event.itemId);
        this.#wordless = false;
        this.#events.usage(listeningUsage(this.#models.transcripts, event.usage));
        return this.#events.transcript({ role: "caller", itemId: event.itemId, text: event.text, final: true });
      case "conversation.item.input_audio_transcription.failed":
        this.#unworded.delete(event.itemId);
        this.#wordsFailed = true;
        return this.#events.error({ kind: "request", code: event.problem.code, message: event.problem.message });
      case "response.created":
        return this.#began(event.responseId, event.requestId);
      case "response.output_item.done":
        return this.#made(event.responseId, event.item);
      case "response.output_audio.delta":
        return this.#said(event.responseId, event.itemId, event.payload);
      case "response.output_audio.done":
        return this.#saidAll(event.responseId, event.itemId);
      case "response.output_audio_transcript.delta":
        return this.#worded(event.responseId, event.itemId, event.text, false);
      case "response.output_audio_transcript.done":
        return this.#worded(event.responseId, event.itemId, event.text, true);
      case "response.done":
        return this.#ended(event.responseId, event.outcome);
    }
  }

  #began(responseId: string, requestId: string | null): void {
    const unfinished = this.#answer;
    this.#sequencer.created(responseId, requestId);
    this.#turnWaits = false;
    if (unfinished !== null) this.#finish(unfinished, "failed", "replaced");
    if (this.#windingUp) this.#sequencer.interrupt(); // the server began it before it was told not to
    this.#answer = { id: responseId, produced: false, calls: new Set() };
    // One that was interrupted before it began is not the answer that anybody waits for.
    if (this.#sequencer.accepts(responseId)) this.#events.answerStarted(responseId);
  }

  #said(responseId: string, itemId: string, payload: string): void {
    if (!this.#sequencer.accepts(responseId) || payload === "") return;
    this.#items.received(itemId, payload);
    this.#producing();
    this.#events.audio(itemId, payload);
  }

  #saidAll(responseId: string, itemId: string): void {
    if (!this.#sequencer.accepts(responseId)) return;
    this.#items.completed(itemId);
    this.#events.audioDone(itemId);
  }

  #worded(responseId: string, itemId: string, text: string, final: boolean): void {
    if (this.#sequencer.accepts(responseId)) this.#events.transcript({ role: "assistant", itemId, text, final });
  }

  #made(responseId: string, item: OutputItem): void {
    const calls = this.#answer?.calls;
    if (item.kind !== "function_call" || !this.#sequencer.accepts(responseId) || calls?.has(item.callId)) return;
    calls?.add(item.callId);
    this.#tools.opened(responseId, item.callId);
    this.#producing();
    this.#events.toolCall({ id: item.callId, name: item.name, argumentsJson: item.argumentsJson });
  }

  #producing(): void {
    if (this.#answer !== null) this.#answer.produced = true;
  }

  #ended(responseId: string, outcome: ResponseOutcome): void {
    if (outcome.usage !== null) this.#events.usage(answerUsage(this.#models.answers, outcome.usage));
    const answer = this.#answer;
    if (answer?.id !== responseId) return this.#sequencer.done(responseId);
    if (!this.#sequencer.accepts(responseId))
      for (const frame of this.#items.discard(outcome.output, answer.calls)) this.#port.send(frame);
    // The whole answer stands here once more: a call whose own event never came is not lost.
    if (outcome.status === "completed") for (const item of outcome.output) this.#made(responseId, item);
    this.#finish(answer, outcome.status, outcome.reason);
    this.#sequencer.done(responseId);
    if (this.#tools.settled(responseId)) this.ask({ kind: "continue" });
    if (outcome.status === "failed") this.#port.answerFailed(outcome.problem);
  }

  #finish(answer: Answer, status: ResponseOutcome["status"], reason: string | null): void {
    this.#answer = null;
    this.#events.answerDone({ answerId: answer.id, status, reason, produced: answer.produced });
  }
}
