import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Consumption, costOf } from "./cost.ts";
import { type PriceEntry, priceOf, prices, type UsageKind } from "./prices.ts";

const nothing: Consumption = {
  model: "m",
  textInputTokens: 0,
  audioInputTokens: 0,
  cachedTextTokens: 0,
  cachedAudioTokens: 0,
  textOutputTokens: 0,
  audioOutputTokens: 0,
  seconds: 0,
};
const table: PriceEntry[] = [
  {
    model: "m",
    kind: "voice",
    from: "2026-01-01",
    price: {
      textInput: 4,
      cachedText: 1,
      textOutput: 24,
      audioInput: 32,
      cachedAudio: 2,
      audioOutput: 64,
      audioMinute: 0.6,
      item: 0.005,
    },
  },
  { model: "m", kind: "voice", from: "2026-06-01", price: { textInput: 8 } },
  { model: "m-mini", kind: "voice", from: "2026-01-01", price: { textInput: 1 } },
  { model: "c", kind: "chat", from: "2026-01-01", price: { textInput: 2 } },
  { model: "c", kind: "chat", from: "2026-03-01", price: { textInput: 3 } },
];
const million = 1_000_000;
const at = { usdIlsRate: 1, day: "2026-02-01", table };

const rows: [string, Partial<Consumption>, number][] = [
  ["fresh text", { textInputTokens: million }, 400],
  ["cached text is cheaper and not paid twice", { textInputTokens: million, cachedTextTokens: million }, 100],
  ["half cached", { textInputTokens: million, cachedTextTokens: million / 2 }, 250],
  ["audio in", { audioInputTokens: million }, 3_200],
  ["cached audio", { audioInputTokens: million, cachedAudioTokens: million }, 200],
  ["text out", { textOutputTokens: million }, 2_400],
  ["audio out", { audioOutputTokens: million }, 6_400],
  ["time", { seconds: 90 }, 90],
  ["messages by the piece", { items: 300 }, 150],
  ["a provider that reports more cached than input", { textInputTokens: 1, cachedTextTokens: million }, 100],
];
for (const [what, part, agorot] of rows)
  test(`cost: ${what}`, () => {
    expect(costOf([{ ...nothing, ...part }], at)).toMatchObject({ agorot, unpriced: [] });
  });

test("many small amounts do not vanish: rounding happens once", () => {
  const small = { ...nothing, textInputTokens: 1_000 }; // 0.4 agorot each
  expect(
    costOf(
      Array.from({ length: 1_000 }, () => small),
      at,
    ).agorot,
  ).toBe(400);
});

// A new model's calls once cost 0, and no daily cap held them (S6).
const estimates: [string, Partial<Consumption>, UsageKind | undefined, string, number][] = [
  ["at the dearest of its kind", { textInputTokens: million }, "chat", "2026-02-01", 200],
  ["at the price that holds on the day", { textInputTokens: million }, "chat", "2026-03-02", 300],
  ["at the dearest of all where its kind is not billed so", { audioInputTokens: million }, "chat", "2026-02-01", 3_200],
  ["at the dearest of all when nobody says what for", { textInputTokens: million }, undefined, "2026-02-01", 400],
  ["before the first price, at any that is known", { textInputTokens: million }, "chat", "2025-12-31", 300],
];
for (const [how, part, kind, day, agorot] of estimates)
  test(`a-model-without-a-price-is-free: it is named, and counted ${how}`, () => {
    const parts = [{ ...nothing, model: "new", ...part, ...(kind && { kind }) }];
    expect(costOf(parts, { ...at, day })).toMatchObject({ agorot, unpriced: ["new"] });
  });

const lookups: [string, string, number | undefined][] = [
  ["m", "2026-02-01", 4],
  ["m", "2026-06-01", 8],
  ["m", "2025-12-31", undefined],
  ["m-2026-05-01", "2026-05-02", 4],
  ["m-mini", "2026-02-01", 1],
  ["m-mini-2026-05-01", "2026-06-02", 1],
  ["mini", "2026-02-01", undefined],
];
for (const [model, day, textInput] of lookups)
  test(`price of ${model} on ${day} is ${textInput ?? "unknown"}`, () => {
    expect(priceOf(model, day, table)?.textInput).toBe(textInput);
  });

test("consuming more never costs less", () => {
  const tokens = fc.nat({ max: 10 * million });
  const part = fc.record({
    textInputTokens: tokens,
    audioInputTokens: tokens,
    textOutputTokens: tokens,
    seconds: tokens,
  });
  fc.assert(
    fc.property(part, part, (one, other) => {
      const both = costOf(
        [
          { ...nothing, ...one },
          { ...nothing, ...other },
        ],
        at,
      ).agorot;
      expect(both).toBeGreaterThanOrEqual(costOf([{ ...nothing, ...one }], at).agorot);
    }),
  );
});

test("the default models of the configuration have a price", () => {
  for (const model of ["gpt-realtime-2.1", "gpt-live-transcribe", "gpt-transcribe", "gpt-6-luna", "twilio-voice"])
    expect(priceOf(model, "2026-11-21", prices), model).not.toBeNull();
});
