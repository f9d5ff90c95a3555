import { limits } from "../../limits.ts";
import type { Vad } from "./vad.ts";

export const BARGE_NOTHING = 0;
/** Stop the assistant now. */
export const BARGE_IN = 1;
/** The caller said something short ("כן", "אהה") and the assistant goes on. */
export const BARGE_NOTICED = 2;

const FRAME_MS = 20;
// From the first sound. 200 loses 7 of 1,000 interruptions within 400 ms, 220 loses 25, and spares as many backchannels: most words last longer.
// A backchannel that stops the assistant all the same is judged a false stop, and she goes on.
const SUSTAINED_MS = 180;
// A cough has one voiced end of up to 120 ms; speech goes on to the next syllable.
const VOICED_SPAN_MS = 120;
// In nats (see ClearVoice). A voice gets there within 400 ms in 96 of 100 utterances; one of 900 coughs does, and of 3,600 breaths none.
const CERTAINTY = 14;
// So certain that the span does not matter: a word, a pause, and the next word.
const CERTAINTY_ALONE = 18;
// A sound that has gone on without a voice for long must be as certain as can be: a hiss has as many chances as it has frames.
const CERTAINTY_LATE = 22;
const LATE_MS = 500;
// Two frames as loud as the caller is: one may be a plate. A café behind the caller stopped the assistant 18 times a minute where
// she came back from a loudspeaker, as nothing can be learnt about it under her echo.
const NEAR_MS = 40;
// Still speaking: a short word that has just ended does not stop anything while the hangover runs.
const PAUSE_MS = 60;
// Under this a sound is not even a backchannel.
const NOTICED_VOICED_MS = 80;
// A keypad press is 50-500 ms of tone, and Twilio reports it when it is over.
const KEYPAD_MS = 500;

/** Decides whether the caller's voice stops the assistant. Policy on top of one call's `Vad`. */
export class BargeIn {
  readonly #graceMs: number;
  #wasSpeaking = false;
  #fired = false;
  #keypadMs = 0;

  constructor(settings?: { graceMs?: number }) {
    this.#graceMs = settings?.graceMs ?? limits.bargeInGraceMs;
  }

  /** Once per inbound frame, after `Vad.push`. `heardForMs`: how long the running answer has been heard, 0 = not audible. */
  push(vad: Vad, heardForMs: number): number {
    const ended = this.#wasSpeaking && !vad.speaking;
    this.#wasSpeaking = vad.speaking;
    const fired = this.#fired;
    if (ended) this.#fired = false;
    if (this.#keypadMs > 0) {
      this.#keypadMs -= FRAME_MS;
      return BARGE_NOTHING;
    }
    if (ended) return heardForMs > 0 && !fired && vad.voicedMs >= NOTICED_VOICED_MS ? BARGE_NOTICED : BARGE_NOTHING;
    if (this.#fired || !vad.speaking || heardForMs < this.#graceMs || heardForMs <= 0) return BARGE_NOTHING;
    if (vad.utteranceMs < SUSTAINED_MS || vad.pauseMs > PAUSE_MS) return BARGE_NOTHING;
    const needed =
      vad.utteranceMs > LATE_MS ? CERTAINTY_LATE : vad.voicedSpanMs < VOICED_SPAN_MS ? CERTAINTY_ALONE : CERTAINTY;
    if (vad.voiceCertainty < needed || vad.recentNearMs < NEAR_MS) return BARGE_NOTHING;
    this.#fired = true;
    return BARGE_IN;
  }

  /** The provider reported a key: tones around it are not speech. */
  keypad(): void {
    this.#keypadMs = KEYPAD_MS;
  }
}
