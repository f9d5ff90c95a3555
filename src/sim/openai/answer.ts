import type {
  RealtimeConversationItemAssistantMessage,
  RealtimeConversationItemFunctionCall,
  RealtimeResponse,
  RealtimeServerEvent,
} from "openai/resources/realtime/realtime";
import type { Timer } from "../../base/clock.ts";
import type { Thought } from "./brain.ts";
import type { Conversation, MemoryItem } from "./conversation.ts";
import type { Model } from "./model.ts";

type WithoutEventId<T> = T extends { event_id: string } ? Omit<T, "event_id"> : T;
/** A server event before it gets its `event_id`. */
export type Outgoing = WithoutEventId<RealtimeServerEvent>;

export interface AnswerOptions {
  id: string;
  model: Model;
  voice: string;
  /** Null for answers outside the conversation (`conversation: "none"`). */
  conversation: Conversation | null;
  conversationId: string;
  metadata: Record<string, string> | null;
  newItemId: () => string;
  send: (event: Outgoing) => void;
  usage: (audioMs: number, text: string) => NonNullable<RealtimeResponse["usage"]>;
  /** Once, after `response.done`. */
  onDone: () => void;
}

/**
 * One response in the making: the documented order of events, audio faster than it plays, deltas that still come after
 * a cancel. Source: OpenAI Realtime API reference, server events.
 */
export class Answer {
  readonly id: string;
  /** Audio sent so far, ms. */
  audioMs = 0;
  readonly #o: AnswerOptions;
  readonly #output: NonNullable<RealtimeResponse["output"]> = [];
  #timer: Timer | null = null;
  #cancel: "turn_detected" | "client_cancelled" | null = null;
  #finished = false;
  #spoken = "";
  #previous: string | null = null;
  /** What a cancel has to wake up. */
  #resume: (() => void) | null = null;

  constructor(options: AnswerOptions) {
    this.#o = options;
    this.id = options.id;
  }

  /** `think` is asked when the thinking time is over, so that it sees everything that came until then. */
  begin(think: () => Thought): void {
    const { model, send } = this.#o;
    send({ type: "response.created", response: this.#describe("in_progress") });
    send({
      type: "rate_limits.updated",
      rate_limits: [
        { name: "requests", limit: 20_000, remaining: 19_999, reset_seconds: 0.003 },
        { name: "tokens", limit: 800_000, remaining: 799_000, reset_seconds: 0.075 },
      ],
    });
    this.#resume = () => this.#done("cancelled");
    this.#after(model.tempo.thinkMs, () => void this.#produce(think));
  }

  /** Stops soon: what is on its way still arrives. */
  cancel(reason: "turn_detected" | "client_cancelled"): void {
    if (this.#cancel !== null || this.#finished) return;
    this.#cancel = reason;
    // Nothing is being sent (still thinking, or stalled): the end comes by itself.
    if (this.#resume !== null) this.#after(this.#o.model.tempo.cancelMs, this.#resume);
  }

  /** The session is gone: nothing more is sent. */
  abandon(): void {
    this.#finished = true;
    this.#timer?.cancel();
  }

  async #produce(think: () => Thought): Promise<void> {
    this.#resume = null;
    const failure = this.#o.model.faults.failResponses.shift();
    if (failure !== undefined) return this.#done("failed", failure);
    const thought = this.#o.model.faults.emptyResponses ? { say: null, calls: [] } : think();
    if (thought.say !== null && !(await this.#speak(thought.say))) return;
    for (const call of thought.calls) this.#call(call.name, JSON.stringify(call.arguments));
    this.#done("completed");
  }

  /** False when the answer ended meanwhile. */
  async #speak(text: string): Promise<boolean> {
    const { model, send } = this.#o;
    const memory = this.#remember({ type: "message", role: "assistant", text });
    const audio = await model.speak(text, this.#o.voice, memory.id);
    if (this.#finished) return false;
    const where = { response_id: this.id, item_id: memory.id, output_index: 0, content_index: 0 };
    this.#announce(this.#message(memory, "in_progress"));
    send({ type: "response.content_part.added", ...where, part: { type: "audio", transcript: "" } });
    const isWhole = await this.#stream(audio, text, memory);
    if (this.#finished) return false;
    memory.text = isWhole ? text : this.#spoken;
    memory.status = isWhole ? "completed" : "incomplete";
    send({ type: "response.output_audio.done", ...where });
    send({ type: "response.output_audio_transcript.done", ...where, transcript: memory.text });
    send({ type: "response.content_part.done", ...where, part: { type: "audio", transcript: memory.text } });
    this.#complete(this.#message(memory, memory.status));
    if (isWhole) return true;
    this.#done("cancelled");
    return false;
  }

  /** Sends the audio piece by piece; false when a cancel cut it short. */
  #stream(audio: Uint8Array, text: string, memory: MemoryItem): Promise<boolean> {
    const { model, send } = this.#o;
    const { deltaMs, audioRate, cancelMs } = model.tempo;
    const where = { response_id: this.id, item_id: memory.id, output_index: 0, content_index: 0 };
    const words = text.split(" ");
    let sent = 0;
    let wordsSent = 0;
    let cancelledForMs = 0;
    return new Promise((resolve) => {
      const step = () => {
        if (sent >= audio.length) return resolve(true);
        if (this.#cancel !== null && cancelledForMs >= cancelMs) return resolve(false);
        const stallMs = model.faults.stallAfterAudioMs;
        if (stallMs !== null && sent / 8 >= stallMs) {
          this.#resume = () => resolve(false);
          return;
        }
        if (this.#cancel !== null) cancelledForMs += deltaMs / audioRate;
        // Real deltas are no multiple of a frame: 37 bytes more or less keep everybody honest.
        const size = Math.round(deltaMs * 8) + ((sent / 8) % 3 < 1 ? 37 : -21);
        const end = Math.min(audio.length, sent + size);
        const wordsDue = Math.ceil((words.length * end) / audio.length);
        if (wordsDue > wordsSent) {
          const delta = words.slice(wordsSent, wordsDue).join(" ");
          send({
            type: "response.output_audio_transcript.delta",
            ...where,
            delta: wordsSent === 0 ? delta : ` ${delta}`,
          });
          wordsSent = wordsDue;
        }
        model.onAudio?.(audio, sent, end);
        memory.audioMs = end / 8;
        this.audioMs += (end - sent) / 8;
        this.#spoken = words.slice(0, wordsSent).join(" ");
        send({
          type: "response.output_audio.delta",
          ...where,
          delta: Buffer.from(audio.subarray(sent, end)).toString("base64"),
        });
        sent = end;
        this.#after(deltaMs / audioRate, step);
      };
      step();
    });
  }

  #call(name: string, argumentsJson: string): void {
    const { send } = this.#o;
    const callId = `call_${this.#o.newItemId().slice(5)}`;
    const memory = this.#remember({ type: "function_call", role: null, text: "", callId, name, argumentsJson });
    const item = (status: "in_progress" | "completed"): RealtimeConversationItemFunctionCall => ({
      id: memory.id,
      object: "realtime.item",
      type: "function_call",
      status,
      call_id: callId,
      name,
      arguments: status === "completed" ? argumentsJson : "",
    });
    const where = { response_id: this.id, item_id: memory.id, output_index: this.#output.length, call_id: callId };
    this.#announce(item("in_progress"));
    for (let at = 0; at < argumentsJson.length; at += 16)
      send({ type: "response.function_call_arguments.delta", ...where, delta: argumentsJson.slice(at, at + 16) });
    send({ type: "response.function_call_arguments.done", ...where, name, arguments: argumentsJson });
    memory.status = "completed";
    this.#complete(item("completed"));
  }

  #remember(item: Pick<MemoryItem, "type" | "role" | "text"> & Partial<MemoryItem>): MemoryItem {
    const memory: MemoryItem = {
      id: this.#o.newItemId(),
      audioMs: 0,
      truncatedMs: null,
      status: "in_progress",
      callId: null,
      name: null,
      argumentsJson: null,
      endsTurn: true,
      ...item,
    };
    const previous = this.#o.conversation?.add(memory) ?? null;
    this.#previous = typeof previous === "string" ? previous : null;
    return memory;
  }

  #announce(item: RealtimeConversationItemAssistantMessage | RealtimeConversationItemFunctionCall): void {
    const { send, conversation } = this.#o;
    send({ type: "response.output_item.added", response_id: this.id, output_index: this.#output.length, item });
    if (conversation !== null) send({ type: "conversation.item.added", previous_item_id: this.#previous, item });
  }

  #complete(item: RealtimeConversationItemAssistantMessage | RealtimeConversationItemFunctionCall): void {
    const { send, conversation } = this.#o;
    send({ type: "response.output_item.done", response_id: this.id, output_index: this.#output.length, item });
    if (conversation !== null) send({ type: "conversation.item.done", previous_item_id: this.#previous, item });
    this.#output.push(item);
  }

  #message(memory: MemoryItem, status: MemoryItem["status"]): RealtimeConversationItemAssistantMessage {
    const isOpen = status === "in_progress";
    return {
      id: memory.id,
      object: "realtime.item",
      type: "message",
      status,
      role: "assistant",
      content: isOpen ? [] : [{ type: "output_audio", transcript: memory.text }],
    };
  }

  #done(status: "completed" | "cancelled" | "failed", failure?: string): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#o.send({ type: "response.done", response: this.#describe(status, failure) });
    this.#o.onDone();
  }

  #describe(status: "in_progress" | "completed" | "cancelled" | "failed", failure?: string): RealtimeResponse {
    const { conversation, conversationId, metadata, voice } = this.#o;
    return {
      object: "realtime.response",
      id: this.id,
      status,
      ...(status === "cancelled"
        ? { status_details: { type: status, reason: this.#cancel ?? "client_cancelled" } }
        : {}),
      ...(failure === undefined
        ? {}
        : {
            status_details: {
              type: "failed",
              error: { type: "server_error", code: failure, message: `failed: ${failure}` },
            },
          }),
      output: status === "in_progress" ? [] : this.#output,
      ...(conversation === null ? {} : { conversation_id: conversationId }),
      output_modalities: ["audio"],
      max_output_tokens: "inf",
      audio: { output: { format: { type: "audio/pcmu" }, voice } },
      metadata,
      ...(status === "in_progress" ? {} : { usage: this.#o.usage(this.audioMs, this.#spoken) }),
    };
  }

  #after(ms: number, run: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#o.model.clock.after(ms, () => {
      if (!this.#finished) run();
    });
  }
}
