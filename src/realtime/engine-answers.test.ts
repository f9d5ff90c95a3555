import { expect, test } from "bun:test";
import { EngineProbe } from "./testing/engine-probe.ts";
import { type ScriptedConnection, ScriptedServer } from "./testing/scripted-server.ts";
import {
  audioDelta,
  audioDone,
  audioOf,
  begin,
  created,
  done,
  functionCall,
  itemDone,
  problem,
} from "./testing/wire.ts";

async function inCall(run: (probe: EngineProbe, connection: ScriptedConnection) => Promise<void>): Promise<void> {
  using server = new ScriptedServer();
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  const connection = await server.connection();
  await connection.configure();
  await probe.next("ready");
  await run(probe, connection);
  if (probe.engine.state === "ready") {
    // The wire is in order: when this line is the next thing to come, nothing else was sent.
    probe.engine.addContext("system", "end of script");
    expect(await connection.expect("conversation.item.create")).toMatchObject({
      item: { content: [{ text: "end of script" }] },
    });
  }
  connection.assertDrained();
  probe.engine.close();
}

test("an answer that the server began by itself is passed on in order", () =>
  inCall(async (probe, connection) => {
    connection.emit(
      { type: "input_audio_buffer.speech_started", audio_start_ms: 1, item_id: "turn1" },
      { type: "input_audio_buffer.speech_stopped", audio_end_ms: 2, item_id: "turn1" },
      { type: "input_audio_buffer.committed", item_id: "turn1" },
      created("resp1"),
      { type: "response.output_audio_transcript.delta", response_id: "resp1", item_id: "item1", delta: "של" },
      audioDelta("resp1", "item1", 40),
      { type: "response.output_audio_transcript.done", response_id: "resp1", item_id: "item1", transcript: "שלום" },
      audioDone("resp1", "item1"),
      {
        type: "conversation.item.input_audio_transcription.completed",
        item_id: "turn1",
        transcript: "הלו",
        usage: { type: "duration", seconds: 3 },
      },
      done("resp1", "completed", {
        usage: {
          input_token_details: {
            text_tokens: 100,
            audio_tokens: 50,
            cached_tokens_details: { text_tokens: 64, audio_tokens: 32 },
          },
          output_token_details: { text_tokens: 10, audio_tokens: 40 },
        },
      }),
    );
    await probe.next("answerDone");
    const nothing = {
      textInputTokens: 0,
      audioInputTokens: 0,
      cachedTextTokens: 0,
      cachedAudioTokens: 0,
      textOutputTokens: 0,
    };
    expect(probe.reported).toEqual([
      ["ready"],
      ["callerSpeech", "started"],
      ["callerSpeech", "stopped"],
      ["callerTurn", "turn1"],
      ["answerStarted", "resp1"],
      ["transcript", { role: "assistant", itemId: "item1", text: "של", final: false }],
      ["audio", "item1", audioOf(40)],
      ["transcript", { role: "assistant", itemId: "item1", text: "שלום", final: true }],
      ["audioDone", "item1"],
      ["usage", { model: "ears-1", ...nothing, audioOutputTokens: 0, transcribedSeconds: 3 }],
      ["transcript", { role: "caller", itemId: "turn1", text: "הלו", final: true }],
      [
        "usage",
        {
          model: "voice-1",
          textInputTokens: 100,
          audioInputTokens: 50,
          cachedTextTokens: 64,
          cachedAudioTokens: 32,
          textOutputTokens: 10,
          audioOutputTokens: 40,
          transcribedSeconds: 0,
        },
      ],
      ["answerDone", { answerId: "resp1", status: "completed", reason: null, produced: true }],
    ]);
  }));

test("an interruption cancels first, then cuts the audible item; what arrives late of that answer is dropped", () =>
  inCall(async (probe, connection) => {
    probe.engine.respond();
    await begin(connection, "resp1");
    connection.emit(audioDelta("resp1", "item1", 1_000));
    await probe.next("audio");
    probe.engine.interrupt([{ itemId: "item1", heardMs: 612.7, receivedMs: 1_000 }]);
    probe.engine.interrupt([]); // the answer is cancelled once
    await connection.expect("response.cancel");
    expect(await connection.expect("conversation.item.truncate")).toMatchObject({
      item_id: "item1",
      content_index: 0,
      audio_end_ms: 612,
    });
    connection.emit(
      audioDelta("resp1", "item1", 200),
      { type: "response.output_audio_transcript.delta", response_id: "resp1", item_id: "item1", delta: "more" },
      itemDone("resp1", functionCall("item2", "call1", "book")),
      audioDone("resp1", "item1"),
      done("resp1", "cancelled", { status_details: { type: "cancelled", reason: "client_cancelled" } }),
    );
    expect(await probe.next("answerDone")).toEqual([
      { answerId: "resp1", status: "cancelled", reason: "client_cancelled", produced: true },
    ]);
    expect(probe.names()).toEqual(["ready", "answerStarted", "audio", "answerDone"]);
  }));

const cutRows: [what: string, complete: boolean, heardMs: number, frames: Record<string, unknown>[]][] = [
  ["heard half", true, 500, [{ type: "conversation.item.truncate", audio_end_ms: 500 }]],
  ["heard to its end", true, 1_000, []],
  ["the line reports more than there is", true, 1_400, []],
  ["all so far, but the server has more", false, 1_000, [{ type: "conversation.item.truncate", audio_end_ms: 1_000 }]],
  ["more than has come so far", false, 1_400, [{ type: "conversation.item.truncate", audio_end_ms: 1_000 }]],
  ["less than a syllable", true, 19, [{ type: "conversation.item.delete" }]],
  ["nothing", false, 0, [{ type: "conversation.item.delete" }]],
];
for (const [what, complete, heardMs, frames] of cutRows)
  test(`cut of an item of 1,000 ms: ${what}`, () =>
    inCall(async (probe, connection) => {
      connection.emit(created("resp1"), audioDelta("resp1", "item1", 1_000));
      if (complete) connection.emit(audioDone("resp1", "item1"));
      connection.emit(done("resp1"));
      await probe.next("answerDone");
      probe.engine.interrupt([
        { itemId: "item1", heardMs, receivedMs: 1_000 },
        { itemId: "of_an_earlier_session", heardMs: 5, receivedMs: 10 },
      ]);
      for (const frame of frames)
        expect(await connection.expect(String(frame.type))).toMatchObject({ item_id: "item1", ...frame });
    }));

test("what the server made of an interrupted answer and nobody received is deleted, so that it is not believed said", () =>
  inCall(async (probe, connection) => {
    connection.emit(created("resp1"), audioDelta("resp1", "item1", 100));
    await probe.next("audio");
    probe.engine.interrupt([{ itemId: "item1", heardMs: 100, receivedMs: 100 }]);
    await connection.expect("response.cancel");
    await connection.expect("conversation.item.truncate");
    const output = [
      { id: "item1", type: "message" },
      { id: "item2", type: "message" },
      functionCall("item3", "call1", "book"),
    ];
    connection.emit(done("resp1", "cancelled", { output }));
    expect(await connection.expect("conversation.item.delete")).toMatchObject({ item_id: "item2" });
    expect(await connection.expect("conversation.item.delete")).toMatchObject({ item_id: "item3" });
  }));

test("a tool call that was run stays in the model's memory when its answer is interrupted afterwards", () =>
  inCall(async (probe, connection) => {
    const call = functionCall("item1", "call1", "book");
    connection.emit(created("resp1"), itemDone("resp1", call));
    await probe.next("toolCall");
    probe.engine.toolResult("call1", '{"booked":true}');
    await connection.expect("conversation.item.create");
    probe.engine.interrupt([]);
    await connection.expect("response.cancel");
    connection.emit(done("resp1", "cancelled", { output: [call] }));
    await probe.next("answerDone");
    await begin(connection, "resp2"); // the result is wanted all the same
    connection.emit(done("resp2"));
    await probe.next("answerDone");
  }));

test("an answer interrupted before the server began it is cancelled and never heard", () =>
  inCall(async (probe, connection) => {
    probe.engine.respond();
    const create = (await connection.expect("response.create")) as unknown as { response: { metadata: unknown } };
    probe.engine.interrupt([]);
    await connection.expect("response.cancel");
    connection.emit(
      created("resp1", create.response.metadata),
      audioDelta("resp1", "item1", 100),
      done("resp1", "cancelled"),
    );
    await probe.next("answerDone");
    // Nor is it announced: whoever waits for the next answer would take this one for it.
    for (const name of ["answerStarted", "audio"]) expect(probe.names()).not.toContain(name);
  }));

test("the next answer is asked for only when the one in flight is over", () =>
  inCall(async (probe, connection) => {
    probe.engine.respond();
    await begin(connection, "resp1");
    await probe.next("answerStarted");
    probe.engine.respond({ say: "רגע אחד" });
    probe.engine.addContext("system", "marker");
    await connection.expect("conversation.item.create");
    connection.emit(done("resp1"));
    await begin(connection, "resp2");
    connection.emit(done("resp2"));
    await probe.next("answerDone");
  }));

test("two answers at once: the newer one is spoken, the older one is reported as failed and silenced", () =>
  inCall(async (probe, connection) => {
    connection.emit(
      created("resp1"),
      audioDelta("resp1", "item1", 20),
      created("resp2"),
      audioDelta("resp1", "item1", 20),
      audioDelta("resp2", "item2", 20),
      done("resp1"),
      done("resp2"),
    );
    await probe.next("answerDone");
    await probe.next("answerDone");
    expect(probe.reported.filter(([name]) => name === "audio").map(([, item]) => item)).toEqual(["item1", "item2"]);
    expect(probe.reported.filter(([name]) => name === "answerDone").map(([, outcome]) => outcome)).toEqual([
      { answerId: "resp1", status: "failed", reason: "replaced", produced: true },
      { answerId: "resp2", status: "completed", reason: null, produced: true },
    ]);
  }));

test("the results of all tools of one answer go back together, then the model goes on once", () =>
  inCall(async (probe, connection) => {
    connection.emit(
      created("resp1"),
      itemDone("resp1", functionCall("item1", "call1", "find", '{"a":1')),
      itemDone("resp1", functionCall("item2", "call2", "book")),
    );
    expect(await probe.next("toolCall")).toEqual([{ id: "call1", name: "find", argumentsJson: '{"a":1' }]);
    await probe.next("toolCall");
    probe.engine.toolResult("call1", '{"error":"invalid"}');
    expect(await connection.expect("conversation.item.create")).toMatchObject({
      item: { type: "function_call_output", call_id: "call1", output: '{"error":"invalid"}' },
    });
    connection.emit(done("resp1"));
    await probe.next("answerDone");
    probe.engine.toolResult("call2", "{}");
    probe.engine.toolResult("call2", "{}");
    probe.engine.toolResult("unheard of", "{}");
    await connection.expect("conversation.item.create");
    await begin(connection, "resp2");
    connection.emit(done("resp2"));
    await probe.next("answerDone");
  }));

test("a tool call that only the end of the answer tells of is run, and none is run twice", () =>
  inCall(async (probe, connection) => {
    const output = [functionCall("item1", "call1", "find"), functionCall("item2", "call2", "book")];
    connection.emit(created("resp1"), itemDone("resp1", output[0]!));
    await probe.next("toolCall");
    probe.engine.toolResult("call1", "{}");
    await connection.expect("conversation.item.create");
    connection.emit(done("resp1", "completed", { output }));
    await probe.next("answerDone");
    expect(probe.reported.filter(([name]) => name === "toolCall").map(([, call]) => call)).toEqual([
      { id: "call1", name: "find", argumentsJson: "{}" },
      { id: "call2", name: "book", argumentsJson: "{}" },
    ]);
    probe.engine.toolResult("call2", "{}");
    await connection.expect("conversation.item.create");
    await begin(connection, "resp2");
    connection.emit(done("resp2"));
    await probe.next("answerDone");
  }));

test("while it is undecided whether the caller meant to interrupt, tool results wait; the server's own answer serves them", () =>
  inCall(async (probe, connection) => {
    connection.emit(created("resp1"), itemDone("resp1", functionCall("item1", "call1", "find")), done("resp1"));
    await probe.next("answerDone");
    probe.engine.setAutoAnswer(true); // as it is already: nothing to tell the server
    probe.engine.setAutoAnswer(false);
    expect(await connection.expect("session.update")).toMatchObject({
      session: {
        type: "realtime",
        audio: { input: { turn_detection: { create_response: false, interrupt_response: false } } },
      },
    });
    probe.engine.toolResult("call1", "{}");
    await connection.expect("conversation.item.create");
    connection.emit({ type: "input_audio_buffer.speech_started" });
    await probe.next("callerSpeech");
    probe.engine.setAutoAnswer(true);
    await connection.expect("session.update");
    connection.emit({ type: "input_audio_buffer.committed", item_id: "turn1" }, created("resp2"), done("resp2"));
    await probe.next("answerDone");
  }));

test("a false stop: tool results that waited are answered when automatic answers are back", () =>
  inCall(async (probe, connection) => {
    connection.emit(created("resp1"), itemDone("resp1", functionCall("item1", "call1", "find")), done("resp1"));
    await probe.next("answerDone");
    probe.engine.setAutoAnswer(false);
    probe.engine.toolResult("call1", "{}");
    await connection.expect("session.update");
    await connection.expect("conversation.item.create");
    probe.engine.setAutoAnswer(true);
    await connection.expect("session.update");
    await begin(connection, "resp2");
    connection.emit(done("resp2"));
    await probe.next("answerDone");
  }));

test("the caller's turn that ended during an answer is answered after it", () =>
  inCall(async (probe, connection) => {
    connection.emit(created("resp1"), problem("conversation_already_has_active_response"), done("resp1"));
    await begin(connection, "resp2");
    connection.emit(done("resp2"));
    await probe.next("answerDone");
    expect(probe.names()).not.toContain("error");
  }));

test("a turn that the provider's detector missed is taken into the conversation before the answer is asked for", () =>
  inCall(async (probe, connection) => {
    probe.engine.respond({ takeTurn: true });
    await connection.expect("input_audio_buffer.commit");
    await begin(connection, "resp1");
    connection.emit(problem("input_audio_buffer_commit_empty"), done("resp1"));
    await probe.next("answerDone");
  }));

test("a rejected request is reported, and the next one is sent", () =>
  inCall(async (probe, connection) => {
    probe.engine.respond({ instructions: "one" });
    probe.engine.respond({ instructions: "two" });
    const { event_id } = await connection.expect("response.create");
    connection.emit(problem("invalid_value", event_id));
    expect(await probe.next("error")).toEqual([
      { kind: "request", code: "invalid_value", message: "about invalid_value" },
    ]);
    // Beside the session's own, in whose place the provider puts them.
    const instructions = "two\n\nBe kind.";
    expect(await connection.expect("response.create")).toMatchObject({ response: { instructions } });
  }));

test("garbage, half a JSON and unknown events change nothing", () =>
  inCall(async (probe, connection) => {
    for (const text of [
      '{"type":"response.cre',
      "",
      "[]",
      "null",
      '{"type":7}',
      '{"type":"response.done"}',
      '{"type":"new.thing"}',
    ])
      connection.emitText(text);
    connection.emit(problem("response_cancel_not_active"), created("resp1"), done("resp1"));
    await probe.next("answerDone");
    expect(probe.names()).toEqual(["ready", "error", "answerStarted", "answerDone"]);
    expect(probe.reported[1]).toEqual([
      "error",
      { kind: "ignored", code: "response_cancel_not_active", message: "about response_cancel_not_active" },
    ]);
  }));

test("a failed answer is reported with its cause, its usage counted, and the session goes on", () =>
  inCall(async (probe, connection) => {
    const error = { type: "server_error", code: "inference_rate_limit_exceeded", message: "slow down" };
    connection.emit(
      created("resp1"),
      done("resp1", "failed", {
        status_details: { type: "failed", error },
        usage: { input_token_details: { text_tokens: 9 } },
      }),
    );
    expect(await probe.next("error")).toEqual([
      { kind: "answer", code: "inference_rate_limit_exceeded", message: "slow down" },
    ]);
    expect(probe.names()).toEqual(["ready", "answerStarted", "usage", "answerDone", "error"]);
    expect(probe.reported[3]?.[1]).toMatchObject({
      status: "failed",
      reason: "inference_rate_limit_exceeded",
      produced: false,
    });
  }));

test("an answer refused for an empty account ends the engine: no retry can help", () =>
  inCall(async (probe, connection) => {
    const error = { type: "insufficient_quota", code: "insufficient_quota", message: "" };
    connection.emit(created("resp1"), done("resp1", "failed", { status_details: { type: "failed", error } }));
    expect(await probe.next("lost")).toEqual(["provider_error", "insufficient_quota"]);
    await connection.closed;
  }));
