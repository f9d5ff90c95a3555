import type {
  ConversationItem,
  RealtimeClientEvent,
  RealtimeResponse,
  RealtimeSessionCreateRequest,
} from "openai/resources/realtime/realtime";
import type { Timer } from "../../base/clock.ts";
import { Answer, type Outgoing } from "./answer.ts";
import type { ToolSpec } from "./brain.ts";
import { Conversation, type MemoryItem, type Refusal } from "./conversation.ts";
import { InputAudio } from "./input-audio.ts";
import { emptyItem, entryOf } from "./item-entry.ts";
import type { Model } from "./model.ts";
import { applyUpdate, defaultSession, turnDetectionOf } from "./session-config.ts";
import { answerUsage, transcriptUsage } from "./usage.ts";
import { whatToAnswer } from "./what-to-answer.ts";

type Loose = Record<string, unknown>;

/** The socket of a session, as far as the session sees it. */
export interface SessionSocket {
  send(text: string): void;
  close(code: number, reason: string): void;
}

/** A session of the fake Realtime API: protocol, conversation and turn detection; deciding is the brain's. */
export class RealtimeSession {
  readonly id: string;
  readonly model: Model;
  readonly conversation: Conversation;
  readonly input: InputAudio;
  /** Types of everything the client sent but audio, in order. */
  readonly received: Loose[] = [];
  /** Types of everything we sent but audio deltas, in order. */
  readonly sentTypes: string[] = [];
  /** Codes of the errors we sent. */
  readonly errors: string[] = [];
  readonly startedMs: number;
  /** Counters. */
  appends = 0;
  /** Sees every appended payload before it is decoded; true = it was taken, the buffer need not see it. */
  tap: ((payload: string) => boolean) | null = null;
  config: RealtimeSessionCreateRequest;
  answer: Answer | null = null;
  closed = false;
  readonly #socket: SessionSocket;
  readonly #timers = new Set<Timer>();
  #made = 0;
  #speechItem: string | null = null;
  #spokeAudio = false;

  constructor(options: { id: string; model: Model; modelName: string; socket: SessionSocket }) {
    this.id = options.id;
    this.model = options.model;
    this.#socket = options.socket;
    this.startedMs = options.model.clock.nowMs();
    this.conversation = new Conversation(() => options.model.clock.nowMs());
    this.config = defaultSession(options.modelName);
    this.input = new InputAudio(options.model.book, {
      speechStarted: (audioStartMs) => this.#speechStarted(audioStartMs),
      speechStopped: (audioEndMs) => this.#speechStopped(audioEndMs),
    });
    this.input.detection = turnDetectionOf(this.config);
    this.send({ type: "session.created", session: this.#shownConfig() });
  }

  /** What the model knows now, oldest first. */
  memory(): ReturnType<Conversation["memory"]> {
    return this.conversation.memory();
  }

  /** Ends the session the way the provider does at its time limit. */
  expire(): void {
    this.fail({
      code: "session_expired",
      message: "Your session hit the maximum duration of 60 minutes.",
      param: null,
    });
    this.drop(1001, "session expired");
  }

  /** Closes the socket from the server's side. */
  drop(code = 1011, reason = "server error"): void {
    this.#socket.close(code, reason);
    this.close();
  }

  /** Anything at all, also half a JSON. */
  sendRaw(text: string): void {
    this.#socket.send(text);
  }

  close(): void {
    this.closed = true;
    this.answer?.abandon();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  send(event: Outgoing): void {
    if (this.closed || this.model.faults.silent) return;
    if (event.type !== "response.output_audio.delta") this.sentTypes.push(event.type);
    this.#socket.send(JSON.stringify({ ...event, event_id: this.#newId("event") }));
  }

  fail(refusal: Refusal, eventId: string | null = null, type = "invalid_request_error"): void {
    this.errors.push(refusal.code);
    this.send({ type: "error", error: { type, ...refusal, event_id: eventId } });
  }

  /** One text frame of the client. */
  receive(text: string): void {
    if (text.startsWith('{"type":"input_audio_buffer.append"')) {
      const payload = quickAudio(text);
      if (payload !== null) return this.#append(payload);
    }
    let event: Loose;
    try {
      event = JSON.parse(text);
    } catch {
      return this.fail({ code: "invalid_json", message: "The event could not be parsed.", param: null });
    }
    const eventId = typeof event.event_id === "string" ? event.event_id : null;
    if (event.type === "input_audio_buffer.append") return this.#append(String(event.audio));
    this.received.push(event);
    const refusal = this.#take(event as unknown as RealtimeClientEvent);
    if (refusal !== null) this.fail(refusal, eventId);
  }

  #take(event: RealtimeClientEvent): Refusal | null {
    switch (event.type) {
      case "session.update":
        return this.#update(event.session as unknown as Loose);
      case "input_audio_buffer.commit":
        if (this.input.pendingMs < 100)
          return {
            code: "input_audio_buffer_commit_empty",
            message: "buffer too small. Expected at least 100ms of audio",
            param: null,
          };
        this.#commit(this.#newId("item"));
        return null;
      case "input_audio_buffer.clear":
        this.input.clear();
        this.send({ type: "input_audio_buffer.cleared" });
        return null;
      case "conversation.item.create":
        return this.#createItem(event.item, event.previous_item_id);
      case "conversation.item.truncate": {
        const refusal = this.conversation.truncate(event.item_id, event.audio_end_ms, event.content_index);
        const { item_id, content_index, audio_end_ms } = event;
        if (refusal === null) this.send({ type: "conversation.item.truncated", item_id, content_index, audio_end_ms });
        return refusal;
      }
      case "conversation.item.delete": {
        const refusal = this.conversation.remove(event.item_id);
        if (refusal === null) this.send({ type: "conversation.item.deleted", item_id: event.item_id });
        return refusal;
      }
      case "response.create":
        return this.#respond((event.response ?? {}) as Loose);
      case "response.cancel":
        if (this.answer === null)
          return {
            code: "response_cancel_not_active",
            message: "Cancellation failed: no active response found",
            param: null,
          };
        this.answer.cancel("client_cancelled");
        return null;
      default:
        return { code: "invalid_value", message: `Invalid value: '${String(event.type)}'`, param: "type" };
    }
  }

  #append(payload: string): void {
    this.appends++;
    if (this.tap?.(payload) === true) return;
    this.input.append(new Uint8Array(Buffer.from(payload, "base64")));
  }

  #update(wanted: Loose): Refusal | null {
    const rejected = this.model.faults.rejectSessionFields.find((field) => field in wanted);
    if (rejected !== undefined)
      return {
        code: "unknown_parameter",
        message: `Unknown parameter: 'session.${rejected}'.`,
        param: `session.${rejected}`,
      };
    const updated = applyUpdate(this.config, wanted, this.#spokeAudio);
    if ("refusal" in updated) return updated.refusal;
    this.config = updated.config;
    this.input.detection = turnDetectionOf(this.config);
    this.send({ type: "session.updated", session: this.#shownConfig() });
    return null;
  }

  #createItem(item: ConversationItem, previousId: string | undefined): Refusal | null {
    const entry = entryOf(item, this.conversation, () => this.#newId("item"));
    if ("code" in entry) return entry;
    const previous = this.conversation.add(entry, previousId);
    if (previous !== null && typeof previous === "object") return previous;
    const shown = { ...item, id: entry.id, object: "realtime.item", status: "completed" } as ConversationItem;
    this.send({ type: "conversation.item.added", previous_item_id: previous, item: shown });
    this.send({ type: "conversation.item.done", previous_item_id: previous, item: shown });
    return null;
  }

  #speechStarted(audioStartMs: number): void {
    this.#speechItem = this.#newId("item");
    this.send({ type: "input_audio_buffer.speech_started", audio_start_ms: audioStartMs, item_id: this.#speechItem });
    if (this.input.detection?.interruptResponse === true) this.answer?.cancel("turn_detected");
  }

  #speechStopped(audioEndMs: number): void {
    const itemId = this.#speechItem ?? this.#newId("item");
    this.#speechItem = null;
    this.send({ type: "input_audio_buffer.speech_stopped", audio_end_ms: audioEndMs, item_id: itemId });
    this.#commit(itemId);
    if (this.input.detection?.createResponse !== true) return;
    const refusal = this.#respond({});
    if (refusal !== null) this.fail(refusal);
  }

  #commit(itemId: string): void {
    const { text, audioMs, endsTurn } = this.input.take();
    const entry: MemoryItem = { ...emptyItem, id: itemId, role: "user", text, audioMs, endsTurn, status: "completed" };
    const previous = this.conversation.add(entry) as string | null;
    const item: ConversationItem = {
      id: itemId,
      object: "realtime.item",
      type: "message",
      status: "completed",
      role: "user",
      content: [{ type: "input_audio", transcript: null as unknown as string }],
    };
    this.send({ type: "input_audio_buffer.committed", item_id: itemId, previous_item_id: previous });
    this.send({ type: "conversation.item.added", previous_item_id: previous, item });
    this.send({ type: "conversation.item.done", previous_item_id: previous, item });
    if (this.config.audio?.input?.transcription) this.#transcribe(itemId, text, audioMs);
  }

  #transcribe(itemId: string, text: string, audioMs: number): void {
    const where = { item_id: itemId, content_index: 0 };
    this.#after(this.model.tempo.transcriptMs, () => {
      const type = "conversation.item.input_audio_transcription" as const;
      if (text !== "") this.send({ type: `${type}.delta`, ...where, delta: text });
      this.send({ type: `${type}.completed`, ...where, transcript: text, usage: transcriptUsage(text, audioMs) });
    });
  }

  #respond(request: Loose): Refusal | null {
    const isApart = request.conversation === "none";
    if (this.answer !== null && !isApart)
      return {
        code: "conversation_already_has_active_response",
        message: `Conversation already has an active response in progress: ${this.answer.id}.`,
        param: null,
      };
    const instructions = typeof request.instructions === "string" ? request.instructions : "";
    const answer = new Answer({
      id: this.#newId("resp"),
      model: this.model,
      voice: String(this.config.audio?.output?.voice ?? "marin"),
      conversation: isApart ? null : this.conversation,
      conversationId: `conv_${this.id.slice(5)}`,
      metadata: (request.metadata as Record<string, string> | undefined) ?? null,
      newItemId: () => this.#newId("item"),
      send: (event) => this.send(event),
      usage: (audioMs, text): NonNullable<RealtimeResponse["usage"]> =>
        answerUsage(this.conversation, this.config, audioMs, text),
      onDone: () => {
        this.#spokeAudio ||= answer.audioMs > 0;
        if (this.answer === answer) this.answer = null;
      },
    });
    if (!isApart) this.answer = answer;
    const tools = request.tool_choice === "none" ? [] : ((this.config.tools ?? []) as unknown as ToolSpec[]);
    answer.begin(() => {
      const { brain, clock } = this.model;
      return brain(
        whatToAnswer(this.conversation, this.config.instructions ?? "", instructions, tools, clock.instant()),
      );
    });
    return null;
  }

  #shownConfig(): RealtimeSessionCreateRequest {
    const expiresAt = Math.floor(this.model.clock.instant().epochMilliseconds / 1_000) + 3_600;
    return {
      object: "realtime.session",
      id: this.id,
      expires_at: expiresAt,
      ...this.config,
    } as RealtimeSessionCreateRequest;
  }

  #newId(kind: "event" | "item" | "resp"): string {
    return `${kind}_${this.id.slice(5)}${(++this.#made).toString(36).padStart(6, "0")}`;
  }

  #after(ms: number, run: () => void): void {
    const timer = this.model.clock.after(ms, () => {
      this.#timers.delete(timer);
      run();
    });
    this.#timers.add(timer);
  }
}

/** The audio of an append message without parsing all of it; null when it has any other shape. */
function quickAudio(text: string): string | null {
  const from = text.indexOf('"audio":"');
  if (from < 0) return null;
  const end = text.indexOf('"', from + 9);
  return end < 0 || text.length - end > 3 ? null : text.slice(from + 9, end);
}
