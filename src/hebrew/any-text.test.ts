// Bad input: whatever is sent, an answer comes back, it keeps its own shape, and long texts cost no more than their length.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseIsoLocal } from "./civil.ts";
import { lexicon } from "./lexicon.ts";
import type { Context, Understanding } from "./types.ts";
import { understand } from "./understand.ts";

const words = [...lexicon.words.keys(), ...lexicon.phrases.keys()];
const pieces = [
  ...["ב", "ל", "ה-", "מ", "ו", "ש", "-", "/", ":", ".", ",", "?", "'", '"', "׳", "״", "₪", "\n", "\u200f", "👍"],
  ...[
    "0",
    "4",
    "7",
    "12",
    "15",
    "24",
    "25",
    "31",
    "99",
    "1630",
    "16:30",
    "25:61",
    "3.5",
    "5/2",
    "31/2",
    "2/15",
    "2027",
    "0521234567",
  ],
];
const vocabulary = fc
  .array(fc.oneof(fc.constantFrom(...words), fc.constantFrom(...pieces), fc.constantFrom(" ", "", " ב", " ל", " מ")), {
    maxLength: 14,
  })
  .map((parts) => parts.join(" ").replaceAll("  ", ""));

const slot = fc
  .record({ day: fc.integer({ min: 1, max: 28 }), hour: fc.integer({ min: 0, max: 23 }) })
  .map(({ day, hour }) => `2026-12-${String(day).padStart(2, "0")}T${String(hour).padStart(2, "0")}:30`);
const context: fc.Arbitrary<Context> = fc.record(
  {
    offered: fc.array(slot, { maxLength: 4 }),
    pending: fc.record(
      { date: slot.map((one) => one.slice(0, 10)), time: slot.map((one) => one.slice(11)) },
      { requiredKeys: [] },
    ),
    asked: fc.constantFrom("time" as const, "date" as const),
    appointment: slot,
  },
  { requiredKeys: [] },
);
const moments = fc.date({ min: new Date("2020-01-01"), max: new Date("2040-01-01"), noInvalidDate: true });
const zones = fc.constantFrom("Asia/Jerusalem", "-02:00", "America/New_York", "UTC");

function checkShape(understood: Understanding): void {
  const local = (text: string | undefined) => text === undefined || expect(parseIsoLocal(text)).not.toBeNull();
  if (understood.kind === "instant" || understood.kind === "interval") {
    local(understood.start);
    expect(understood.offset).toMatch(/^[+-]\d\d:\d\d/);
  }
  if (understood.kind === "interval") expect(understood.end > understood.start).toBe(true);
  if (understood.kind === "timeOfDay") expect(understood.time).toMatch(/^([01]\d|2[0-3]):[0-5]\d$/);
  if (understood.kind === "ask") expect(understood.missing.length).toBeGreaterThan(0);
  if (understood.kind === "choose") expect(understood.slot).toBeDefined();
  expect(JSON.parse(JSON.stringify(understood))).toEqual(understood);
}

describe("any text", () => {
  test("random unicode is answered", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), moments, zones, (text, date, zone) => {
        checkShape(understand(text, { now: date.toTemporalInstant(), zone }));
      }),
      { numRuns: 500 },
    );
  }, 60_000);

  test("random strings of the vocabulary are answered, in any conversation", () => {
    fc.assert(
      fc.property(vocabulary, moments, zones, context, (text, date, zone, said) => {
        checkShape(understand(text, { now: date.toTemporalInstant(), zone, context: said }));
      }),
      { numRuns: 4_000 },
    );
  }, 60_000);

  test("the same words at the same moment mean the same", () => {
    fc.assert(
      fc.property(vocabulary, moments, (text, date) => {
        const moment = { now: date.toTemporalInstant(), zone: "Asia/Jerusalem" };
        expect(understand(text, moment)).toEqual(understand(text, moment));
      }),
      { numRuns: 300 },
    );
  });

  test("niqqud, bidi marks and final letters change nothing", () => {
    const moment = { now: Temporal.Instant.from("2026-11-24T10:15:00+02:00"), zone: "Asia/Jerusalem" };
    const { evidence: _, ...plain } = understand("מחר בארבע וחצי", moment);
    for (const dressed of ["מָחָר בְּאַרְבַּע וָחֵצִי", "\u200fמחר\u200e בארבע\u200f וחצי", "מחר בארבע  וחצי!!!"]) {
      expect(understand(dressed, moment)).toMatchObject(plain);
    }
  });

  test("a text of ten thousand letters takes no more than its share", () => {
    const moment = { now: Temporal.Instant.from("2026-11-24T10:15:00+02:00"), zone: "Asia/Jerusalem" };
    const context = { offered: ["2026-12-02T10:00"], appointment: "2026-12-03T10:00" };
    const sentences = [
      "אפשר מחר בארבע או ביום שלישי, 10-12 ",
      "לא טוב לא כן אפשר ",
      "ב4 ",
      "שלוש מאות אלף ",
      "'\"-",
      "-",
      "1.1-",
      "a@",
      "@",
      "לא ",
      "א".repeat(50),
    ];
    for (const sentence of sentences) {
      const long = sentence.repeat(Math.ceil(10_000 / sentence.length)).slice(0, 10_000);
      const before = process.cpuUsage();
      understand(long, moment);
      understand(long, { ...moment, context });
      // Work and not time, so that a loaded machine makes no difference: 2-60 ms, where every pair of words was looked at over 900.
      expect(process.cpuUsage(before).user).toBeLessThan(500_000);
    }
  });
});
