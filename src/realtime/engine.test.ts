import { expect, test } from "bun:test";
import { EngineProbe } from "./testing/engine-probe.ts";
import { ScriptedServer } from "./testing/scripted-server.ts";

const audioOf = (ms: number): string => Buffer.alloc(ms * 8, 0x7e).toString("base64");

test("connects with the key in a header, configures, and passes an answer on", async () => {
  using server = new ScriptedServer();
  const probe = new EngineProbe({ baseUrl: server.baseUrl }).open();
  const connection = await server.connection();
  expect(connection.headers.get("authorization")).toBe("Bearer test-key");
  expect(connection.url.searchParams.get("model")).toBe("voice-1");
  await connection.configure();
  await probe.next("ready");
  probe.engine.respond();
  const create = await connection.expect("response.create");
  connection.emit(
    {
      type: "response.created",
      response: { id: "resp1", metadata: (create.response as { metadata: unknown }).metadata },
    },
    { type: "response.output_audio.delta", response_id: "resp1", item_id: "item1", delta: audioOf(40) },
    { type: "response.output_audio.done", response_id: "resp1", item_id: "item1" },
    { type: "response.done", response: { id: "resp1", status: "completed", output: [] } },
  );
  expect(await probe.next("answerDone")).toEqual([
    { answerId: "resp1", status: "completed", reason: null, produced: true },
  ]);
  expect(probe.names()).toEqual(["ready", "answerStarted", "audio", "audioDone", "answerDone"]);
  probe.engine.close();
  await connection.closed;
  connection.assertDrained();
});
