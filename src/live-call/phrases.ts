/**
 * Port to short fixed texts (greetings, fillers, goodbyes) rendered once in the assistant's own voice and kept as
 * mu-law, so that they play without waiting for any model.
 */
export interface Phrases {
  /** Mu-law bytes from memory, or null when the text is not there (yet). */
  get(voice: string, text: string): Uint8Array | null;
  /** Renders and keeps the text; resolves when `get` has it. Bounded and deduplicated. @throws AppError "upstream". */
  prepare(voice: string, text: string): Promise<Uint8Array>;
}
