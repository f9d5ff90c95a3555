import type { HeardCut } from "../live-call/engine.ts";
import { durationMs } from "./audio-backlog.ts";
import { deleteItemFrame, truncateFrame } from "./client-events.ts";
import type { OutputItem } from "./events.ts";

// Shorter than one frame of speech: nobody understood anything of it, so the model forgets the item.
const unheardMs = 20;
// The items of many answers; a cut can only be about the latest one or two.
const itemsMax = 64;

/** What one session has said: which items, how long, and what the caller is known not to have heard. */
export class SpokenItems {
  readonly #items = new Map<string, { receivedMs: number; complete: boolean; forgotten: boolean }>();

  received(itemId: string, payload: string): void {
    const item = this.#items.get(itemId) ?? this.#begin(itemId);
    item.receivedMs += durationMs(payload);
  }

  completed(itemId: string): void {
    const item = this.#items.get(itemId);
    if (item !== undefined) item.complete = true;
  }

  /**
   * Frames that make the model forget what was not heard. An item of an earlier session is not in this one's memory;
   * an item that is complete and was heard to its end stays as it is.
   */
  cut(cuts: readonly HeardCut[]): string[] {
    const frames: string[] = [];
    for (const { itemId, heardMs, receivedMs } of cuts) {
      const item = this.#items.get(itemId);
      if (item === undefined || item.forgotten) continue;
      const endMs = Math.min(heardMs, receivedMs, item.receivedMs);
      if (endMs < unheardMs) {
        item.forgotten = true;
        frames.push(deleteItemFrame(itemId));
      } else if (!item.complete || endMs < item.receivedMs - 1) frames.push(truncateFrame(itemId, endMs));
    }
    return frames;
  }

  /**
   * Frames for the rest of an interrupted answer: what the server made of it and nobody received.
   * Without this the model believes it said, or called, what was thrown away here.
   */
  discard(output: readonly OutputItem[], takenCalls: ReadonlySet<string>): string[] {
    const frames: string[] = [];
    for (const item of output) {
      if (item.kind === "message" && !this.#items.has(item.itemId)) frames.push(deleteItemFrame(item.itemId));
      if (item.kind === "function_call" && item.itemId !== "" && !takenCalls.has(item.callId))
        frames.push(deleteItemFrame(item.itemId));
    }
    return frames;
  }

  #begin(itemId: string): { receivedMs: number; complete: boolean; forgotten: boolean } {
    const item = { receivedMs: 0, complete: false, forgotten: false };
    this.#items.set(itemId, item);
    const [oldest] = this.#items.keys();
    if (this.#items.size > itemsMax && oldest !== undefined) this.#items.delete(oldest);
    return item;
  }
}
