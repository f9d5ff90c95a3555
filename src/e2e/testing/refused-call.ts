import { limits } from "../../limits.ts";
import type { Stage } from "./stage.ts";
import { ringing, signedPost } from "./wire.ts";

/**
 * A caller's call beyond those that one caller may have at once: its webhook was answered with the recording. One that rang
 * while memory had not heard of the number yet does not count.
 */
export async function refusedCall(stage: Stage, From: string): Promise<Record<string, string>> {
  for (let call = 0; call <= 2 * limits.callsPerCallerMax; call++) {
    const form = ringing(stage, { From });
    const { body } = await signedPost(stage, "/webhook/incoming_call", form);
    if (body?.includes("<Record")) return form;
  }
  throw new Error("no call was refused");
}
