import { describe, expect, test } from "bun:test";
import { limits } from "../limits.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { CallBench } from "./testing/call-bench.ts";
import { loudSound } from "./testing/scripted-vad.ts";

// A fault in the middle of a call's end: the call was over for the caller, and never for the process, which counted it for
// ever as one of those it may carry, and whose drain waited for it until it was killed.
const boom = (): never => {
  throw new Error("boom");
};

/** A caller has said something that is not written down yet. */
function open(): CallBench {
  const bench = new CallBench({ clock: createVirtualClock() });
  bench.start().sound(loudSound(900)).quiet(500);
  bench.engine.turn("t1");
  bench.engine.emit.transcript({ role: "caller", itemId: "t1", text: "שלום", final: false });
  return bench;
}

describe("a call ends although", () => {
  test.each([
    ["the line cannot be closed", (bench: CallBench) => Object.assign(bench.line, { close: boom })],
    ["its last turn cannot be written", (bench: CallBench) => Object.assign(bench.journal, { turn: boom })],
    ["its end cannot be written", (bench: CallBench) => Object.assign(bench.journal, { ended: boom })],
    ["the model cannot be told goodbye", (bench: CallBench) => Object.assign(bench.engine, { windUp: boom })],
  ])("%s", (_what, breaks) => {
    const bench = open();
    breaks(bench);
    bench.hangUp();
    expect(bench.switchboard.live).toBe(0);
    expect(bench.switchboard.next(bench.callSid)).toEqual({ kind: "hangup" });
  });

  test.each([
    ["the model cannot be closed", ["engine"]],
    ["neither can the line", ["line", "engine"]],
  ] as const)("the process waits no longer and %s", async (_what, parts) => {
    const bench = open();
    bench.engine.lingers = true;
    for (const part of parts) Object.assign(bench[part], { close: boom });
    const drained = bench.switchboard.drain(20_000);
    bench.gap(20_000);
    await drained;
    expect(bench.switchboard.live).toBe(0);
    expect(bench.journal.ends).toHaveLength(1);
  });

  test("the line of a transfer that nobody asks about cannot be closed", async () => {
    const bench = new CallBench({
      clock: createVirtualClock(),
      settings: {
        tools: {
          definitions: [],
          run: async () => ({ output: "{}", afterwards: { kind: "transfer", to: "+97231111111", label: "דנה" } }),
        },
      },
    });
    bench.line.close = boom;
    bench.start().quiet(1_000);
    bench.engine.begin("a1");
    bench.engine.emit.toolCall({ id: "c1", name: "transfer", argumentsJson: "{}" });
    await bench.settled();
    bench.engine.finish("a1", "", { produced: false });
    bench.quiet(limits.goodbyeMs).gap(2 * limits.nextStepMs + limits.providerActionMs);
    await bench.settled();
    bench.gap(limits.providerActionMs);
    await bench.settled();
    expect(bench.phone.redirects).toHaveLength(1);
    expect(bench.switchboard.live).toBe(0);
  });
});
