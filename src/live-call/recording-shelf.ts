import type { CallSid } from "../base/ids.ts";

/**
 * Port to a place outside memory for the older parts of running recordings: a minute of stereo is 1 MB, and hundreds
 * of calls may run for many minutes.
 */
export interface RecordingShelf {
  open(callSid: CallSid): RecordingFile;
}

/** The recording of one running call. Every method may be called without awaiting the one before. */
export interface RecordingFile {
  /** Keeps `bytes` at `offset` of the recording; they are used again once it is settled. @throws the system's error, e.g. when the disk is full. */
  write(bytes: Uint8Array, offset: number): Promise<void>;
  /** After all writes: `head` comes before the recording, and the file becomes `path`. May be repeated. @throws the system's error. */
  moveTo(path: string, head: Uint8Array): Promise<void>;
  /** Nothing of it is kept. @throws the system's error. */
  drop(): Promise<void>;
}

/** A recording that is over: mu-law stereo, caller left, interleaved bytes. */
export interface FinishedRecording {
  readonly bytes: number;
  /** What is still in memory: the end, or all of it. */
  readonly held: Uint8Array;
  /** Where the rest is; null when all of it is held. */
  readonly file: RecordingFile | null;
  /** Puts into the file what it lacks. May be repeated. @throws the system's error. */
  complete(): Promise<void>;
}
