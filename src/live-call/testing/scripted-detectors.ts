import { limits } from "../../limits.ts";
import type { Detectors } from "../caller-ear.ts";
import { BARGE_IN, BARGE_NOTHING, type BargeIn } from "../vad/barge-in.ts";
import type { Vad } from "../vad/vad.ts";
import { ScriptedVad } from "./scripted-vad.ts";

/** The plainest policy: a quarter of a second of speech stops an assistant that has been heard for the grace period. */
class ScriptedBargeIn {
  #fired = false;

  push(vad: Vad, heardForMs: number): number {
    if (!vad.speaking) this.#fired = false;
    if (this.#fired || !vad.speaking || vad.utteranceMs < 260 || heardForMs < limits.bargeInGraceMs)
      return BARGE_NOTHING;
    this.#fired = true;
    return BARGE_IN;
  }

  keypad(): void {}
}

/** The doubles in the place of the real classes, whose private state they do not have. */
export const scriptedDetectors = (): Detectors => ({
  vad: new ScriptedVad() as unknown as Vad,
  bargeIn: new ScriptedBargeIn() as unknown as BargeIn,
});
