import { MULAW_FRAME_BYTES } from "../audio/mulaw.ts";
import type { Clock, Timer } from "../base/clock.ts";
import type { AnswerRequest, EngineContext, EngineEvents, EngineState, VoiceEngine } from "../live-call/engine.ts";
import { VAD_SPEECH_ENDED, VAD_SPEECH_STARTED, Vad } from "../live-call/vad/vad.ts";
import type { DemoClip, SpokenClip } from "./demo-clips.ts";

export interface DemoEngineDeps {
  clock: Clock;
  clips(clip: DemoClip): SpokenClip;
}

// A pause this long after speech is the end of a turn, as models take it by default.
const turnEndMs = 500;
// Shorter sounds are no turn.
const turnMs = 200;
// 200 ms, in whole frames: about what models send at a time.
const pieceBytes = 10 * MULAW_FRAME_BYTES;

/**
 * The built-in voice for test calls without a model: hears turns by the product's own detector and answers with
 * recorded sentences that say so. Understands nothing and calls no tools.
 */
export class DemoEngine implements VoiceEngine {
  readonly name = "demo";
  readonly wantsRotation = false;
  state: EngineState = "idle";
  readonly #deps: DemoEngineDeps;
  readonly #vad = new Vad();
  readonly #frame = Buffer.alloc(MULAW_FRAME_BYTES);
  #events: EngineEvents | null = null;
  #answersByItself = true;
  #turnEnd: Timer | null = null;
  #turns = 0;
  #answers = 0;

  constructor(deps: DemoEngineDeps) {
    this.#deps = deps;
  }

  open(_context: EngineContext, events: EngineEvents): void {
    this.#events = events;
    this.state = "connecting";
    this.#deps.clock.after(0, () => {
      if (this.state !== "connecting") return;
      this.state = "ready";
      events.ready();
    });
  }

  appendAudio(payload: string): void {
    if (this.state !== "ready") return;
    const bytes = this.#frame.write(payload, "base64");
    const verdict = this.#vad.push(this.#frame, bytes, null);
    if (verdict === VAD_SPEECH_STARTED) {
      this.#turnEnd?.cancel();
      this.#events?.callerSpeech("started");
    } else if (verdict === VAD_SPEECH_ENDED) {
      this.#events?.callerSpeech("stopped");
      if (this.#vad.utteranceMs >= turnMs) this.#turnEnd = this.#deps.clock.after(turnEndMs, () => this.#takeTurn());
    }
  }

  setAutoAnswer(on: boolean): void {
    this.#answersByItself = on;
  }

  respond(request?: AnswerRequest): void {
    this.#turnEnd?.cancel();
    if (request?.takeTurn) this.#turn();
    this.#deps.clock.after(0, () => this.#answer());
  }

  // Its memory is empty and its answers are made in one piece: there is nothing to take back.
  interrupt(): void {}
  addContext(): void {}
  toolResult(): void {}
  rotate(): void {}

  windUp(_spoke: boolean, over: () => void): void {
    this.close();
    over();
  }

  close(): void {
    this.#turnEnd?.cancel();
    this.state = "closed";
    this.#events = null;
  }

  #takeTurn(): void {
    this.#turn();
    if (this.#answersByItself) this.#answer();
  }

  #turn(): void {
    const itemId = `turn${++this.#turns}`;
    this.#events?.callerTurn(itemId);
    this.#events?.transcript({ role: "caller", itemId, text: "…", final: true });
  }

  #answer(): void {
    const events = this.#events;
    if (events === null || this.state !== "ready") return;
    const number = this.#answers++;
    const { audio, text } = this.#deps.clips(number === 0 ? "welcome" : number % 2 === 1 ? "heard" : "heard-again");
    const answerId = `answer${number}`;
    events.answerStarted(answerId);
    for (let at = 0; at < audio.length; at += pieceBytes)
      events.audio(answerId, audio.subarray(at, at + pieceBytes).toBase64());
    events.audioDone(answerId);
    events.transcript({ role: "assistant", itemId: answerId, text, final: true });
    events.answerDone({ answerId, status: "completed", reason: null, produced: true });
  }
}
