import { expect, test } from "bun:test";
import { DeafServer } from "./testing/deaf-server.ts";
import { EngineProbe } from "./testing/engine-probe.ts";
import { ScriptedServer } from "./testing/scripted-server.ts";

const frame = (marker: number): string => Buffer.alloc(160, marker).toString("base64");

test("the key goes in a header, the model into the address, and the settings are sent at once", async () => {
  using server = new ScriptedServer();
  const probe = new EngineProbe(
    { baseUrl: server.baseUrl },
    { tools: [{ name: "book", description: "", parameters: {} }] },
  );
  probe.open();
  expect(probe.engine.state).toBe("connecting");
  const connection = await server.connection();
  expect(connection.headers.get("authorization")).toBe("Bearer test-key");
  expect(connection.headers.get("openai-beta")).toBeNull();
  expect(connection.headers.get("sec-websocket-extensions")).toBeNull(); // audio does not compress, contexts cost memory
  expect(connection.url.pathname + connection.url.search).toBe("/v1/realtime?model=voice-1");
  const update = await connection.configure();
  expect(update.session).toMatchObject({
    type: "realtime",
    instructions: "Be kind.",
    output_modalities: ["audio"],
    tools: [{ type: "function", name: "book" }],
    audio: {
      input: {
        format: { type: "audio/pcmu" },
        transcription: { model: "ears-1", languages: ["he", "en"], keywords: ["Dana"] },
        turn_detection: { type: "semantic_vad", create_response: true, interrupt_response: false },
      },
      output: { format: { type: "audio/pcmu" }, voice: "marin" },
    },
    truncation: { type: "retention_ratio" },
  });
  await probe.next("ready");
  expect(probe.engine.state).toBe("ready");
  probe.engine.close();
  await connection.closed;
  connection.assertDrained();
});

test("what the caller says before the engine is even opened reaches the model", async () => {
  using server = new ScriptedServer();
  const probe = new EngineProbe({ baseUrl: server.baseUrl });
  probe.engine.appendAudio(frame(1));
  probe.open();
  probe.engine.appendAudio(frame(2));
  const connection = await server.connection();
  await connection.configure();
  await probe.next("ready");
  expect(await connection.expectAudio(2)).toEqual([frame(1), frame(2)]);
  probe.engine.close();
});

test("rejected settings are tried once more with the necessary ones only", async () => {
  using server = new ScriptedServer();
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  const connection = await server.connection();
  const full = await connection.expect("session.update");
  connection.emit({
    type: "error",
    error: { type: "invalid_request_error", code: "unknown_parameter", event_id: full.event_id },
  });
  const minimal = (await connection.expect("session.update")) as unknown as { session: Record<string, unknown> };
  expect(Object.keys(minimal.session).sort()).toEqual(["audio", "instructions", "output_modalities", "tools", "type"]);
  expect(minimal.session.audio).toEqual({
    input: {
      format: { type: "audio/pcmu" },
      turn_detection: { type: "semantic_vad", eagerness: "auto", create_response: true, interrupt_response: false },
    },
    output: { format: { type: "audio/pcmu" }, voice: "marin" },
  });
  connection.emit({ type: "session.updated", session: minimal.session });
  await probe.next("ready");
  probe.engine.close();
});

test("a session that rejects even the necessary settings is given up: its audio format is unknown", async () => {
  using server = new ScriptedServer();
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  const connection = await server.connection();
  for (let round = 0; round < 2; round++) {
    const { event_id } = await connection.expect("session.update");
    connection.emit({ type: "error", error: { type: "invalid_request_error", code: "bad_voice", event_id } });
  }
  expect(await probe.next("lost")).toEqual(["settings_rejected", "bad_voice"]);
  await connection.closed;
});

test("settings refused for an empty account are not tried again", async () => {
  using server = new ScriptedServer();
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  const connection = await server.connection();
  const { event_id } = await connection.expect("session.update");
  connection.emit({ type: "error", error: { type: "insufficient_quota", code: "insufficient_quota", event_id } });
  expect(await probe.next("lost")).toEqual(["provider_error", "insufficient_quota"]);
  await connection.closed;
  connection.assertDrained();
});

test("a session that never confirms its settings is used after two seconds", async () => {
  using server = new ScriptedServer();
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  const connection = await server.connection();
  connection.emit({ type: "session.created", session: {} });
  await connection.expect("session.update");
  // An answer to something we never asked for: by the time it is reported, `session.created` was read.
  connection.emit({ type: "input_audio_buffer.speech_stopped" });
  await probe.next("callerSpeech");
  probe.clock.advance(1_999);
  expect(probe.engine.state).toBe("connecting");
  probe.clock.advance(1);
  expect(probe.engine.state).toBe("ready");
  probe.engine.close();
});

test("settings rejected only after the session was used unconfirmed: the necessary ones follow, once", async () => {
  using server = new ScriptedServer();
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  const connection = await server.connection();
  connection.emit({ type: "session.created", session: {} }, { type: "input_audio_buffer.speech_stopped" });
  const { event_id } = await connection.expect("session.update");
  await probe.next("callerSpeech");
  probe.clock.advance(2_000);
  await probe.next("ready");
  connection.emit({ type: "error", error: { type: "invalid_request_error", code: "unknown_parameter", event_id } });
  const minimal = (await connection.expect("session.update")) as unknown as { session: Record<string, unknown> };
  expect(minimal.session).toMatchObject({ audio: { output: { format: { type: "audio/pcmu" } } } });
  probe.engine.close();
});

test("a server that opens the socket and says nothing at all is not a session", async () => {
  using server = new ScriptedServer();
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  await (await server.connection()).expect("session.update");
  probe.clock.advance(2_000);
  expect(probe.engine.state).toBe("connecting");
  probe.clock.advance(3_000);
  expect(await probe.next("lost")).toEqual(["silent", ""]);
});

test("a server that is slow to say its first word is waited for like any other, and then used unconfirmed", async () => {
  using server = new ScriptedServer();
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  const connection = await server.connection();
  await connection.expect("session.update");
  probe.clock.advance(2_000);
  connection.emit({ type: "session.created", session: {} }, { type: "input_audio_buffer.speech_stopped" });
  await probe.next("callerSpeech");
  probe.clock.advance(3_000);
  expect(probe.engine.state).toBe("ready");
  probe.engine.close();
});

for (const status of [401, 403, 404])
  test(`HTTP ${status} at the upgrade ends the engine without another try`, async () => {
    using server = new ScriptedServer();
    server.refuseWith = [status];
    const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
    expect(await probe.next("lost")).toEqual(["http_status", `http_${status}`]);
    expect(probe.engine.state).toBe("lost");
    expect(server.refused).toBe(1);
    expect(probe.clock.timers).toBe(0);
  });

test("HTTP 503 is tried again after 0.5 s and 1.5 s, then the engine is lost", async () => {
  using server = new ScriptedServer();
  server.refuseWith = [503, 503, 503];
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  await probe.clock.armed(500);
  probe.clock.advance(500);
  await probe.clock.armed(1_000);
  probe.clock.advance(1_000);
  expect(await probe.next("lost")).toEqual(["http_status", "http_503"]);
  expect(server.refused).toBe(3);
  expect(probe.names()).toEqual(["lost"]);
});

test("a server that comes back between two tries is used", async () => {
  using server = new ScriptedServer();
  server.refuseWith = [503];
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  await probe.clock.armed(500);
  probe.clock.advance(500);
  await (await server.connection()).configure();
  await probe.next("ready");
  probe.engine.close();
});

test("a peer that takes the connection and never answers the upgrade is left after 3 s", async () => {
  using server = await DeafServer.start("no_upgrade");
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  await probe.clock.armed(3_000);
  probe.clock.advance(3_000);
  await probe.clock.armed(3_000); // the second try
  probe.clock.advance(3_000);
  expect(await probe.next("lost")).toEqual(["connect_timeout", ""]);
});

test("without a key the engine is lost at once, but not before `open` has returned", async () => {
  const probe = new EngineProbe({ baseUrl: "http://127.0.0.1:1/v1", apiKey: null }).open();
  expect(probe.engine.state).toBe("connecting");
  expect(await probe.next("lost")).toEqual(["no_api_key", ""]);
});

test("audio that came before the session is ready follows it, at most the newest ten seconds", async () => {
  using server = new ScriptedServer();
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  const connection = await server.connection();
  for (let n = 0; n < 510; n++) probe.engine.appendAudio(frame(n % 256));
  await connection.configure();
  const audio = await connection.expectAudio(500);
  expect(audio.length).toBe(500);
  expect(audio[0]).toBe(frame(10));
  probe.engine.appendAudio(frame(7));
  expect((await connection.expectAudio(501)).at(-1)).toBe(frame(7));
  probe.engine.close();
});

test("what was asked before the session is ready is done then, lines before answers", async () => {
  using server = new ScriptedServer();
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  probe.engine.respond({ say: "שלום" });
  probe.engine.addContext("system", "The caller is a customer.");
  const connection = await server.connection();
  await connection.configure();
  expect(await connection.expect("conversation.item.create")).toMatchObject({
    item: { role: "system", content: [{ type: "input_text", text: "The caller is a customer." }] },
  });
  const create = (await connection.expect("response.create")) as unknown as { response: { instructions: string } };
  expect(create.response).toMatchObject({ tool_choice: "none" });
  expect(create.response.instructions).toEndWith("\nשלום");
  probe.engine.close();
});

test("after `close` nothing is reported, no timer is left, and the socket goes even when the peer does not close", async () => {
  using server = new ScriptedServer();
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  const connection = await server.connection();
  await connection.configure();
  await probe.next("ready");
  probe.engine.close();
  connection.emit({ type: "input_audio_buffer.speech_started" });
  for (const command of ["respond", "rotate", "close"] as const) probe.engine[command]();
  probe.engine.appendAudio(frame(1));
  await connection.closed;
  probe.clock.advance(2_000);
  expect(probe.names()).toEqual(["ready"]);
  expect(probe.clock.timers).toBe(0);
  connection.assertDrained();
});

test("closing while connecting leaves nothing behind", async () => {
  using server = await DeafServer.start("no_upgrade");
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  await probe.clock.armed(3_000);
  probe.engine.close();
  expect(probe.clock.timers).toBe(0);
  expect(probe.reported).toEqual([]);
});
