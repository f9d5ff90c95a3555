/** What goes wrong on one simulated call. Times count from the answer of the call, in ms. Everything is off by default. */
export interface LineFaults {
  /** Frames of the caller leave up to this much late, in order. */
  jitterMs?: number;
  /** Share of the caller's frames that never leave (0..1): the stream then shows a gap in its timestamps. */
  loss?: number;
  /** Network delay of socket messages, each way. */
  delayMs?: number;
  /** No frames for a while: the caller's leg has died or is stalled. */
  stall?: { atMs: number; forMs: number };
  /** The socket is cut without a goodbye. */
  resetAtMs?: number;
  /** The provider ends the stream while the phone call goes on: `stop`, and then `<Connect>`'s action is asked. */
  stopAtMs?: number;
  /** The socket stays open, nothing is sent or read any more. */
  halfOpenAtMs?: number;
  /** Lines sent as they are over the media socket, in order, 20 ms apart. Uint8Array goes as a binary frame. */
  garbage?: { atMs: number; lines: readonly (string | Uint8Array)[] };
  /** The media socket is opened this much after the TwiML was taken. */
  streamLateMs?: number;
  /** The TwiML is taken, but no media socket is ever opened. */
  neverStart?: boolean;
  /** The `token` parameter is replaced by this before `start` is sent. */
  forgedParameters?: Readonly<Record<string, string>>;
  /** Every webhook is sent this many times at once; the first answer counts. */
  webhookCopies?: number;
  /** Final status callbacks come doubled and in the wrong order, with an old `in-progress` at the end. */
  shuffledStatus?: boolean;
  /** The assistant's sound returns into the caller's leg. */
  echo?: { returnLossDb: number; delayMs: number };
}

/** What goes wrong at the model's end; live settings, read at the moment they matter. */
export interface ModelFaults {
  /** Answer to the upgrade request instead of 101. */
  refuseUpgrade: 401 | 403 | 429 | 500 | 503 | null;
  /** Upgrades hang without an answer. */
  hangUpgrade: boolean;
  /** Open sessions accept audio and say nothing (half-open). */
  silent: boolean;
  /** Codes sent as `response.done` with status failed, one per answer, oldest first. */
  failResponses: string[];
  /** Fields of `session` that `session.update` refuses. */
  rejectSessionFields: string[];
  /** Answers stop after this much audio and never finish; null = they finish. */
  stallAfterAudioMs: number | null;
  /** Answers complete without any output. */
  emptyResponses: boolean;
  /** REST requests answer this status. */
  restStatus: number | null;
  /** REST answers 200 with a body that ends after this many bytes: half a JSON. */
  restCutAfterBytes: number | null;
  /** REST answers this much later. */
  restDelayMs: number;
}

export const noModelFaults = (): ModelFaults => ({
  refuseUpgrade: null,
  hangUpgrade: false,
  silent: false,
  failResponses: [],
  rejectSessionFields: [],
  stallAfterAudioMs: null,
  emptyResponses: false,
  restStatus: null,
  restCutAfterBytes: null,
  restDelayMs: 0,
});
