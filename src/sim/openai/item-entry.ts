import type { ConversationItem } from "openai/resources/realtime/realtime";
import type { Conversation, MemoryItem, Refusal } from "./conversation.ts";

export const emptyItem: Omit<MemoryItem, "id"> = {
  type: "message",
  role: null,
  text: "",
  audioMs: 0,
  truncatedMs: null,
  status: "in_progress",
  callId: null,
  name: null,
  argumentsJson: null,
  endsTurn: true,
};

/** Content types that each role may send. Assistant audio cannot be inserted. */
const allowedParts: Record<string, readonly string[]> = {
  user: ["input_text", "input_audio", "input_image"],
  assistant: ["output_text"],
  system: ["input_text"],
};

/** What `conversation.item.create` adds to the memory, or why it is refused. */
export function entryOf(item: ConversationItem, conversation: Conversation, newId: () => string): MemoryItem | Refusal {
  const id = ("id" in item && item.id) || newId();
  const base = { ...emptyItem, id, status: "completed" as const };
  switch (item.type) {
    case "function_call_output": {
      const call = conversation.items.find(({ callId, type }) => type === "function_call" && callId === item.call_id);
      if (call === undefined)
        return {
          code: "invalid_tool_call_id",
          message: `Tool call ID '${item.call_id}' not found in conversation.`,
          param: "item.call_id",
        };
      return { ...base, type: item.type, callId: item.call_id, name: call.name, text: item.output };
    }
    case "function_call":
      return { ...base, type: item.type, callId: item.call_id ?? null, name: item.name, argumentsJson: item.arguments };
    case "message": {
      const parts: readonly { type?: string; text?: string }[] = item.content;
      const wrong = parts.find(({ type }) => !allowedParts[item.role]!.includes(type ?? ""));
      if (wrong === undefined) return { ...base, role: item.role, text: parts.map(({ text }) => text ?? "").join(" ") };
      return {
        code: "invalid_value",
        message: `Invalid value: '${wrong.type}' for a message of role ${item.role}.`,
        param: "item.content[0].type",
      };
    }
    default:
      return { code: "invalid_value", message: `Invalid value: '${String(item.type)}'.`, param: "item.type" };
  }
}
