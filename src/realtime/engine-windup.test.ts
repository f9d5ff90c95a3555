import { expect, test } from "bun:test";
import { limits } from "../limits.ts";
import { EngineProbe } from "./testing/engine-probe.ts";
import { type ScriptedConnection, ScriptedServer } from "./testing/scripted-server.ts";
import { audioDelta, begin, created, done, problem } from "./testing/wire.ts";

// The caller hung up. His last words were lost when they were still being transcribed, and an answer that was stopped
// by it was paid for and counted nowhere: what is owed is waited for, and nothing else is asked for meanwhile.
const committed = (item_id: string) => ({ type: "input_audio_buffer.committed", item_id });
const speechStarted = { type: "input_audio_buffer.speech_started", audio_start_ms: 0 };
const worded = (item_id: string, transcript: string) => ({
  type: "conversation.item.input_audio_transcription.completed",
  item_id,
  transcript,
  usage: { type: "duration", seconds: 2 },
});

async function talking(server: ScriptedServer): Promise<{ probe: EngineProbe; connection: ScriptedConnection }> {
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  const connection = await server.connection();
  await connection.configure();
  await probe.next("ready");
  return { probe, connection };
}

/** Winds the engine up; tells when it was over. */
function windUp({ engine }: EngineProbe, spoke = false): { times: number } {
  const over = { times: 0 };
  engine.windUp(spoke, () => void over.times++);
  return over;
}

const finals = (probe: EngineProbe): unknown[] =>
  probe.reported.flatMap(([name, line]) => (name === "transcript" ? [(line as { text: string }).text] : []));

test("nothing is owed: over at once, without a word to the model", async () => {
  using server = new ScriptedServer();
  const { probe, connection } = await talking(server);
  expect(windUp(probe, true).times).toBe(1);
  await connection.closed;
  connection.assertDrained();
  await probe.until(() => probe.clock.timers === 0);
});

test("he hung up during a change of session: the half-made one goes at once, and what the old one owes still comes", async () => {
  using server = new ScriptedServer();
  const { probe, connection } = await talking(server);
  connection.emit(committed("i1"), created("r1"), done("r1"));
  await probe.next("answerDone");
  probe.engine.rotate();
  const successor = await server.connection();
  await successor.configure();
  const over = windUp(probe);
  await successor.closed;
  connection.emit(worded("i1", "תחזרו אליי"));
  await connection.closed;
  expect([finals(probe), over.times]).toEqual([["תחזרו אליי"], 1]);
  await probe.until(() => probe.clock.timers === 0);
});

test("the words of a turn come after the hang-up: told, then over, and its answer is not made", async () => {
  using server = new ScriptedServer();
  const { probe, connection } = await talking(server);
  connection.emit(committed("i1"), created("r1"));
  await probe.next("answerStarted");
  const over = windUp(probe);
  expect(probe.engine.state).toBe("closed");
  expect(await connection.expect("session.update")).toMatchObject({
    session: { audio: { input: { turn_detection: { create_response: false } } } },
  });
  await connection.expect("response.cancel");
  connection.emit(done("r1", "cancelled"));
  await probe.next("answerDone");
  expect(over.times).toBe(0);
  connection.emit(worded("i1", "תחזרו אליי"));
  await connection.closed;
  expect([over.times, finals(probe)]).toEqual([1, ["תחזרו אליי"]]);
  connection.assertDrained();
  await probe.until(() => probe.clock.timers === 0);
});

test("the usage of an answer that the hang-up stopped is counted", async () => {
  using server = new ScriptedServer();
  const { probe, connection } = await talking(server);
  probe.engine.respond();
  await begin(connection, "r1");
  connection.emit(audioDelta("r1", "item1", 200));
  await probe.next("audio");
  const over = windUp(probe);
  await connection.expect("session.update");
  await connection.expect("response.cancel");
  connection.emit(audioDelta("r1", "item1", 200)); // late
  connection.emit(done("r1", "cancelled", { usage: { input_tokens: 50, output_tokens: 70 } }));
  await connection.closed;
  expect(over.times).toBe(1);
  expect(probe.names().filter((name) => name === "usage")).toHaveLength(1);
  expect(probe.names().filter((name) => name === "audio")).toHaveLength(1);
});

test("he hung up with his last word: what the detector had not closed yet is taken as a turn", async () => {
  using server = new ScriptedServer();
  const { probe, connection } = await talking(server);
  connection.emit(speechStarted);
  await probe.next("callerSpeech");
  const over = windUp(probe, true);
  await connection.expect("session.update"); // first, so that the turn is not answered
  await connection.expect("input_audio_buffer.commit");
  connection.emit(committed("i1"), worded("i1", "ביי"));
  await connection.closed;
  expect([over.times, finals(probe)]).toEqual([1, ["ביי"]]);
  expect(probe.names()).toContain("callerTurn");
  connection.assertDrained();
});

test("what only the provider took for speech is no turn, and what it had taken already is not waited for", async () => {
  using server = new ScriptedServer();
  const one = await talking(server);
  one.connection.emit(speechStarted);
  await one.probe.next("callerSpeech");
  expect(windUp(one.probe, false).times).toBe(1);
  const other = await talking(server);
  other.connection.emit(speechStarted);
  await other.probe.next("callerSpeech");
  const over = windUp(other.probe, true);
  await other.connection.expect("session.update");
  const commit = await other.connection.expect("input_audio_buffer.commit");
  other.connection.emit(problem("input_audio_buffer_commit_empty", commit.event_id ?? null));
  await other.connection.closed;
  expect(over.times).toBe(1);
});

test("an answer that the provider began before it was told not to is stopped, and none is asked for", async () => {
  using server = new ScriptedServer();
  const { probe, connection } = await talking(server);
  connection.emit(committed("i1"));
  await probe.next("callerTurn");
  const over = windUp(probe);
  await connection.expect("session.update");
  connection.emit(created("r1"));
  await connection.expect("response.cancel");
  probe.engine.respond();
  connection.emit(problem("conversation_already_has_active_response"));
  connection.emit(done("r1", "cancelled"), worded("i1", "שלום"));
  await connection.closed;
  expect(over.times).toBe(1);
  connection.assertDrained();
});

test.each(["before", "after"])(
  "hang-up-waits-for-words-that-cannot-come: settings without them are in force, %s the turn",
  async (when) => {
    using server = new ScriptedServer();
    const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
    const connection = await server.connection();
    connection.emit({ type: "session.created", session: {} });
    await connection.expect("session.update");
    const turn = async () => {
      connection.emit(committed("i1"), created("r1"), done("r1"));
      await probe.next("answerDone");
    };
    if (when === "after") {
      probe.clock.advance(limits.engineConfigureMs); // used unconfirmed
      await probe.next("ready");
      await turn();
    }
    connection.emit(problem("invalid_value", "configure"));
    const { session } = await connection.expect("session.update");
    expect(session).not.toHaveProperty("audio.input.transcription");
    connection.emit({ type: "session.updated", session });
    if (when === "before") {
      await probe.next("ready");
      await turn();
    } else await probe.until(() => probe.clock.timers > 0);
    expect(windUp(probe).times).toBe(1);
  },
);

test("hang-up-waits-for-an-answer-that-was-refused: another was being made, and that one is over", async () => {
  using server = new ScriptedServer();
  const { probe, connection } = await talking(server);
  probe.engine.respond();
  await begin(connection, "r0");
  connection.emit(done("r0"));
  await probe.next("answerDone");
  probe.engine.respond();
  const { event_id } = await connection.expect("response.create");
  const over = windUp(probe);
  await connection.expect("session.update");
  await connection.expect("response.cancel");
  connection.emit(created("r1"), problem("conversation_already_has_active_response", event_id));
  await connection.expect("response.cancel"); // of the other
  connection.emit(done("r1", "cancelled"));
  await connection.closed;
  expect(over.times).toBe(1);
  connection.assertDrained();
});

test("words that never come are waited for no longer than the limit", async () => {
  using server = new ScriptedServer();
  const { probe, connection } = await talking(server);
  connection.emit(committed("i1"));
  await probe.next("callerTurn");
  const over = windUp(probe);
  probe.clock.advance(limits.engineLingerMs - 1);
  expect(over.times).toBe(0);
  probe.clock.advance(1);
  expect(over.times).toBe(1);
  await connection.closed;
});

test.each(["lost", "refused by an error that ends the session"])(
  "a connection %s meanwhile is the end",
  async (how) => {
    using server = new ScriptedServer();
    const { probe, connection } = await talking(server);
    connection.emit(committed("i1"));
    await probe.next("callerTurn");
    const over = windUp(probe);
    if (how === "lost") connection.cut();
    else connection.emit(problem("insufficient_quota"));
    await probe.until(() => over.times > 0);
    expect(over.times).toBe(1);
    expect(probe.names()).not.toContain("lost");
    expect(probe.names()).not.toContain("reconnecting");
  },
);

test("closed for good meanwhile: nothing follows", async () => {
  using server = new ScriptedServer();
  const { probe, connection } = await talking(server);
  connection.emit(committed("i1"));
  await probe.next("callerTurn");
  const over = windUp(probe);
  probe.engine.close();
  await connection.closed;
  probe.clock.advance(limits.engineLingerMs);
  expect(over.times).toBe(0);
  expect(probe.clock.timers).toBe(0);
});

test("an engine without a session is over at once", async () => {
  using server = new ScriptedServer();
  const probe = new EngineProbe({ baseUrl: server.baseUrl });
  expect(windUp(probe).times).toBe(1);
  const connecting = new EngineProbe({ baseUrl: server.baseUrl }).open();
  expect(windUp(connecting).times).toBe(1);
  expect(connecting.engine.state).toBe("closed");
});
