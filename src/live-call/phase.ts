/**
 * The state tables of a call, pure: every pair of state and input that is not listed changes nothing.
 *
 * Phase is about the phone leg, floor about whose turn it is. `parting` means that the last goodbye is being said: every
 * way out of it is the end of the phone call. `fallback` means that the assistant is out and the provider is on its way to
 * the recording flow; `stopped` that the provider ended the stream and has yet to say whether the phone call is over as
 * well. Resources are free in every phase but `answering`, `streaming` and `parting`.
 */
export type Phase =
  | "answering"
  | "streaming"
  | "parting"
  | "stopped"
  | "handing_over"
  | "fallback"
  | "ending"
  | "ended";

export const phases: readonly Phase[] = [
  "answering",
  "streaming",
  "parting",
  "stopped",
  "handing_over",
  "fallback",
  "ending",
  "ended",
];

export type PhaseInput =
  /** The media stream started with a valid token. */
  | "line_attached"
  /** The provider said `stop`: the stream or the call is over. */
  | "line_stopped"
  /** The socket went away without a word; the phone call may still be up. */
  | "line_broken"
  /** Final call status. */
  | "provider_ended"
  /** The assistant has announced a transfer and was heard. */
  | "transfer_announced"
  /** The time is up, or the process goes down: the caller is told so. */
  | "goodbye_begun"
  /** The goodbye was heard, or had its time. */
  | "hang_up"
  /** Watchdog, engine lost (but not during the last goodbye), dead peer, bug. */
  | "fail"
  /** The provider asked what to do after the stream. */
  | "next_asked"
  /** A request to the provider (redirect, hang up) succeeded or failed. */
  | "request_done"
  | "request_failed"
  /** Nobody asked for the next step in time after the stream's end, and no redirect was tried yet. */
  | "nobody_asked"
  /** The same after a redirect was tried, a request that never came back, a process that ends: nothing is left to do. */
  | "given_up";

export const phaseInputs: readonly PhaseInput[] = [
  "line_attached",
  "line_stopped",
  "line_broken",
  "provider_ended",
  "transfer_announced",
  "goodbye_begun",
  "hang_up",
  "fail",
  "next_asked",
  "request_done",
  "request_failed",
  "nobody_asked",
  "given_up",
];

export type PhaseAction =
  | "none"
  /** Greet, start listening. */
  | "begin"
  /** Ask the provider to put the caller into the recording flow. */
  | "redirect"
  /** Ask the provider to hang up. */
  | "hang_up"
  /** Close the stream: the provider then asks for the next step. */
  | "close_line"
  /** Wait for the provider to ask for the next step. */
  | "await_next"
  /** Wait longer, for the provider to ask for the next step or to say that the call is over. */
  | "await_word"
  /** Write the end, once. */
  | "finish";

type Row = Partial<Record<PhaseInput, readonly [Phase, PhaseAction]>>;

const phaseTable: Record<Phase, Row> = {
  answering: {
    line_attached: ["streaming", "begin"],
    provider_ended: ["ended", "finish"],
    hang_up: ["ending", "hang_up"],
    fail: ["fallback", "redirect"],
    next_asked: ["ended", "finish"],
  },
  streaming: {
    line_stopped: ["stopped", "await_word"],
    line_broken: ["fallback", "await_next"],
    provider_ended: ["ended", "finish"],
    transfer_announced: ["handing_over", "close_line"],
    goodbye_begun: ["parting", "none"],
    hang_up: ["ending", "hang_up"],
    fail: ["fallback", "redirect"],
    next_asked: ["ended", "finish"],
  },
  parting: {
    line_stopped: ["ended", "finish"],
    line_broken: ["ended", "finish"],
    provider_ended: ["ended", "finish"],
    hang_up: ["ending", "hang_up"],
    fail: ["ending", "hang_up"],
    next_asked: ["ended", "finish"],
  },
  stopped: {
    provider_ended: ["ended", "finish"],
    next_asked: ["ended", "finish"],
    nobody_asked: ["ended", "finish"],
    given_up: ["ended", "finish"],
  },
  handing_over: {
    provider_ended: ["ended", "finish"],
    next_asked: ["ended", "finish"],
    fail: ["fallback", "redirect"],
    nobody_asked: ["fallback", "redirect"],
    given_up: ["ended", "finish"],
  },
  fallback: {
    provider_ended: ["ended", "finish"],
    next_asked: ["ended", "finish"],
    request_done: ["ended", "finish"],
    request_failed: ["fallback", "close_line"],
    nobody_asked: ["fallback", "redirect"],
    given_up: ["ended", "finish"],
  },
  ending: {
    line_stopped: ["ended", "finish"],
    line_broken: ["ended", "finish"],
    provider_ended: ["ended", "finish"],
    next_asked: ["ended", "finish"],
    request_done: ["ended", "finish"],
    request_failed: ["ending", "close_line"],
    given_up: ["ended", "finish"],
  },
  ended: {},
};

/** The next phase and what to do on the way. */
export const stepPhase = (phase: Phase, input: PhaseInput): readonly [Phase, PhaseAction] =>
  phaseTable[phase][input] ?? [phase, "none"];
