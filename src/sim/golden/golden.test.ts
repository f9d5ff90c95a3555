import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { createVirtualClock } from "../clock.ts";
import { createModel } from "../openai/model.ts";
import { RealtimeSession } from "../openai/session.ts";
import { SoundBook } from "../sound-book.ts";

type Json = Record<string, unknown>;
const linesOf = (name: string): Json[] =>
  readFileSync(new URL(`./${name}.jsonl`, import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

/** Paths of all fields with the kind of their values, so that two lines of one type can be compared. */
function shape(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [`${path}[]`] : shape(value[0], `${path}[]`);
  if (value === null || typeof value !== "object") return [path];
  return Object.entries(value)
    .flatMap(([name, field]) => shape(field, `${path}.${name}`))
    .sort();
}

function openSession(sent: Json[]) {
  const clock = createVirtualClock();
  const session = new RealtimeSession({
    id: "sess_0123456789",
    model: createModel({ clock, book: new SoundBook(), apiKey: "key" }),
    modelName: "gpt-realtime-2.1",
    socket: { send: (text) => void sent.push(JSON.parse(text)), close: () => {} },
  });
  const run = async (ms: number) => {
    for (let step = 0; step < ms; step += 10) {
      clock.advance(10);
      for (let turn = 0; turn < 3; turn++) await Promise.resolve();
    }
  };
  return { session, run };
}

describe("golden lines and the simulators agree", () => {
  test("every client line is understood without an error", async () => {
    const sent: Json[] = [];
    const { session, run } = openSession(sent);
    for (const line of linesOf("client-to-model")) session.receive(JSON.stringify(line));
    await run(2_000);
    expect(sent.filter(({ type }) => type === "error")).toEqual([]);
    expect(sent.at(-1)).toMatchObject({ type: "response.done", response: { status: "cancelled" } });
  });

  test("what the model's fake sends has the fields of the golden line of its type", async () => {
    const sent: Json[] = [];
    const { session, run } = openSession(sent);
    session.receive(
      JSON.stringify({
        type: "response.create",
        response: { instructions: "Say exactly:\nשלום", metadata: { request: "1" } },
      }),
    );
    await run(2_000);
    const golden = linesOf("model-to-client");
    const compared = [
      "rate_limits.updated",
      "response.created",
      "response.content_part.added",
      "response.output_audio.delta",
      "response.output_audio.done",
      "response.output_audio_transcript.delta",
      "response.output_audio_transcript.done",
      "response.content_part.done",
      "response.output_item.added",
      "response.output_item.done",
      "response.done",
    ];
    for (const type of compared) {
      const ours = sent.find((event) => event.type === type);
      const theirs = golden.filter((event) => event.type === type).map((event) => shape(event).join());
      expect(ours, type).toBeDefined();
      expect(theirs, type).toContain(shape(ours).join());
    }
  });

  test("every line is one JSON object, frames of audio are whole", () => {
    for (const name of ["twilio-to-server", "server-to-twilio", "client-to-model", "model-to-client"])
      for (const line of linesOf(name)) {
        const payload = (line.media as { payload?: string } | undefined)?.payload ?? line.audio;
        if (typeof payload === "string") expect(Buffer.from(payload, "base64").length).toBe(160);
      }
  });
});
