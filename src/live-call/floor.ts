/**
 * Whose turn it is. `listening` is where every way leads back to (V9): the caller is heard there without condition.
 * Pure table; a pair that is not listed changes nothing.
 */
export type Floor = "listening" | "thinking" | "speaking";

export const floors: readonly Floor[] = ["listening", "thinking", "speaking"];

export type FloorInput =
  /** An answer was asked for, or the engine took the caller's turn and makes one. */
  | "answer_expected"
  /** Audio of the assistant is on its way to the caller. */
  | "audio_sent"
  /** The caller has heard everything there is; nothing more is being made. */
  | "heard_all"
  /** The caller has heard everything there is; an answer or a tool is still at work. */
  | "heard_all_more_coming"
  /** The answer ended without any audio. */
  | "answer_over"
  /** The caller took the floor. */
  | "caller_interrupted";

export const floorInputs: readonly FloorInput[] = [
  "answer_expected",
  "audio_sent",
  "heard_all",
  "heard_all_more_coming",
  "answer_over",
  "caller_interrupted",
];

export type FloorAction =
  | "none"
  /** Watch for the answer: filler, retry, fallback. */
  | "wait_for_audio"
  /** The caller hears something: no filler now, no prompt for a silent caller. */
  | "speak"
  /** The caller has the floor: goodbye or transfer if one is due, else prompts for a silent caller. */
  | "listen";

type Row = Partial<Record<FloorInput, readonly [Floor, FloorAction]>>;

const floorTable: Record<Floor, Row> = {
  listening: {
    answer_expected: ["thinking", "wait_for_audio"],
    audio_sent: ["speaking", "speak"],
  },
  thinking: {
    answer_expected: ["thinking", "wait_for_audio"],
    audio_sent: ["speaking", "speak"],
    answer_over: ["listening", "listen"],
    caller_interrupted: ["listening", "listen"],
  },
  speaking: {
    heard_all: ["listening", "listen"],
    heard_all_more_coming: ["thinking", "wait_for_audio"],
    caller_interrupted: ["listening", "listen"],
  },
};

/** The next holder of the floor and what to do on the way. */
export const stepFloor = (floor: Floor, input: FloorInput): readonly [Floor, FloorAction] =>
  floorTable[floor][input] ?? [floor, "none"];
