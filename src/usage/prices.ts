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

export interface PriceEntry {
  /** A model's name, or the beginning of its dated snapshots' names. */
  model: string;
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
    from: "2026-01-01",
    price: { textInput: 4, cachedText: 0.4, textOutput: 24, audioInput: 32, cachedAudio: 0.4, audioOutput: 64 },
  },
  {
    model: "gpt-realtime-2.1-mini",
    from: "2026-01-01",
    price: { textInput: 0.6, cachedText: 0.06, textOutput: 2.4, audioInput: 10, cachedAudio: 0.3, audioOutput: 20 },
  },
  { model: "gpt-6-luna", from: "2026-09-22", price: { textInput: 0.1, cachedText: 0.01, textOutput: 0.5 } },
  { model: "gpt-6-sol", from: "2026-09-22", price: { textInput: 2, cachedText: 0.2, textOutput: 10 } },
  // Not published when this was written: the prices of their closest predecessors.
  { model: "gpt-live-transcribe", from: "2026-01-01", price: { audioMinute: 0.017 } },
  { model: "gpt-transcribe", from: "2026-01-01", price: { audioMinute: 0.006 } },
  { model: "gpt-realtime-whisper", from: "2026-01-01", price: { audioMinute: 0.017 } },
  { model: "twilio-whatsapp", from: "2026-01-01", price: { item: 0.005 } },
  { model: "baileys-whatsapp", from: "2026-01-01", price: { item: 0 } },
  { model: "twilio-voice", from: "2026-01-01", price: { audioMinute: 0.0125 } },
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
