import { expect, test } from "bun:test";
import { limits } from "../limits.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { CallBench } from "./testing/call-bench.ts";
import { audioOf } from "./testing/scripted-engine.ts";
import type { CallTools, ToolOutcome } from "./tools.ts";

/** Tools that remember how they were run; done at once, or when the test says so. */
function countedTools(done?: Promise<ToolOutcome>): CallTools & { signals: AbortSignal[] } {
  const signals: AbortSignal[] = [];
  return {
    definitions: [],
    signals,
    run: (_name, _arguments, signal) => {
      signals.push(signal);
      return done ?? Promise.resolve({ output: "{}" });
    },
  };
}

const talk = (tools: CallTools): CallBench =>
  new CallBench({ clock: createVirtualClock(), settings: { tools } }).start().quiet(500);

const callTool = (bench: CallBench, id: string): void =>
  bench.engine.emit.toolCall({ id, name: "look", argumentsJson: "{}" });

/** One turn of the caller, answered with so many tool calls and a sentence. */
async function turn(bench: CallBench, name: string, calls: number): Promise<void> {
  bench.engine.turn(name, "ועוד משהו");
  bench.engine.begin(name);
  for (let call = 0; call < calls; call++) callTool(bench, `${name}-${call}`);
  bench.engine.emit.answerDone({ answerId: name, status: "completed", reason: null, produced: true });
  await bench.settled();
  bench.engine.answer(`${name}-said`, audioOf(0x30, 200), "הנה");
  bench.quiet(500);
}

const perTurn = limits.toolCallsPerTurnMax - 2;
const turns = limits.toolCallsPerCallMax / perTurn;

test("each turn has its own budget, the call has one of its own, and the model is told when it is used up", async () => {
  const tools = countedTools();
  const bench = talk(tools);
  for (let count = 0; count < turns; count++) await turn(bench, `t${count}`, perTurn);
  expect(tools.signals).toHaveLength(limits.toolCallsPerCallMax);
  expect(bench.journal.kinds()).not.toContain("tool_budget");
  await turn(bench, "last", 1);
  expect(tools.signals).toHaveLength(limits.toolCallsPerCallMax);
  expect(bench.engine.did("toolResult").at(-1)).toMatchObject({
    id: "last-0",
    output: '{"error":"too_many_tool_calls"}',
  });
  await bench.quiet(2_000).settled();
  expect(bench.phone.redirects.map(({ reason }) => reason)).toEqual(["tool_budget"]);
});

test("a call that the model repeats while it runs is run once", async () => {
  const tools = countedTools(new Promise(() => {}));
  const bench = talk(tools);
  bench.engine.begin("a1");
  callTool(bench, "c1");
  callTool(bench, "c1");
  await bench.settled();
  expect(tools.signals).toHaveLength(1);
});

test("a caller who hangs up gives up what is under way: its result goes nowhere", async () => {
  const result = Promise.withResolvers<ToolOutcome>();
  const tools = countedTools(result.promise);
  const bench = talk(tools);
  bench.engine.begin("a1");
  callTool(bench, "c1");
  await bench.settled();
  bench.hangUp();
  expect(tools.signals.map(({ aborted }) => aborted)).toEqual([true]);
  result.resolve({ output: "{}", afterwards: { kind: "end" } });
  await bench.settled();
  expect(bench.engine.did("toolResult")).toEqual([]);
  expect(bench.journal.kinds()).not.toContain("tool");
});
