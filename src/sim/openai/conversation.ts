/** One item of a model's conversation, as the server keeps it. */
export interface MemoryItem {
  id: string;
  type: "message" | "function_call" | "function_call_output";
  role: "user" | "assistant" | "system" | null;
  /** Words of a message; output of a tool. */
  text: string;
  /** Audio the item holds, ms; 0 for text. */
  audioMs: number;
  /** Where `truncate` cut the audio; null = never. */
  truncatedMs: number | null;
  status: "in_progress" | "completed" | "incomplete";
  callId: string | null;
  name: string | null;
  argumentsJson: string | null;
  /** False while the speaker of a user item only paused for thought. */
  endsTurn: boolean;
}

/** What the model remembers of one line; for an item that was cut, only the words that fit into the kept audio. */
export interface MemoryLine {
  id: string;
  role: "user" | "assistant" | "system" | "tool";
  text: string;
}

export type Refusal = { code: string; message: string; param: string | null };

/** A cut as the client asked for it. */
export interface Truncation {
  itemId: string;
  /** -1: the item was deleted as a whole. */
  audioEndMs: number;
  /** Audio the item had. */
  audioMs: number;
  refused: boolean;
  /** Moment of the model's clock. */
  atMs: number;
}

/** The default conversation of a session: what the model remembers, in order. */
export class Conversation {
  readonly items: MemoryItem[] = [];
  readonly deleted: MemoryItem[] = [];
  /** Every cut the client asked for, also the refused ones. */
  readonly truncations: Truncation[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  find(id: string): MemoryItem | undefined {
    return this.items.find((item) => item.id === id);
  }

  /** Adds an item behind `previousId` (the end by default, "root" = the front). Returns its predecessor's id. */
  add(item: MemoryItem, previousId?: string): string | null | Refusal {
    if (this.find(item.id) !== undefined)
      return { code: "item_id_already_exists", message: `item ${item.id} exists`, param: "item.id" };
    const position = previousId === undefined ? this.items.length : this.#after(previousId);
    if (position < 0) return { code: "item_not_found", message: `no item ${previousId}`, param: "previous_item_id" };
    this.items.splice(position, 0, item);
    return this.items[position - 1]?.id ?? null;
  }

  #after(previousId: string): number {
    if (previousId === "root") return 0;
    const index = this.items.findIndex((item) => item.id === previousId);
    return index < 0 ? -1 : index + 1;
  }

  remove(id: string): Refusal | null {
    const index = this.items.findIndex((item) => item.id === id);
    if (index < 0) return { code: "item_delete_invalid_item_id", message: `no item ${id} to delete`, param: "item_id" };
    const [item] = this.items.splice(index, 1);
    this.deleted.push(item!);
    this.#note(id, -1, item, false);
    return null;
  }

  /** Cuts an assistant's audio; refused when there is less audio than the cut says. */
  truncate(id: string, audioEndMs: number, contentIndex: number): Refusal | null {
    const item = this.find(id);
    const refusal = refuseCut(item, id, audioEndMs, contentIndex);
    this.#note(id, audioEndMs, item, refusal !== null);
    if (refusal === null) item!.truncatedMs = audioEndMs;
    return refusal;
  }

  #note(itemId: string, audioEndMs: number, item: MemoryItem | undefined, refused: boolean): void {
    this.truncations.push({ itemId, audioEndMs, audioMs: item?.audioMs ?? 0, refused, atMs: this.#nowMs() });
  }

  memory(): MemoryLine[] {
    return this.items.map((item) => ({
      id: item.id,
      role: item.type === "message" ? item.role! : "tool",
      text: item.type === "function_call" ? `${item.name}(${item.argumentsJson})` : rememberedText(item),
    }));
  }
}

function refuseCut(item: MemoryItem | undefined, id: string, audioEndMs: number, contentIndex: number): Refusal | null {
  if (item === undefined || item.role !== "assistant" || item.type !== "message")
    return { code: "item_truncate_invalid_item_id", message: `no assistant message ${id}`, param: "item_id" };
  if (!Number.isInteger(audioEndMs) || audioEndMs < 0)
    return { code: "invalid_type", message: "audio_end_ms must be a whole number", param: "audio_end_ms" };
  if (contentIndex !== 0) return { code: "invalid_value", message: "content_index must be 0", param: "content_index" };
  if (audioEndMs > item.audioMs)
    return {
      code: "invalid_value",
      message: `Audio content of ${Math.round(item.audioMs)}ms is already shorter than ${audioEndMs}ms`,
      param: "audio_end_ms",
    };
  return null;
}

/** The words that fit into what is left of an item's audio, in proportion. */
function rememberedText(item: MemoryItem): string {
  if (item.truncatedMs === null || item.audioMs === 0) return item.text;
  const words = item.text.split(" ");
  return words.slice(0, Math.round((words.length * item.truncatedMs) / item.audioMs)).join(" ");
}
