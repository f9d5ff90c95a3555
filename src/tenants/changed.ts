import { announce } from "../db/announce.ts";
import { type Act, audit } from "./audit.ts";
import type { Ctx } from "./ctx.ts";

/** Areas of what staff sets, as live panels know them. */
export type SetArea = "business" | "settings" | "number" | "hours" | "resource" | "prompt" | "knowledge" | "question";

/** Writes down who changed what, and tells open panels: both with the change or not at all. */
export async function changed(ctx: Ctx, type: SetArea, id: string, act: Act): Promise<void> {
  await audit(ctx, act);
  await announce(ctx.tx, { businessId: ctx.businessId, type, id });
}

/** Names of the fields that a change gives, for the audit. */
export const fieldsOf = (change: object): string =>
  Object.entries(change)
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name)
    .join(" ");
