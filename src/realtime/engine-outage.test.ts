import { expect, test } from "bun:test";
import { limits } from "../limits.ts";
import type { EngineContext, HistoryLine } from "../live-call/engine.ts";
import { lostWordsNote } from "./memory.ts";
import { DeafServer } from "./testing/deaf-server.ts";
import { EngineProbe } from "./testing/engine-probe.ts";
import { type ScriptedConnection, ScriptedServer } from "./testing/scripted-server.ts";
import { audioDelta, begin, created, done, functionCall, itemDone, problem } from "./testing/wire.ts";

const frame = (marker: number): string => Buffer.alloc(160, marker).toString("base64");

const heard: HistoryLine[] = [
  { role: "assistant", text: "שלום, כאן דנה" },
  { role: "caller", text: "אפשר תור למחר?" },
  { role: "assistant", text: "כן, בשע" },
];

async function inCall(
  context: Partial<EngineContext>,
  run: (probe: EngineProbe, first: ScriptedConnection, server: ScriptedServer) => Promise<void>,
): Promise<void> {
  using server = new ScriptedServer();
  const probe = new EngineProbe({ baseUrl: server.baseUrl }, context).open();
  const first = await server.connection();
  await first.configure();
  await probe.next("ready");
  await run(probe, first, server);
  probe.engine.close();
  await first.closed;
}

/** The lines a new session is given, as role and text. */
async function lines(connection: ScriptedConnection, count: number): Promise<string[][]> {
  const found: string[][] = [];
  for (let n = 0; n < count; n++) {
    const { item } = (await connection.expect("conversation.item.create")) as unknown as {
      item: { role: string; content: { type: string; text: string }[] };
    };
    found.push([item.role, item.content[0]!.type, item.content[0]!.text]);
  }
  return found;
}

test("dropped in the middle of an answer: a new session within the same second knows what was heard and does not greet", () =>
  inCall({ history: () => heard }, async (probe, first, server) => {
    first.emit(created("resp1"), audioDelta("resp1", "item1", 400));
    await probe.next("audio");
    first.cut();
    expect(await probe.next("reconnecting")).toEqual(["closed"]);
    expect(probe.engine.state).toBe("reconnecting");
    expect(await probe.next("answerDone")).toEqual([
      { answerId: "resp1", status: "failed", reason: "connection_lost", produced: true },
    ]);
    const second = await server.connection();
    await second.configure();
    await probe.next("ready");
    const [note, ...history] = await lines(second, 4);
    expect(note?.slice(0, 2)).toEqual(["system", "input_text"]);
    expect(note?.[2]).toContain("Do not greet");
    expect(history).toEqual([
      ["assistant", "output_text", "שלום, כאן דנה"],
      ["user", "input_text", "אפשר תור למחר?"],
      ["assistant", "output_text", "כן, בשע"],
    ]);
    // The call has audio of that answer in its queue: it decides when the model goes on.
    probe.engine.respond();
    await begin(second, "resp2");
    second.assertDrained();
  }));

test("a turn that was taken and not answered is answered by the new session, after what the caller said meanwhile", () =>
  inCall({ history: () => heard.slice(0, 2) }, async (probe, first, server) => {
    first.emit({ type: "input_audio_buffer.committed", item_id: "turn1" });
    await probe.next("callerTurn");
    server.refuseWith = [503];
    first.cut();
    await probe.next("reconnecting");
    for (let n = 0; n < 300; n++) probe.engine.appendAudio(frame(n % 256));
    await probe.clock.armed(500);
    probe.clock.advance(500);
    const second = await server.connection();
    await second.configure();
    await lines(second, 4);
    await second.expect("response.create");
    const audio = await second.expectAudio(250); // five seconds, the newest
    expect(audio.length).toBe(250);
    expect(audio[0]).toBe(frame(50));
  }));

test("a caller who interrupts during the outage is not answered for the turn before", () =>
  inCall({}, async (probe, first, server) => {
    first.emit({ type: "input_audio_buffer.committed", item_id: "turn1" });
    await probe.next("callerTurn");
    first.cut();
    await probe.next("reconnecting");
    probe.engine.respond();
    probe.engine.interrupt([]);
    const second = await server.connection();
    await second.configure();
    await probe.next("ready");
    await lines(second, 2);
    probe.engine.addContext("system", "end of script");
    expect(await lines(second, 1)).toEqual([["system", "input_text", "end of script"]]);
  }));

const lostWords = expect.stringContaining("was lost with the connection");
test.each([
  [
    "said a turn that is not written down yet",
    { type: "input_audio_buffer.committed", item_id: "turn1" },
    "callerTurn",
  ],
  ["is in the middle of a sentence", { type: "input_audio_buffer.speech_started" }, "callerSpeech"],
] as const)(
  "sentence-lost-with-the-connection: the caller %s, and the new session is told that it lacks it",
  (_, event, report) =>
    inCall({ history: () => heard }, async (probe, first, server) => {
      first.emit(event);
      await probe.next(report);
      first.cut();
      await probe.next("reconnecting");
      const second = await server.connection();
      await second.configure();
      const told = await lines(second, 5);
      expect(told.at(-1)).toEqual(["system", "input_text", lostWords]);
    }),
);

test("a tool that finishes after the connection was renewed: its result is told as a line, then the model goes on", () =>
  inCall({}, async (probe, first, server) => {
    first.emit(created("resp1"), itemDone("resp1", functionCall("item1", "call1", "find_slot")), done("resp1"));
    await probe.next("answerDone");
    first.cut();
    await probe.next("reconnecting");
    const second = await server.connection();
    await second.configure();
    await probe.next("ready");
    await lines(second, 1);
    probe.engine.toolResult("call1", '{"slot":"10:00"}');
    expect(await lines(second, 1)).toEqual([
      ["system", "input_text", 'Result of the tool find_slot: {"slot":"10:00"}'],
    ]);
    await begin(second, "resp2");
  }));

test("facts of earlier sessions survive: system lines and tool results are told again, in their order", () =>
  inCall({}, async (probe, first, server) => {
    probe.engine.addContext("system", "Keys: 12#");
    await first.expect("conversation.item.create");
    first.emit(created("resp1"), itemDone("resp1", functionCall("item1", "call1", "find_slot")), done("resp1"));
    await probe.next("answerDone");
    probe.engine.toolResult("call1", "{}");
    first.cut();
    await probe.next("reconnecting");
    probe.engine.addContext("system", "Said meanwhile");
    const second = await server.connection();
    await second.configure();
    expect((await lines(second, 4)).slice(1).map(([, , text]) => text)).toEqual([
      "Keys: 12#",
      "Result of the tool find_slot: {}",
      "Said meanwhile",
    ]);
  }));

test("answers that were asked for and not begun are asked for again, each once, even when the call asks again itself", () =>
  inCall({}, async (probe, first, server) => {
    probe.engine.respond();
    await begin(first, "resp1");
    await probe.next("answerStarted");
    probe.engine.respond({ say: "רגע אחד" });
    first.cut();
    await probe.next("reconnecting");
    await probe.next("answerDone");
    probe.engine.respond(); // what a call does about an answer that failed
    const second = await server.connection();
    await second.configure();
    await probe.next("ready");
    await lines(second, 1);
    await begin(second, "resp2");
    second.emit(done("resp2"));
    const say = (await second.expect("response.create")) as unknown as {
      response: { instructions: string; metadata: unknown };
    };
    expect(say.response.instructions).toEndWith("\nרגע אחד");
    second.emit(created("resp3", say.response.metadata), done("resp3"));
    await probe.next("answerDone");
    probe.engine.addContext("system", "end of script");
    expect(await lines(second, 1)).toEqual([["system", "input_text", "end of script"]]);
  }));

test("an answer that was being heard is not asked for again: the call knows how much of it is still to be played", () =>
  inCall({}, async (probe, first, server) => {
    probe.engine.respond();
    await begin(first, "resp1");
    first.emit(audioDelta("resp1", "item1", 400));
    await probe.next("audio");
    first.cut();
    await probe.next("reconnecting");
    const second = await server.connection();
    await second.configure();
    await probe.next("ready");
    await lines(second, 1);
    probe.engine.addContext("system", "end of script");
    expect(await lines(second, 1)).toEqual([["system", "input_text", "end of script"]]);
  }));

test("whether answers are automatic survives the outage", () =>
  inCall({}, async (probe, first, server) => {
    first.cut();
    await probe.next("reconnecting");
    probe.engine.setAutoAnswer(false);
    const update = await (await server.connection()).configure();
    expect(update.session).toMatchObject({ audio: { input: { turn_detection: { create_response: false } } } });
  }));

test("four seconds without a new session, and the call must go on without the model", () =>
  inCall({}, async (probe, first, server) => {
    first.cut();
    await probe.next("reconnecting");
    await (await server.connection()).expect("session.update"); // connected, and never configured
    probe.clock.advance(4_000);
    expect(await probe.next("lost")).toEqual(["reconnect_too_slow", ""]);
    expect(probe.clock.timers).toBeLessThanOrEqual(1); // the closing socket's own
  }));

test("an expired session is replaced like a lost one", () =>
  inCall({}, async (probe, first, server) => {
    first.emit(problem("session_expired"));
    expect(await probe.next("reconnecting")).toEqual(["provider_error"]);
    await (await server.connection()).configure();
    await probe.next("ready");
  }));

test("a new session that is refused for the key ends the engine at once", () =>
  inCall({}, async (probe, first, server) => {
    server.refuseWith = [401];
    first.cut();
    expect(await probe.next("lost")).toEqual(["http_status", "http_401"]);
  }));

const owed: [what: string, events: Record<string, unknown>[], request: boolean, limitMs: number][] = [
  ["a turn was taken", [{ type: "input_audio_buffer.committed", item_id: "turn1" }], false, 5_000],
  ["an answer was asked for", [], true, 5_000],
  ["an answer was begun", [created("resp1")], false, 10_000],
];
for (const [what, events, request, limitMs] of owed)
  test(`half-open, ${what}: no event for ${limitMs} ms, and the connection is renewed`, () =>
    inCall({}, async (probe, first, server) => {
      first.emit(...events, { type: "input_audio_buffer.speech_stopped" });
      await probe.next("callerSpeech");
      if (request) probe.engine.respond();
      probe.clock.advance(limitMs - 1);
      expect(probe.engine.state).toBe("ready");
      probe.clock.advance(1);
      expect(await probe.next("reconnecting")).toEqual(["silent"]);
      await server.connection();
    }));

test("a turn taken while answers are not automatic is nobody's debt, also when they are automatic again", () =>
  inCall({}, async (probe, first) => {
    probe.engine.setAutoAnswer(false);
    first.emit({ type: "input_audio_buffer.committed", item_id: "turn1" });
    await probe.next("callerTurn");
    probe.engine.setAutoAnswer(true);
    probe.clock.advance(9_000);
    expect(probe.engine.state).toBe("ready");
  }));

test("silence while nothing is owed is no fault", () =>
  inCall({}, async (probe, first) => {
    first.emit(created("resp1"), done("resp1"));
    await probe.next("answerDone");
    probe.clock.advance(9_000);
    expect(probe.engine.state).toBe("ready");
  }));

test("a peer that answers no ping is given up at the third", async () => {
  using server = await DeafServer.start("mute");
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  await probe.next("ready");
  probe.clock.advance(20_000);
  expect(probe.engine.state).toBe("ready");
  probe.clock.advance(10_000);
  expect(await probe.next("reconnecting")).toEqual(["no_pong"]);
  probe.engine.close();
});

test("a peer that does not read costs at most a quarter of a megabyte before the connection is renewed", async () => {
  using server = await DeafServer.start("not_reading");
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  await probe.next("ready");
  const second = Buffer.alloc(8_000).toString("base64");
  // The kernel's own buffers take some megabytes first; what is bounded is what piles up in this process.
  for (let n = 0; n < 2_000 && probe.engine.state === "ready"; n++) {
    probe.engine.appendAudio(second);
    if (n % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await probe.next("reconnecting")).toEqual(["not_reading"]);
  probe.engine.close();
});

test("rotation: the new session is ready before the old one goes, and takes over between two answers", () =>
  inCall({ history: () => heard }, async (probe, first, server) => {
    expect(probe.engine.wantsRotation).toBe(false);
    probe.clock.skip(50 * 60_000);
    expect(probe.engine.wantsRotation).toBe(true);
    first.emit(created("resp1"));
    await probe.next("answerStarted");
    probe.engine.rotate();
    probe.engine.rotate();
    expect(probe.engine.wantsRotation).toBe(false);
    const second = await server.connection();
    await second.configure();
    probe.engine.appendAudio(frame(1));
    await first.expectAudio(1);
    first.emit(audioDelta("resp1", "item1", 20), done("resp1"));
    await probe.next("answerDone");
    await first.closed;
    expect((await lines(second, 4)).map(([role]) => role)).toEqual(["system", "assistant", "user", "assistant"]);
    probe.engine.appendAudio(frame(2));
    expect(await second.expectAudio(1)).toEqual([frame(2)]);
    expect(probe.names()).toEqual(["ready", "answerStarted", "audio", "answerDone"]);
    expect(probe.engine.wantsRotation).toBe(false);
  }));

/** A call whose rotation waits for the words of the caller's last turn. */
async function rotating(probe: EngineProbe, first: ScriptedConnection, server: ScriptedServer) {
  first.emit({ type: "input_audio_buffer.committed", item_id: "turn1" }, created("resp1"), done("resp1"));
  await probe.next("answerDone");
  probe.engine.rotate();
  const second = await server.connection();
  await second.configure();
  second.emit(done("resp0", "completed", { usage: {} })); // its bill is told, and by then it is ready to take over
  await probe.next("usage");
  return second;
}

test("words-lost-in-a-rotation: a turn that is still being written down keeps its session until it is", () =>
  inCall({}, async (probe, first, server) => {
    const second = await rotating(probe, first, server);
    const worded = {
      type: "conversation.item.input_audio_transcription.completed",
      item_id: "turn1",
      transcript: "שלום",
    };
    first.emit(worded);
    expect(await probe.next("transcript")).toEqual([{ role: "caller", itemId: "turn1", text: "שלום", final: true }]);
    await first.closed;
    probe.engine.appendAudio(frame(2));
    expect(await second.expectAudio(1)).toEqual([frame(2)]);
  }));

const lostNote = ["system", "input_text", lostWordsNote];

test("rotation-waits-for-words-that-failed: the turn cannot be written down, and the new session is told so", () =>
  inCall({ history: () => heard }, async (probe, first, server) => {
    const second = await rotating(probe, first, server);
    first.emit({ type: "conversation.item.input_audio_transcription.failed", item_id: "turn1", error: {} });
    await first.closed;
    expect((await lines(second, 5)).at(-1)).toEqual(lostNote);
  }));

test("rotation-waits-for-words-that-never-come: for ten seconds, and the new session is told that it lacks them", () =>
  inCall({ history: () => heard }, async (probe, first, server) => {
    const second = await rotating(probe, first, server);
    probe.clock.advance(limits.engineWordsMs - 1);
    probe.engine.appendAudio(frame(1));
    await first.expectAudio(1);
    probe.clock.advance(1);
    await first.closed;
    expect((await lines(second, 5)).at(-1)).toEqual(lostNote);
  }));

test("rotation-in-a-busy-call: words that were not owed for ten seconds yet are waited for, however long the new session is there", () =>
  inCall({ history: () => heard }, async (probe, first, server) => {
    first.emit(created("resp1"));
    await probe.next("answerStarted");
    probe.engine.rotate();
    const second = await server.connection();
    await second.configure();
    second.emit(done("resp0", "completed", { usage: {} }));
    await probe.next("usage");
    probe.clock.advance(limits.engineWordsMs - 1);
    first.emit({ type: "input_audio_buffer.committed", item_id: "turn1" });
    await probe.next("callerTurn");
    probe.clock.advance(1);
    first.emit(done("resp1"), created("resp2"), done("resp2"));
    await probe.next("answerDone");
    await probe.next("answerDone");
    probe.engine.appendAudio(frame(1));
    await first.expectAudio(1);
    first.emit({ type: "conversation.item.input_audio_transcription.completed", item_id: "turn1", transcript: "שלום" });
    await first.closed;
    probe.engine.appendAudio(frame(2));
    expect(await second.expectAudio(1)).toEqual([frame(2)]);
    expect(await lines(second, 4)).not.toContainEqual(lostNote);
  }));

test("rotation follows the provider's own expiry when that is earlier", async () => {
  using server = new ScriptedServer();
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  const connection = await server.connection();
  await connection.configure(probe.clock.instant().epochMilliseconds / 1_000 + 20 * 60);
  await probe.next("ready");
  probe.clock.skip(15 * 60_000 - 1);
  expect(probe.engine.wantsRotation).toBe(false);
  probe.clock.skip(1);
  expect(probe.engine.wantsRotation).toBe(true);
  probe.engine.close();
});

test("an expiry that is later than the provider's limit puts rotation off for nothing", async () => {
  using server = new ScriptedServer();
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  const connection = await server.connection();
  await connection.configure(probe.clock.instant().epochMilliseconds / 1_000 + 24 * 60 * 60);
  await probe.next("ready");
  probe.clock.skip(limits.engineRotateMs);
  expect(probe.engine.wantsRotation).toBe(true);
  probe.engine.close();
});

test("a session that was rotated to is replaced like any other when it is lost", () =>
  inCall({}, async (probe, first, server) => {
    probe.engine.rotate();
    const second = await server.connection();
    await second.configure();
    await first.closed;
    second.cut();
    expect(await probe.next("reconnecting")).toEqual(["closed"]);
    await (await server.connection()).configure();
    await probe.next("ready");
  }));

test("a throw behind an event costs the connection, not the process", () =>
  inCall({}, async (probe, first, server) => {
    probe.onReport = (name) => {
      if (name === "answerStarted") throw new Error("a bug");
    };
    first.emit(created("resp1"));
    expect(await probe.next("reconnecting")).toEqual(["bug"]);
    await (await server.connection()).configure();
    await probe.next("ready");
  }));

test("a key that cannot stand in a header loses the engine, not the process", async () => {
  const probe = new EngineProbe({ baseUrl: "http://127.0.0.1:1/v1", apiKey: "line\nbreak" }).open();
  expect((await probe.next("lost"))[0]).toBe("bad_settings");
});

test("a session lost during a rotation: the half-made successor goes too, one new session takes over", () =>
  inCall({}, async (probe, first, server) => {
    probe.engine.rotate();
    const successor = await server.connection();
    await successor.expect("session.update");
    first.cut();
    await successor.closed;
    await (await server.connection()).configure();
    await probe.next("ready");
    expect(probe.engine.state).toBe("ready");
  }));

test("a rotation that fails leaves the call where it is, and is wanted again half a minute later", () =>
  inCall({}, async (probe, first, server) => {
    probe.clock.skip(50 * 60_000);
    server.refuseWith = [503];
    const refused = server.nextRefusal();
    probe.engine.rotate();
    await refused;
    first.emit(created("resp1"), done("resp1"));
    await probe.next("answerDone");
    expect(probe.engine.state).toBe("ready");
    expect(probe.engine.wantsRotation).toBe(false);
    await probe.until(() => {
      probe.clock.skip(10_000);
      return probe.engine.wantsRotation;
    });
  }));
