import { describe, expect, test } from "bun:test";
import { limits } from "../limits.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { CallBench } from "./testing/call-bench.ts";
import { audioOf } from "./testing/scripted-engine.ts";
import { hoarseSound, loudSound } from "./testing/scripted-vad.ts";
import type { CallTools, ToolOutcome } from "./tools.ts";

/** Tools that the test resolves by hand. */
function handTools(): CallTools & { finish(outcome: ToolOutcome): void; signals: AbortSignal[] } {
  const waiting: ((outcome: ToolOutcome) => void)[] = [];
  const signals: AbortSignal[] = [];
  return {
    definitions: [{ name: "book", description: "", parameters: {} }],
    signals,
    run(_name, _arguments, signal) {
      signals.push(signal);
      return new Promise((resolve) => waiting.push(resolve));
    },
    finish: (outcome) => waiting.shift()?.(outcome),
  };
}

/** A result after which the call itself has something to do. */
const doneWith = (afterwards: NonNullable<ToolOutcome["afterwards"]>): ToolOutcome => ({ output: "{}", afterwards });

async function callingTool(tools: CallTools, delayMs = 0): Promise<CallBench> {
  const bench = new CallBench({ clock: createVirtualClock(), settings: { tools }, line: { delayMs: () => delayMs } });
  bench.start().quiet(1_000);
  bench.engine.turn("t1", "תקבעי לי תור");
  bench.engine.begin("a1");
  bench.engine.emit.toolCall({ id: "c1", name: "book", argumentsJson: "{}" });
  bench.engine.emit.answerDone({ answerId: "a1", status: "completed", reason: null, produced: true });
  return bench.settled();
}

describe("tools in a call", () => {
  test("a fast tool: its result goes to the engine, whose answer is heard; no filler", async () => {
    const tools = handTools();
    const bench = await callingTool(tools);
    bench.quiet(300);
    tools.finish({ output: '{"ok":true}' });
    await bench.settled();
    expect(bench.engine.did("toolResult")).toEqual([{ do: "toolResult", id: "c1", output: '{"ok":true}' }]);
    bench.engine.answer("a2", audioOf(0x30, 1_000), "נקבע");
    bench.quiet(1_500);
    expect(bench.line.heardBytes).toEqual(audioOf(0x30, 1_000));
    expect(bench.journal.events.find((event) => event.kind === "tool")?.detail).toEqual({
      tool: "book",
      ms: 300,
      ok: true,
    });
  });

  test("a slow tool is bridged after 0.8 s; after 8 s it is aborted and answered with an error", async () => {
    const tools = handTools();
    const bench = await callingTool(tools);
    bench.quiet(700);
    expect(bench.line.sounding).toBe(false);
    bench.quiet(200);
    expect(bench.line.sounding).toBe(true);
    bench.quiet(7_200);
    expect(tools.signals[0]?.aborted).toBe(true);
    expect(bench.engine.did("toolResult").map((command) => command.output)).toEqual(['{"error":"timeout"}']);
    tools.finish({ output: '{"ok":"too late"}' });
    await bench.settled();
    expect(bench.engine.did("toolResult").length).toBe(1);
  });

  test("two tools: only the one that has run for 8 s is given up", async () => {
    const tools = handTools();
    const bench = await callingTool(tools);
    bench.quiet(4_000);
    bench.engine.begin("a2");
    bench.engine.emit.toolCall({ id: "c2", name: "book", argumentsJson: "{}" });
    await bench.quiet(4_100).settled();
    expect(tools.signals.map((signal) => signal.aborted)).toEqual([true, false]);
    await bench.quiet(4_100).settled();
    expect(tools.signals.map((signal) => signal.aborted)).toEqual([true, true]);
  });

  test("a tool that rejects is answered with an error and hurts nothing else", async () => {
    const tools: CallTools = { definitions: [], run: () => Promise.reject(new Error("boom")) };
    const bench = await callingTool(tools);
    expect(bench.engine.did("toolResult").map((command) => command.output)).toEqual(['{"error":"tool_failed"}']);
    expect(bench.phone.redirects).toEqual([]);
  });

  test("a tool that throws instead of promising is answered with an error", async () => {
    const tools: CallTools = {
      definitions: [],
      run() {
        throw new Error("boom");
      },
    };
    const bench = await callingTool(tools);
    expect(bench.engine.did("toolResult").map((command) => command.output)).toEqual(['{"error":"tool_failed"}']);
  });

  test("a model in a tool loop is stopped at 12 calls in a turn, excuses itself, and a message is taken (F22)", async () => {
    const tools: CallTools = { definitions: [], run: () => Promise.resolve({ output: "{}" }) };
    const bench = new CallBench({ clock: createVirtualClock(), settings: { tools } });
    bench.start().quiet(1_000);
    bench.engine.turn("t1", "שלום");
    for (let loop = 0; loop < 20; loop++) {
      bench.engine.begin(`a${loop}`);
      bench.engine.emit.toolCall({ id: `c${loop}`, name: "book", argumentsJson: "{}" });
      bench.engine.emit.answerDone({ answerId: `a${loop}`, status: "completed", reason: null, produced: true });
      await bench.settled();
      bench.quiet(20);
    }
    await bench.quiet(1_500).settled();
    expect(bench.engine.did("toolResult").filter((command) => command.output === "{}").length).toBe(12);
    expect(bench.line.heardBytes).toEqual(audioOf(0x55, 1_000));
    expect(bench.phone.redirects.map((redirect) => redirect.reason)).toEqual(["tool_budget"]);
  });

  test("saying goodbye: the line is hung up when the last word was heard, not before", async () => {
    const tools = handTools();
    const bench = await callingTool(tools);
    tools.finish(doneWith({ kind: "end" }));
    await bench.settled();
    bench.engine.answer("a2", audioOf(0x30, 2_000), "תודה ולהתראות");
    await bench.quiet(1_900).settled();
    expect(bench.phone.hangUps).toEqual([]);
    await bench.quiet(300).settled();
    expect(bench.line.heardBytes).toEqual(audioOf(0x30, 2_000));
    expect(bench.phone.hangUps.length).toBe(1);
    expect(bench.journal.ends.map((end) => end.reason)).toEqual(["assistant_ended"]);
    expect(bench.switchboard.next(bench.callSid)).toEqual({ kind: "hangup" });
  });

  test("a goodbye said along with the tool call, and nothing after it, is heard to its end", async () => {
    const tools = handTools();
    const bench = new CallBench({ clock: createVirtualClock(), settings: { tools } });
    bench.start().quiet(1_000);
    bench.engine.turn("t1", "תודה, להתראות");
    bench.engine.begin("a1");
    bench.engine.speak("a1", audioOf(0x30, 3_000));
    bench.engine.emit.toolCall({ id: "c1", name: "end", argumentsJson: "{}" });
    bench.engine.finish("a1", "תודה שהתקשרת");
    await bench.settled();
    tools.finish(doneWith({ kind: "end" }));
    await bench.quiet(500).settled();
    bench.engine.begin("a2");
    bench.engine.emit.answerDone({ answerId: "a2", status: "completed", reason: null, produced: false });
    await bench.quiet(2_300).settled();
    expect(bench.phone.hangUps).toEqual([]);
    await bench.quiet(300).settled();
    expect(bench.phone.hangUps.length).toBe(1);
    expect(bench.line.heardBytes).toEqual(audioOf(0x30, 3_000));
  });

  test('a tool that follows the assistant\'s own "let me check" is not bridged again at once', async () => {
    const tools = handTools();
    const bench = new CallBench({ clock: createVirtualClock(), settings: { tools } });
    bench.start().quiet(1_000);
    bench.engine.turn("t1", "יש תור?");
    bench.engine.begin("a1");
    bench.engine.speak("a1", audioOf(0x30, 1_000));
    bench.engine.emit.toolCall({ id: "c1", name: "look", argumentsJson: "{}" });
    bench.engine.finish("a1", "רגע, אני בודקת");
    await bench.quiet(2_700).settled();
    expect(bench.line.heardBytes).toEqual(audioOf(0x30, 1_000));
    bench.quiet(400);
    expect(bench.line.sounding).toBe(true);
  });

  test("the caller speaks into the goodbye: the call goes on", async () => {
    const tools = handTools();
    const bench = await callingTool(tools);
    tools.finish(doneWith({ kind: "end" }));
    await bench.settled();
    bench.engine.answer("a2", audioOf(0x30, 3_000), "תודה ולהתראות");
    await bench.quiet(1_000).sound(loudSound(1_500)).quiet(4_000).settled();
    expect(bench.phone.hangUps).toEqual([]);
    expect(bench.switchboard.live).toBe(1);
  });

  test("the caller speaks before the goodbye has begun: the call goes on", async () => {
    const tools = handTools();
    const bench = await callingTool(tools);
    tools.finish(doneWith({ kind: "end" }));
    await bench.settled();
    bench.sound(loudSound(800));
    bench.engine.answer("a2", audioOf(0x30, 1_000), "להתראות");
    await bench.sound(loudSound(800)).quiet(500).settled();
    bench.engine.turn("t2", "רגע, עוד שאלה");
    bench.engine.answer("a3", audioOf(0x31, 1_000), "כן?");
    await bench.quiet(3_000).settled();
    expect(bench.phone.hangUps).toEqual([]);
    expect(bench.line.heardBytes).toEqual(audioOf(0x31, 1_000));
  });

  test("the caller's words are taken before the goodbye has begun: the answer to them is no goodbye", async () => {
    const tools = handTools();
    const bench = await callingTool(tools);
    tools.finish(doneWith({ kind: "end" }));
    await bench.settled();
    bench.engine.turn("t2", "רגע, עוד שאלה");
    bench.engine.answer("a2", audioOf(0x31, 1_000), "כן?");
    await bench.quiet(3_000).settled();
    expect(bench.phone.hangUps).toEqual([]);
  });

  const ends = { kind: "end" } as const;
  const transfers = { kind: "transfer", to: "+972521111111", label: "דנה" } as const;
  test.each([ends, transfers])(
    "cough-into-the-last-word: what follows a goodbye that was heard is not put off ($kind)",
    async (afterwards) => {
      const tools = handTools();
      const bench = await callingTool(tools, 120);
      bench.engine.answer("a0", audioOf(0x30, 1_000), "רגע"); // shows how long the way is
      bench.quiet(2_000);
      tools.finish(doneWith(afterwards));
      await bench.settled();
      bench.engine.answer("a2", audioOf(0x31, 2_000), "תודה ולהתראות");
      await bench.quiet(1_960).sound(hoarseSound(300)).quiet(500).settled();
      expect(bench.logLines.some((line) => line.includes("[BARGE-IN]"))).toBe(true);
      expect([...bench.line.heardBytes.slice(-16_000)]).toEqual([...audioOf(0x31, 2_000)]);
      expect(bench.switchboard.live).toBe(1); // it may have been a word
      await bench.quiet(1_500).settled();
      bench.switchboard.next(bench.callSid);
      expect(bench.journal.ends.map(({ reason }) => reason)).toEqual([
        afterwards.kind === "end" ? "assistant_ended" : "transferred",
      ]);
    },
  );

  test("a question said into the last word of a goodbye is heard: the call goes on", async () => {
    const tools = handTools();
    const bench = await callingTool(tools, 120);
    bench.engine.answer("a0", audioOf(0x30, 1_000), "רגע");
    bench.quiet(2_000);
    tools.finish(doneWith(ends));
    await bench.settled();
    bench.engine.answer("a2", audioOf(0x31, 2_000), "תודה ולהתראות");
    await bench.quiet(1_960).sound(loudSound(1_500)).quiet(4_000).settled();
    expect(bench.phone.hangUps).toEqual([]);
    expect(bench.engine.did("respond").at(-1)?.request).toEqual({ takeTurn: true });
  });

  test('cough-swallows-the-answer: a cough into "let me check", just after the tool was done, and its answer still comes', async () => {
    const tools = handTools();
    const bench = new CallBench({ clock: createVirtualClock(), settings: { tools } });
    bench.start().quiet(1_000);
    bench.engine.turn("t1", "יש תור מחר?");
    bench.engine.begin("a1");
    bench.engine.speak("a1", audioOf(0x30, 2_000));
    bench.engine.emit.toolCall({ id: "c1", name: "book", argumentsJson: "{}" });
    bench.engine.finish("a1", "רגע, אני בודקת");
    await bench.quiet(700).sound(hoarseSound(80)).settled();
    tools.finish({ output: "{}" });
    await bench.settled();
    bench.sound(hoarseSound(400)).quiet(4_000);
    expect(bench.journal.kinds()).toContain("interruption");
    expect(bench.engine.did("respond").at(-1)?.request.instructions).toContain("רגע, אני בודקת");
  });

  test("a goodbye that never ends is cut after 30 s", async () => {
    const tools = handTools();
    const bench = await callingTool(tools);
    tools.finish(doneWith({ kind: "end" }));
    await bench.settled();
    bench.engine.answer("a2", audioOf(0x30, 60_000), "תודה ולהתראות");
    await bench.quiet(limits.longGoodbyeMs - 200).settled();
    expect(bench.phone.hangUps).toEqual([]);
    await bench.quiet(400).settled();
    expect(bench.phone.hangUps.length).toBe(1);
  });

  test("a transfer is announced, then the stream is closed and the provider is told to dial", async () => {
    const tools = handTools();
    const bench = await callingTool(tools);
    tools.finish(doneWith({ kind: "transfer", to: "+972521111111", label: "דנה" }));
    await bench.settled();
    bench.engine.answer("a2", audioOf(0x30, 1_000), "מעבירה אותך לדנה");
    bench.quiet(900);
    expect(bench.line.closed).toBe(false);
    bench.quiet(300);
    expect(bench.line.closed).toBe(true);
    const dial = { kind: "dial", to: "+972521111111", label: "דנה" } as const;
    expect(bench.switchboard.next(bench.callSid)).toEqual(dial);
    expect(bench.switchboard.next(bench.callSid)).toEqual(dial);
    expect(bench.journal.ends.map((end) => end.reason)).toEqual(["transferred"]);
  });

  test("transfer-to-nobody: the model is lost before it has announced the transfer, and the caller gets to the person", async () => {
    const tools = handTools();
    const bench = await callingTool(tools);
    tools.finish(doneWith(transfers));
    await bench.settled();
    bench.engine.state = "lost";
    bench.engine.emit.lost("refused", "");
    await bench.quiet(500).settled();
    expect(bench.switchboard.next(bench.callSid)).toEqual({ kind: "dial", to: transfers.to, label: transfers.label });
    expect(bench.phone.redirects).toEqual([]);
  });

  test("nobody asks what follows a transfer: message taking instead of a dead line", async () => {
    const tools = handTools();
    const bench = await callingTool(tools);
    tools.finish(doneWith({ kind: "transfer", to: "+972521111111", label: "דנה" }));
    await bench.settled();
    bench.engine.answer("a2", audioOf(0x30, 500), "מעבירה");
    bench.quiet(1_000);
    bench.clock.advance(2_500);
    await bench.settled();
    expect(bench.phone.redirects.length).toBe(1);
    expect(bench.journal.ends.map((end) => end.reason)).toEqual(["fallback"]);
  });

  test("keys are one input after 3 s, go into the conversation and are answered", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(500);
    bench.call.onKeypad("1");
    bench.quiet(500);
    bench.call.onKeypad("2");
    bench.call.onKeypad("x");
    bench.quiet(2_900);
    expect(bench.engine.did("respond")).toEqual([]);
    bench.quiet(200);
    expect(bench.engine.did("addContext")).toEqual([{ do: "addContext", role: "caller", text: "[DTMF 12]" }]);
    expect(bench.engine.did("respond").length).toBe(1);
    expect(bench.journal.turns.map((turn) => turn.text)).toEqual(["[DTMF 12]"]);
  });

  test("keys-without-end: a machine that presses them all day costs forty answers, and the call goes on", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    for (let press = 0; press < 500; press++) {
      bench.call.onKeypad("#");
      bench.quiet(20);
    }
    expect(bench.engine.did("addContext").length).toBe(limits.keypadInputsPerCallMax);
    bench.engine.answer("a1", audioOf(0x30, 1_000), "אפשר לעזור?");
    bench.quiet(3_000).sound(loudSound(800)).quiet(2_000);
    expect(bench.engine.did("respond").at(-1)?.request).toEqual({ takeTurn: true });
  });

  test("a tone that the engine takes for a turn is not answered; words said along with keys are", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(500);
    bench.call.onKeypad("5");
    bench.quiet(600);
    bench.engine.turn("t1", "");
    expect(bench.engine.did("respond")).toEqual([]);
    expect(bench.engine.did("autoAnswer").map((command) => command.on)).toEqual([false]);
    bench.sound(loudSound(400)).quiet(320);
    bench.engine.turn("t2", "חמש");
    expect(bench.engine.did("respond").length).toBe(1);
    bench.quiet(1_000);
    expect(bench.engine.did("autoAnswer").map((command) => command.on)).toEqual([false, true]);
  });

  test("answer-late-after-a-key: words taken as a turn while the interruption is not judged are answered with the verdict", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(1_000);
    bench.engine.answer("a1", audioOf(0x30, 6_000), "שלום");
    bench.quiet(800);
    bench.call.onKeypad("5");
    bench.quiet(300).sound(loudSound(600)).quiet(100);
    bench.engine.turn("t2", "רגע, יש לי שאלה");
    expect(bench.engine.did("respond").map(({ request }) => request)).toEqual([{}]);
  });

  test("a key pressed into an interruption nobody has judged yet: turns are answered again when both are over", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(500);
    bench.engine.answer("a1", audioOf(0x30, 8_000), "אחת שתיים שלוש ארבע");
    bench.quiet(1_000).sound(hoarseSound(400));
    expect(bench.journal.kinds()).toContain("barge_in");
    const answersByItself = () => bench.engine.did("autoAnswer").at(-1)?.on;
    bench.call.onKeypad("1");
    bench.sound(hoarseSound(1_520)); // the key's time is over, the interruption's is not
    expect([bench.journal.kinds().includes("interruption"), answersByItself()]).toEqual([false, false]);
    bench.sound(hoarseSound(400));
    expect([bench.journal.kinds().includes("interruption"), answersByItself()]).toEqual([true, true]);
  });

  test('"#" ends the input at once and silences what is being said', () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(500);
    bench.engine.answer("a1", audioOf(0x30, 5_000), "לחצו אחת");
    bench.quiet(1_000);
    bench.call.onKeypad("7");
    bench.call.onKeypad("#");
    bench.quiet(100);
    expect(bench.line.sounding).toBe(false);
    expect(bench.engine.did("addContext").at(-1)?.text).toBe("[DTMF 7#]");
  });
});
