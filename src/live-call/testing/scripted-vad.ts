import { frameEnergy } from "../../audio/energy.ts";
import { VAD_NOTHING, VAD_SPEECH_ENDED, VAD_SPEECH_STARTED } from "../vad/vad.ts";

const loud = 1_000 ** 2;
const startFrames = 5;
const hangFrames = 15;
const nothing = new Uint8Array(160).fill(0xff);

/**
 * A detector without judgement: five loud frames are speech, fifteen quiet ones end it. Tests of the call use it, so
 * that they neither depend on the real detector's ear nor pay for it.
 */
export class ScriptedVad {
  speaking = false;
  utteranceMs = 0;
  voicedMs = 0;
  pauseMs = 0;
  levelRms = 0;
  noiseFloorRms = 10;
  speechThresholdRms = 1_000;
  thresholdMoved = false;
  #calibrated = false;
  echoDelayMs = 0;
  #loudFrames = 0;
  #quietFrames = 0;

  push(frame: Uint8Array, bytes: number): number {
    const energy = frameEnergy(frame, bytes);
    this.thresholdMoved = !this.#calibrated;
    this.#calibrated = true;
    this.levelRms = Math.sqrt(energy);
    this.#loudFrames = energy > loud ? this.#loudFrames + 1 : 0;
    this.#quietFrames = energy > loud ? 0 : this.#quietFrames + 1;
    this.pauseMs = this.#quietFrames * 20;
    if (this.speaking) return this.#goOn(frame);
    if (this.#loudFrames < startFrames) return VAD_NOTHING;
    this.speaking = true;
    this.utteranceMs = startFrames * 20;
    this.voicedMs = isHoarse(frame) ? 0 : this.utteranceMs;
    return VAD_SPEECH_STARTED;
  }

  miss(): number {
    return this.push(nothing, 0);
  }

  #goOn(frame: Uint8Array): number {
    if (this.#quietFrames === 0) this.utteranceMs += 20;
    if (this.#quietFrames === 0 && !isHoarse(frame)) this.voicedMs += 20;
    if (this.#quietFrames < hangFrames) return VAD_NOTHING;
    this.speaking = false;
    return VAD_SPEECH_ENDED;
  }
}

const isHoarse = (frame: Uint8Array): boolean => frame[0] === frame[1];

/** Loud sound of the caller: 20 ms frames that differ, so that each can be told apart. */
export const loudSound = (ms: number): Uint8Array =>
  Uint8Array.from({ length: ms * 8 }, (_, at) => (at % 2 === 0 ? 0x10 : 0x90) + (Math.floor(at / 160) % 8));

/** The same without any vowel: coughs. */
export const hoarseSound = (ms: number): Uint8Array => loudSound(ms).map((_, at, sound) => sound[at - (at % 2)]!);
