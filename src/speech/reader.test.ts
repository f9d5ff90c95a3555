import { expect, test } from "bun:test";
import { linearToMulaw } from "../audio/mulaw.ts";
import { AppError } from "../base/errors.ts";
import { silentLog } from "../base/log.ts";
import { limits } from "../limits.ts";
import type { EngineUsage } from "../live-call/engine.ts";
import { ManualClock } from "../realtime/testing/manual-clock.ts";
import { type ScriptedConnection, ScriptedServer } from "../realtime/testing/scripted-server.ts";
import { audioDone, begin, done, problem } from "../realtime/testing/wire.ts";
import { createReader } from "./reader.ts";

const text = "שלום, הגעתם למספרה של דנה";

function make(server: ScriptedServer, apiKey: string | null = "test-key") {
  const clock = new ManualClock();
  const used: EngineUsage[] = [];
  const read = createReader({
    clock,
    log: silentLog,
    settings: { apiKey, baseUrl: server.baseUrl, realtimeModel: "voice-1", liveTranscribeModel: "ears-1" },
    usage: (usage) => used.push(usage),
  });
  return { clock, used, read };
}

/** Tone and silence in ms, as mu-law in base64: positive numbers sound, negative ones are silent. */
const sound = (...parts: number[]): string =>
  Buffer.concat(
    parts.map((ms) =>
      Buffer.from(
        Uint8Array.from({ length: Math.abs(ms) * 8 }, (_, n) =>
          ms < 0 ? 0xff : linearToMulaw(8_000 * Math.sin(n / 3)),
        ),
      ),
    ),
  ).toString("base64");

async function speak(connection: ScriptedConnection, audio: string, transcript: string): Promise<void> {
  await begin(connection, "resp1");
  connection.emit(
    { type: "response.output_audio.delta", response_id: "resp1", item_id: "item1", delta: audio },
    audioDone("resp1", "item1"),
    { type: "response.output_audio_transcript.done", response_id: "resp1", item_id: "item1", transcript },
    done("resp1", "completed", { usage: { output_token_details: { audio_tokens: 20 } } }),
  );
}

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "resolved",
    (thrown: unknown) => (thrown instanceof AppError ? thrown.code : thrown),
  );

test("a session of its own reads exactly the text: no caller, no turns, no tools", async () => {
  using server = new ScriptedServer();
  const { read, used, clock } = make(server);
  const reading = read("marin", text);
  const connection = await server.connection();
  const { session } = (await connection.configure()) as unknown as { session: Record<string, unknown> };
  expect(session.tools).toBeUndefined();
  expect(session.audio).toEqual({
    input: { format: { type: "audio/pcmu" }, turn_detection: null },
    output: { format: { type: "audio/pcmu" }, voice: "marin", speed: 1 },
  });
  await speak(connection, sound(-300, 500, -200), text);
  const audio = await reading;
  await connection.closed;
  // 40 ms before and after the sound stay, rounded out to whole frames.
  expect(audio.length % 160).toBe(0);
  expect(audio.length / 8).toBe(580);
  expect(used.map(({ audioOutputTokens }) => audioOutputTokens)).toEqual([20]);
  clock.advance(limits.engineCloseMs);
  expect(clock.timers).toBe(0);
});

test("a model that adds a preface is asked once more", async () => {
  using server = new ScriptedServer();
  const { read } = make(server);
  const reading = read("marin", text);
  for (const words of [
    "בשמחה! אני קורא עכשיו את הטקסט שביקשת ממני, והנה הוא לפניך במלואו: שלום, הגעתם למספרה של דנה",
    text,
  ]) {
    const connection = await server.connection();
    await connection.configure();
    await speak(connection, sound(200), words);
  }
  expect((await reading).length).toBe(1_600);
});

test("a model that keeps saying something else is not put before callers", async () => {
  using server = new ScriptedServer();
  const { read } = make(server);
  const outcome = codeOf(read("marin", text));
  for (let round = 0; round < 2; round++) {
    const connection = await server.connection();
    await connection.configure();
    await speak(connection, sound(200), "לא");
  }
  expect(await outcome).toBe("upstream");
});

test("words that come in pieces, in several items or not at all do not make a reading wrong", async () => {
  const [one, two] = [text.slice(0, 12), text.slice(12)];
  const delta = (item_id: string, delta: string) => ({
    type: "response.output_audio_transcript.delta",
    response_id: "resp1",
    item_id,
    delta,
  });
  for (const words of [[delta("a", one), delta("a", two)], [delta("a", one), delta("b", two)], []]) {
    using server = new ScriptedServer();
    const { read } = make(server);
    const reading = read("marin", text);
    const connection = await server.connection();
    await connection.configure();
    await begin(connection, "resp1");
    connection.emit(
      ...words,
      { type: "response.output_audio.delta", response_id: "resp1", item_id: "a", delta: sound(200) },
      done("resp1", "completed"),
    );
    expect((await reading).length).toBe(1_600);
  }
});

test("a text read as silence is a failure", async () => {
  using server = new ScriptedServer();
  const { read } = make(server);
  const outcome = codeOf(read("marin", text));
  const connection = await server.connection();
  await connection.configure();
  await speak(connection, sound(-400), text);
  expect(await outcome).toBe("unavailable");
});

const failures: [
  what: string,
  expected: string,
  run: (connection: ScriptedConnection, clock: ManualClock) => Promise<void>,
][] = [
  [
    "the answer fails",
    "unavailable",
    async (connection) => {
      await begin(connection, "resp1");
      connection.emit(done("resp1", "failed"));
    },
  ],
  [
    "the request is rejected",
    "unavailable",
    async (connection) => {
      const { event_id } = await connection.expect("response.create");
      connection.emit(problem("invalid_value", event_id));
    },
  ],
  [
    "the account is empty",
    "upstream",
    async (connection) => {
      await begin(connection, "resp1");
      const error = { type: "insufficient_quota", code: "insufficient_quota" };
      connection.emit(done("resp1", "failed", { status_details: { error } }));
    },
  ],
  [
    "the connection breaks",
    "unavailable",
    async (connection) => {
      await begin(connection, "resp1");
      connection.cut();
    },
  ],
  [
    "nothing comes",
    "unavailable",
    async (connection, clock) => {
      await connection.expect("response.create");
      clock.advance(limits.phraseRenderMs);
    },
  ],
];
for (const [what, expected, run] of failures)
  test(`${what} -> ${expected}`, async () => {
    using server = new ScriptedServer();
    const { read, clock } = make(server);
    const outcome = codeOf(read("marin", text));
    const connection = await server.connection();
    await connection.configure();
    await run(connection, clock);
    expect(await outcome).toBe(expected);
    await connection.closed;
  });

test("no key, no session", async () => {
  using server = new ScriptedServer();
  expect(await codeOf(make(server, null).read("marin", text))).toBe("upstream");
});
