import { describe, expect, test } from "bun:test";
import { createVirtualClock } from "../sim/clock.ts";
import { CallBench, testSettings } from "./testing/call-bench.ts";
import { audioOf } from "./testing/scripted-engine.ts";

const greeting = "שלום, הגעתם למרפאה";
const cached = { [greeting]: audioOf(0x20, 2_000) };

describe("the first words of a call", () => {
  test("a cached greeting leaves in the tick in which the stream starts, with no model at all", () => {
    const bench = new CallBench({ clock: createVirtualClock(), settings: { greeting }, phrases: cached });
    bench.start(false);
    bench.clock.advance(0);
    expect(bench.line.sounding).toBe(true);
    bench.quiet(2_100);
    expect(bench.line.heardBytes).toEqual(audioOf(0x20, 2_000));
    expect(bench.logLines.join("\n")).toContain("[CALL] first AI response started after 0 ms");
  });

  test("the engine learns the greeting when it was heard, also when it became ready later", () => {
    const bench = new CallBench({ clock: createVirtualClock(), settings: { greeting }, phrases: cached });
    bench.start(false).quiet(2_200);
    expect(bench.engine.did("addContext")).toEqual([]);
    bench.engine.ready();
    expect(bench.engine.did("addContext")).toEqual([{ do: "addContext", role: "assistant", text: greeting }]);
    expect(bench.engine.context?.history()).toEqual([{ role: "assistant", text: greeting }]);
  });

  test("not rendered yet: the engine says it at once, and it is prepared for next time", async () => {
    const bench = new CallBench({ clock: createVirtualClock(), settings: { greeting } });
    bench.start();
    expect(bench.engine.did("respond").map((command) => command.request)).toEqual([{ say: greeting }]);
    await bench.settled();
    expect(bench.phrases.prepared).toContain(greeting);
  });

  test("not rendered and the engine is late: it is said as soon as the engine is ready, once", () => {
    const bench = new CallBench({ clock: createVirtualClock(), settings: { greeting } });
    bench.start(false).quiet(700);
    expect(bench.engine.did("respond")).toEqual([]);
    bench.engine.ready();
    bench.quiet(200);
    expect(bench.engine.did("respond").map((command) => command.request)).toEqual([{ say: greeting }]);
  });

  test("the greeting comes from disk a moment after the start: it is said, and the engine's is called off", async () => {
    const bench = new CallBench({ clock: createVirtualClock(), settings: { greeting } });
    await bench.settled();
    await bench.start().quiet(20).settled();
    bench.phrases.render(greeting, audioOf(0x20, 2_000));
    await bench.settled();
    bench.quiet(2_200);
    expect(bench.line.heardBytes).toEqual(audioOf(0x20, 2_000));
    expect(bench.engine.did("interrupt").length).toBe(1);
  });

  test("the greeting is rendered while the engine says it already: it is said once", async () => {
    const bench = new CallBench({ clock: createVirtualClock(), settings: { greeting } });
    await bench.settled();
    await bench.start().quiet(300).settled();
    bench.engine.answer("a1", audioOf(0x30, 1_000), greeting);
    bench.phrases.render(greeting, audioOf(0x20, 2_000));
    await bench.settled();
    bench.quiet(3_000);
    expect(bench.line.heardBytes).toEqual(audioOf(0x30, 1_000));
  });

  test("a personal greeting that is rendered within 300 ms is said, else the general one", () => {
    const settings = { greeting: "שלום דנה", genericGreeting: greeting };
    const early = new CallBench({ clock: createVirtualClock(), settings, phrases: cached });
    early.start().quiet(100);
    early.phrases.texts.set("שלום דנה", audioOf(0x21, 500));
    early.quiet(1_000);
    expect(early.line.heardBytes).toEqual(audioOf(0x21, 500));
    const late = new CallBench({ clock: createVirtualClock(), settings, phrases: cached });
    late.start().quiet(2_500);
    expect(late.line.heardBytes).toEqual(audioOf(0x20, 2_000));
  });

  test("nothing is rendered yet, neither the personal greeting nor the general one: nobody waits", () => {
    for (const settings of [
      { greeting: "שלום דנה", genericGreeting: greeting },
      { greeting, genericGreeting: greeting },
    ]) {
      const bench = new CallBench({ clock: createVirtualClock(), settings });
      bench.start();
      expect(bench.engine.did("respond").map((command) => command.request)).toEqual([{ say: settings.greeting }]);
    }
  });

  test("settings that arrive after the stream greet then; the engine is opened once", async () => {
    const settings = Promise.withResolvers<ReturnType<typeof testSettings>>();
    const bench = new CallBench({ clock: createVirtualClock(), settings: settings.promise, phrases: cached });
    bench.call.attach(bench.line);
    bench.quiet(500);
    expect(bench.line.sounding).toBe(false);
    settings.resolve(testSettings({ greeting }));
    await settings.promise;
    await Promise.resolve();
    bench.quiet(100);
    expect(bench.line.sounding).toBe(true);
    expect(bench.engine.did("open").length).toBe(1);
  });

  test("no greeting: nothing is said until 8 s of silence have passed, then one invitation", () => {
    const bench = new CallBench({ clock: createVirtualClock() });
    bench.start().quiet(7_900);
    expect(bench.line.heardMs).toBe(0);
    expect(bench.engine.did("respond")).toEqual([]);
    bench.quiet(1_500);
    expect(bench.line.heardMs).toBeGreaterThan(900);
    expect(bench.journal.turns.map((turn) => turn.text)).toEqual(["שלום, איך אפשר לעזור?"]);
  });

  test("the start of a call is logged as required (V10)", () => {
    const bench = new CallBench({ clock: createVirtualClock(), settings: { greeting } });
    const { businessId } = testSettings();
    expect(bench.logLines.join("\n")).toContain(`[CALL] new call started biz=${businessId} has_greeting=true`);
  });
});
