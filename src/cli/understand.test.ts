import { describe, expect, test } from "bun:test";
import { understandCommand } from "./understand.ts";

const streamOf = (...chunks: string[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });

async function run(args: string[], ...input: string[]) {
  const written: string[] = [];
  const code = await understandCommand(args, { stdin: streamOf(...input), write: (text) => void written.push(text) });
  return { code, written, lines: written.join("").split("\n").filter(Boolean) };
}

const now = ["--now", "2026-11-24T10:15:00+02:00", "--zone", "Asia/Jerusalem"];

describe("one utterance", () => {
  test("prints one JSON object", async () => {
    const { code, lines } = await run([...now, "מחר בארבע וחצי"]);
    expect(code).toBe(0);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      kind: "instant",
      start: "2026-11-25T16:30",
      grain: "minute",
      offset: "+02:00",
    });
  });
  test("takes the words unquoted, the city and the context", async () => {
    const context = JSON.stringify({ offered: ["2026-11-25T16:00"] });
    const { lines } = await run([...now, "--city", "haifa", `--context=${context}`, "כן,", "אפשר"]);
    expect(JSON.parse(lines[0]!)).toMatchObject({ kind: "confirm", slot: "2026-11-25T16:00" });
  });
  test("a bad time is an error and exit code 1", async () => {
    const { code, lines } = await run(["--now", "yesterday", "מחר"]);
    expect(code).toBe(1);
    expect(JSON.parse(lines[0]!)).toHaveProperty("error");
  });
  for (const args of [[], ["--now"], ["--nonsense", "מחר"]]) {
    test(`usage for ${JSON.stringify(args)}`, async () => {
      const { code, written } = await run(args);
      expect(code).toBe(2);
      expect(written.join("")).toStartWith("usage:");
    });
  }
});

describe("batch", () => {
  const row = (id: unknown, text: unknown, more: object = {}) =>
    JSON.stringify({ id, text, now: "2026-11-24T10:15:00+02:00", zone: "Asia/Jerusalem", ...more });

  test("one line each, with the id, in order", async () => {
    const { code, lines } = await run(["--batch"], `${row(1, "מחר בחמש")}\n${row("b", "תבטלו")}\n`);
    expect(code).toBe(0);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { id: 1, kind: "instant", start: "2026-11-25T17:00" },
      { id: "b", kind: "cancel" },
    ]);
  });
  test("a bad line is answered and does not stop the rest", async () => {
    const input = [
      "not json",
      "[]",
      row(3, 7),
      row(4, "מחר", { now: "never" }),
      row(5, "מחר", { zone: "Mars/Olympus" }),
      row(6, "מחר"),
    ];
    const { code, lines } = await run(["--batch"], `${input.join("\n")}\n`);
    const answers = lines.map((line) => JSON.parse(line) as { id: unknown; error?: string; kind?: string });
    expect(code).toBe(0);
    expect(answers.map(({ id }) => id)).toEqual([null, null, 3, 4, 5, 6]);
    expect(answers.map(({ error }) => error !== undefined)).toEqual([true, true, true, true, true, false]);
  });
  test("lines cut in the middle of a letter, and a last line without its end", async () => {
    const bytes = new TextEncoder().encode(`${row(1, "מחר")}\n${row(2, "מחר")}`);
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 0; i < bytes.length; i += 7) controller.enqueue(bytes.slice(i, i + 7));
        controller.close();
      },
    });
    const written: string[] = [];
    await understandCommand(["--batch"], { stdin: stream, write: (text) => void written.push(text) });
    expect(written.map((line) => (JSON.parse(line) as { id: number }).id)).toEqual([1, 2]);
  });
  test("an offered slot that cannot be read is an error of that line: a yes to it would book nothing", async () => {
    const { lines } = await run(["--batch"], row(7, "כן", { context: { offered: ["garbage"] } }));
    expect(JSON.parse(lines[0]!)).toMatchObject({ id: 7, error: expect.stringContaining("offered") });
  });

  test("offered slots may be objects and unknown context is ignored", async () => {
    const context = {
      offered: [{ start: "2026-11-25T16:00" }, { date: "2026-11-26", time: "17:00" }],
      mood: "good",
      pending: null,
    };
    const { lines } = await run(["--batch"], row(1, "השני", { context }));
    expect(JSON.parse(lines[0]!)).toMatchObject({ kind: "choose", index: 1, slot: "2026-11-26T17:00" });
  });
});
