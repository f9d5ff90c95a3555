import { limits } from "../limits.ts";
import type { HistoryLine } from "../live-call/engine.ts";

const resumedNote =
  "The connection was renewed in the middle of a phone call that is still in progress. What follows is what is known " +
  "and the conversation so far, as the caller heard it. Do not greet or introduce yourself again; go on from there.";

/** For a session that takes over from one that alone had heard what the caller said last. */
export const lostWordsNote =
  "What the caller said just now was lost with the connection, in whole or in part. If what they want is not clear " +
  "from the rest, apologise briefly and ask them to say it again; do not guess.";

// Results are facts that later answers build on; beyond these sizes they are lists that can be asked for again.
const notesMax = 20;
const noteChars = 2_000;

/** What a new session must be told besides the conversation: system lines and tool results of the sessions before. */
export class SessionMemory {
  #notes: string[] = [];

  note(text: string): void {
    this.#notes.push(text.slice(0, noteChars));
    if (this.#notes.length > notesMax) this.#notes.shift();
  }

  /** Lines for a session that takes over a running call, oldest first. */
  takeover(history: readonly HistoryLine[]): HistoryLine[] {
    return [
      { role: "system", text: resumedNote },
      ...this.#notes.map((text): HistoryLine => ({ role: "system", text })),
      ...history.slice(-limits.historyTurnsMax),
    ];
  }
}

/** A tool's result in words, for a session that did not make the call. */
export const toolNote = (name: string, output: string): string => `Result of the tool ${name}: ${output}`;
