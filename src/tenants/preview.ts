import { readBusiness } from "./business.ts";
import type { Ctx } from "./ctx.ts";
import {
  fillPlaceholders,
  type Placeholder,
  placeholders,
  placeholdersOf,
  unknownPlaceholders,
} from "./placeholders.ts";
import { getSettings } from "./settings.ts";

/** A text that somebody is writing. */
export interface DraftText {
  kind: "greeting" | "prompt";
  text: string;
  customerName?: string | undefined;
}

/** The text filled with what the business is called and where it is, what it may ask for, and what nobody knows. */
export async function previewText(ctx: Ctx, now: Temporal.Instant, { kind, text, customerName }: DraftText) {
  const business = await readBusiness(ctx);
  const { assistantName } = await getSettings(ctx);
  const known = placeholdersOf(kind);
  const today = now.toZonedDateTimeISO(business.timezone).toPlainDate();
  const filled = fillPlaceholders(text, {
    business_name: business.name,
    assistant_name: assistantName,
    customer_name: customerName ?? "",
    city: business.city ?? "",
    today: kind === "prompt" ? today.toLocaleString("he-IL", { dateStyle: "full" }) : "",
  });
  return {
    text: filled,
    unknown: unknownPlaceholders(text, known),
    placeholders: known.map((name) => ({ name, label: placeholders[name as Placeholder] })),
  };
}
