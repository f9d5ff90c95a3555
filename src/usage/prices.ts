/** US dollars per million tokens, and per minute of audio where a model is billed by time. Absent = not billed so. */
export interface ModelPrice {
  textInput?: number;
  cachedText?: number;
  textOutput?: number;
  audioInput?: number;
  cachedAudio?: number;
  audioOutput?: number;
  audioMinute?: number;
  /** Dollars for each. */
  item?: number;
}

/** What a model is used for, as `usage.kind` has it. */
export type UsageKind = "voice" | "transcription" | "chat" | "phone" | "message";

export interface PriceEntry {
  /** A model's name, or the beginning of its dated snapshots' names. */
  model: string;
  kind: UsageKind;
  /** First day (UTC) on which the price holds. */
  from: string;
  price: ModelPrice;
}

/**
 * List prices of the providers, newest last per model. Prices change: add a row with its date, never edit one, so
 * that past months keep their figures. `twilio-voice` is a minute of an incoming call with its media stream,
 * `twilio-whatsapp` a message in or out; what Meta adds for a template differs by country and is not in it.
 */
export const prices: readonly PriceEntry[] = [
  {
    model: "gpt-realtime-2.1",
    kind: "voice",
    from: "2026-01-01",
    price: { textInput: 4, cachedText: 0.4, textOutput: 24, audioInput: 32, cachedAudio: 0.4, audioOutput: 64 },
  },
  {
    model: "gpt-realtime-2.1-mini",
    kind: "voice",
    from: "2026-01-01",
    price: { textInput: 0.6, cachedText: 0.06, textOutput: 2.4, audioInput: 10, cachedAudio: 0.3, audioOutput: 20 },
  },
  {
    model: "gpt-6-luna",
    kind: "chat",
    from: "2026-09-22",
    price: { textInput: 0.1, cachedText: 0.01, textOutput: 0.5 },
  },
  { model: "gpt-6-sol", kind: "chat", from: "2026-09-22", price: { textInput: 2, cachedText: 0.2, textOutput: 10 } },
  // Not published when this was written: the prices of their closest predecessors.
  { model: "gpt-live-transcribe", kind: "transcription", from: "2026-01-01", price: { audioMinute: 0.017 } },
  { model: "gpt-transcribe", kind: "transcription", from: "2026-01-01", price: { audioMinute: 0.006 } },
  { model: "gpt-realtime-whisper", kind: "transcription", from: "2026-01-01", price: { audioMinute: 0.017 } },
  { model: "twilio-whatsapp", kind: "message", from: "2026-01-01", price: { item: 0.005 } },
  { model: "baileys-whatsapp", kind: "message", from: "2026-01-01", price: { item: 0 } },
  { model: "twilio-voice", kind: "phone", from: "2026-01-01", price: { audioMinute: 0.0125 } },
];

/** The price of a model on a day; a snapshot's name takes the longest known beginning. Null when nobody knows. */
export function priceOf(model: string, day: string, table: readonly PriceEntry[] = prices): ModelPrice | null {
  let best: PriceEntry | null = null;
  for (const entry of table) {
    if (entry.from > day || !(model === entry.model || model.startsWith(`${entry.model}-`))) continue;
    const better =
      !best ||
      entry.model.length > best.model.length ||
      (entry.model.length === best.model.length && entry.from >= best.from);
    if (better) best = entry;
  }
  return best?.price ?? null;
}

const billedBy = [
  ...(["textInput", "cachedText", "textOutput", "audioInput"] as const),
  ...(["cachedAudio", "audioOutput", "audioMinute", "item"] as const),
] as const;

/**
 * What a model without a price is counted at, so that a daily cap errs on the safe side: in each unit the dearest of its
 * kind on that day, and the dearest of all where its kind is not billed so.
 */
export function dearestOf(
  kind: UsageKind | undefined,
  day: string,
  table: readonly PriceEntry[] = prices,
): Required<ModelPrice> {
  const dated = table.filter(({ from }) => from <= day);
  const held = dated.length > 0 ? dated : table;
  const all = [...new Map(held.toSorted(byDate).map((entry) => [entry.model, entry])).values()];
  const ofKind = all.filter((entry) => entry.kind === kind);
  const dearest = (unit: keyof ModelPrice) => {
    const asked = [ofKind, all].map((entries) => entries.flatMap(({ price }) => price[unit] ?? []));
    return Math.max(0, ...(asked.find((found) => found.length > 0) ?? []));
  };
  return Object.fromEntries(billedBy.map((unit) => [unit, dearest(unit)])) as Required<ModelPrice>;
}

const byDate = (a: PriceEntry, b: PriceEntry): number => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0);
