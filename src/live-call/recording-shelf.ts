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
  /** Everything written, after all writes; the file is gone afterwards. @throws the system's error. */
  take(): Promise<Uint8Array>;
}
