import { dearestOf, type ModelPrice, type PriceEntry, priceOf, prices, type UsageKind } from "./prices.ts";

/** What was consumed of one model. As OpenAI reports it: the input tokens include the cached ones. */
export interface Consumption {
  model: string;
  textInputTokens: number;
  audioInputTokens: number;
  cachedTextTokens: number;
  cachedAudioTokens: number;
  textOutputTokens: number;
  audioOutputTokens: number;
  /** Audio billed by time. */
  seconds: number;
  /** How many, of what is billed by the piece; absent = none. */
  items?: number;
}

export interface CostSettings {
  /** Shekels per US dollar. */
  usdIlsRate: number;
  /** Day of the prices, "2026-11-21". */
  day: string;
  table?: readonly PriceEntry[];
}

export interface Cost {
  /** Rounded once, over everything: many small amounts do not vanish. */
  agorot: number;
  /** The same, not rounded: for whoever adds it to more. */
  exact: number;
  /** Models that have no price: their part is estimated, at the dearest of their kind. */
  unpriced: string[];
}

/** What all of it costs together. @param consumed `kind` = what for, which counts where the model has no price. */
export function costOf(
  consumed: readonly (Consumption & { kind?: UsageKind })[],
  { usdIlsRate, day, table = prices }: CostSettings,
): Cost {
  const unpriced = new Set<string>();
  let dollars = 0;
  for (const part of consumed) {
    const price = priceOf(part.model, day, table);
    if (!price) unpriced.add(part.model);
    dollars += dollarsOf(part, price ?? dearestOf(part.kind, day, table));
  }
  const exact = dollars * usdIlsRate * 100;
  return { agorot: Math.round(exact), exact, unpriced: [...unpriced] };
}

function dollarsOf(part: Consumption, price: ModelPrice): number {
  const freshText = Math.max(0, part.textInputTokens - part.cachedTextTokens);
  const freshAudio = Math.max(0, part.audioInputTokens - part.cachedAudioTokens);
  const tokens =
    freshText * (price.textInput ?? 0) +
    part.cachedTextTokens * (price.cachedText ?? price.textInput ?? 0) +
    part.textOutputTokens * (price.textOutput ?? 0) +
    freshAudio * (price.audioInput ?? 0) +
    part.cachedAudioTokens * (price.cachedAudio ?? price.audioInput ?? 0) +
    part.audioOutputTokens * (price.audioOutput ?? 0);
  return tokens / 1_000_000 + (part.seconds / 60) * (price.audioMinute ?? 0) + (part.items ?? 0) * (price.item ?? 0);
}
