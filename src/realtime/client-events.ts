import type {
  RealtimeClientEvent,
  RealtimeResponseCreateParams,
  RealtimeSessionCreateRequest,
} from "openai/resources/realtime/realtime";
import type { HistoryLine } from "../live-call/engine.ts";
import type { Ask } from "./sequencer.ts";

/** Text frames that we send. Every builder is checked against the `openai` package's types. */
const frame = (event: RealtimeClientEvent): string => JSON.stringify(event);

/** Hot, 50 times a second per call: base64 needs no escaping, so the frame is a concatenation. */
export const appendAudioFrame = (payload: string): string =>
  `{"type":"input_audio_buffer.append","audio":"${payload}"}`;

export const commitAudioFrame = (): string => frame({ type: "input_audio_buffer.commit" });

export const sessionUpdateFrame = (session: RealtimeSessionCreateRequest, requestId: string): string =>
  frame({ type: "session.update", event_id: requestId, session });

export const createResponseFrame = (ask: Ask, requestId: string): string =>
  frame({
    type: "response.create",
    event_id: requestId,
    // The metadata comes back with `response.created`: that tells our answers from those the server began itself.
    response: { ...responseParams(ask), metadata: { request: requestId } },
  });

function responseParams(ask: Ask): RealtimeResponseCreateParams {
  if (ask.kind === "say")
    return {
      instructions: `Say exactly the following text, word for word, in its own language, and nothing else:\n${ask.text}`,
      tool_choice: "none",
    };
  return ask.kind === "plain" && ask.instructions !== undefined ? { instructions: ask.instructions } : {};
}

export const cancelResponseFrame = (): string => frame({ type: "response.cancel" });

/** `heardMs` is made an integer that never exceeds the item: the server rejects anything longer than its audio. */
export const truncateFrame = (itemId: string, heardMs: number): string =>
  frame({
    type: "conversation.item.truncate",
    item_id: itemId,
    content_index: 0,
    audio_end_ms: Math.max(0, Math.floor(heardMs)),
  });

export const deleteItemFrame = (itemId: string): string => frame({ type: "conversation.item.delete", item_id: itemId });

/** A line of the conversation as text. The assistant's own audio cannot be inserted, its words can. */
export function lineFrame({ role, text }: HistoryLine): string {
  const message = { type: "message" } as const;
  switch (role) {
    case "caller":
      return frame({
        type: "conversation.item.create",
        item: { ...message, role: "user", content: [{ type: "input_text", text }] },
      });
    case "assistant":
      return frame({
        type: "conversation.item.create",
        item: { ...message, role: "assistant", content: [{ type: "output_text", text }] },
      });
    case "system":
      return frame({
        type: "conversation.item.create",
        item: { ...message, role: "system", content: [{ type: "input_text", text }] },
      });
  }
}

export const toolOutputFrame = (callId: string, output: string): string =>
  frame({ type: "conversation.item.create", item: { type: "function_call_output", call_id: callId, output } });
