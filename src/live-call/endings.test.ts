import { describe, expect, test } from "bun:test";
import { limits } from "../limits.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { phraseNames, phraseText } from "./phrases-text.ts";
import { type BenchOptions, CallBench } from "./testing/call-bench.ts";
import { audioOf } from "./testing/scripted-engine.ts";
import { loudSound } from "./testing/scripted-vad.ts";

const phraseMs = 4_000;
const textOf = (name: (typeof phraseNames)[number]): string => phraseText(["he"], name);

/** A call whose own sentences are long enough to be talked over. */
function open(options: Partial<BenchOptions> = {}): CallBench {
  const bench = new CallBench({ clock: createVirtualClock(), ...options });
  for (const name of phraseNames) bench.phrases.texts.set(textOf(name), audioOf(0x55, phraseMs));
  return bench;
}

/** The caller says a whole sentence; the engine takes the turn and answers it, as it would at any other time. */
function talk(bench: CallBench, turn: string): void {
  bench.sound(loudSound(2_400));
  bench.engine.turn(turn, "רגע, עוד שאלה אחת בבקשה");
  bench.quiet(300);
  bench.engine.answer(`answer to ${turn}`, audioOf(0x30, 1_000), "בטח");
}

function loseModel(bench: CallBench): CallBench {
  bench.engine.state = "lost";
  bench.engine.emit.lost("refused", "");
  return bench;
}

const ending = { definitions: [], run: async () => ({ output: "{}", afterwards: { kind: "end" as const } }) };

/** The assistant says so much and, in the same breath, that the call is over. */
async function sayGoodbye(bench: CallBench, ms: number): Promise<void> {
  bench.start().quiet(1_000);
  bench.engine.begin("a1");
  bench.engine.speak("a1", audioOf(0x30, ms));
  bench.engine.emit.toolCall({ id: "c1", name: "end_call", argumentsJson: "{}" });
  await bench.settled();
  bench.engine.finish("a1", "אז קבענו ליום שלישי, להתראות");
}

/** How much the caller heard of audio made of this byte, in ms. */
const heardMs = (bench: CallBench, value: number): number =>
  Buffer.concat(bench.line.heard.map(({ bytes }) => bytes)).filter((byte) => byte === value).length / 8;

const reasons = (bench: CallBench): string[] => bench.journal.ends.map(({ reason }) => reason);

describe("the last goodbye", () => {
  test("a caller who talks over 'our time is up' hears it to its end, and the call ends", async () => {
    const bench = open({ settings: { maxCallMs: 10_000 } });
    bench.start().quiet(11_000);
    talk(bench, "t1");
    await bench.quiet(1_000).settled();
    expect(bench.phone.hangUps).toHaveLength(1);
    expect(reasons(bench)).toEqual(["time_limit"]);
    expect(bench.journal.turns.at(-1)).toMatchObject({ text: textOf("time_is_up"), interrupted: false });
    expect(bench.line.heard.at(-1)!.bytes.at(-1)).toBe(0x55); // and nothing after it
  });

  test("a caller who talks over the goodbye of a process that ends holds it up no longer", async () => {
    const bench = open();
    bench.start().quiet(500);
    const drained = bench.switchboard.drain(20_000);
    bench.quiet(20_000 - limits.drainHurryMs + 1_000);
    talk(bench, "t1");
    await bench.quiet(1_000).settled();
    expect(bench.phone.hangUps).toHaveLength(1);
    expect(reasons(bench)).toEqual(["shutdown"]);
    expect(bench.journal.turns.at(-1)).toMatchObject({ text: textOf("shutdown_goodbye"), interrupted: false });
    await drained;
  });

  test("a goodbye whose end is never reported has an end all the same, whatever the caller says meanwhile", async () => {
    const bench = open({ settings: { maxCallMs: 10_000 }, line: { loseMark: () => true } });
    for (const name of phraseNames) bench.phrases.texts.set(textOf(name), audioOf(0x55, 30_000));
    bench.start().quiet(10_020);
    for (let turn = 0; turn < 3; turn++) talk(bench, `t${turn}`);
    await bench.quiet(limits.goodbyeMs - 3 * 2_700 - 100).settled();
    expect(bench.phone.hangUps).toEqual([]);
    await bench.quiet(400).settled();
    expect(bench.phone.hangUps).toHaveLength(1);
    expect(reasons(bench)).toEqual(["time_limit"]);
  });

  test("an interruption that is not judged yet when the time is up brings no old answer back", async () => {
    const bench = open({ settings: { maxCallMs: 10_000 } });
    bench.start().quiet(8_000);
    bench.engine.answer("a1", audioOf(0x30, 4_000), "אחת שתיים שלוש ארבע");
    bench.quiet(1_400).sound(loudSound(480)).quiet(20);
    expect(bench.journal.kinds()).toContain("barge_in");
    await bench.quiet(300 + phraseMs + 200).settled();
    expect(reasons(bench)).toEqual(["time_limit"]);
    expect(bench.line.heard.at(-1)!.bytes.at(-1)).toBe(0x55);
  });

  test.each([
    ["the model is lost", (bench: CallBench) => loseModel(bench).quiet(phraseMs)],
    ["the socket breaks", (bench: CallBench) => bench.call.onLineClosed("error")],
    ["the provider stops the stream", (bench: CallBench) => bench.call.onLineClosed("stop")],
    ["no sound comes any more", (bench: CallBench) => bench.gap(limits.goodbyeMs)],
  ])("whatever breaks in it, nobody is asked for a message afterwards: %s", async (_what, breaks) => {
    const bench = open({ settings: { maxCallMs: 10_000 } });
    bench.start().quiet(11_000);
    breaks(bench);
    await bench.settled();
    expect(reasons(bench)).toEqual(["time_limit"]);
    expect(bench.phone.redirects).toEqual([]);
    expect(bench.switchboard.next(bench.callSid)).toEqual({ kind: "hangup" });
  });

  test("goodbye-cut-when-the-model-is-lost: it is ours, and is heard to its end", async () => {
    const bench = open({ settings: { maxCallMs: 3_000 } });
    bench.start().quiet(3_500);
    loseModel(bench);
    await bench.quiet(phraseMs).settled();
    expect(heardMs(bench, 0x55)).toBe(phraseMs);
    expect(bench.phone.hangUps).toHaveLength(1);
    expect(bench.journal.turns.at(-1)).toMatchObject({ text: textOf("time_is_up"), interrupted: false });
  });

  test("and when its end is never reported, the call ends all the same", async () => {
    const bench = open({ settings: { maxCallMs: 3_000 }, line: { loseMark: () => true } });
    for (const name of phraseNames) bench.phrases.texts.set(textOf(name), audioOf(0x55, 30_000));
    bench.start().quiet(3_500);
    loseModel(bench);
    await bench.quiet(limits.goodbyeMs).settled();
    expect(bench.phone.hangUps).toHaveLength(1);
    expect(reasons(bench)).toEqual(["time_limit"]);
  });

  test("a greeting that still waits for the model is not said behind the goodbye", async () => {
    const bench = open({ settings: { greeting: "שלום", maxCallMs: 3_000 } });
    bench.start(false).quiet(3_100);
    bench.engine.ready();
    await bench.quiet(phraseMs + 200).settled();
    expect(bench.engine.did("respond")).toEqual([]);
    expect(reasons(bench)).toEqual(["time_limit"]);
  });
});

describe("a process that is asked to end a second time", () => {
  /** Two wishes to end, four seconds apart; returns which were granted so far. */
  function hurried(bench: CallBench): string[] {
    const granted: string[] = [];
    void bench.switchboard.drain(limits.drainMs).then(() => granted.push("first"));
    bench.quiet(4_000);
    void bench.switchboard.drain(limits.drainHurryMs).then(() => granted.push("second"));
    return granted;
  }

  test("a caller talks on and on: over within the time promised, the goodbye included", async () => {
    const bench = open();
    bench.start().quiet(500);
    const granted = hurried(bench);
    for (let turn = 0; turn < 2; turn++) talk(bench, `t${turn}`);
    await bench.settled();
    expect(reasons(bench)).toEqual(["shutdown"]);
    expect(bench.journal.turns.at(-1)).toMatchObject({ text: textOf("shutdown_goodbye"), interrupted: false });
    expect(granted.toSorted()).toEqual(["first", "second"]);
  });

  test("nothing of the goodbye is reported back and the provider does not answer: let go of within the time promised", async () => {
    const bench = open({ line: { loseMark: () => true } });
    for (const name of phraseNames) bench.phrases.texts.set(textOf(name), audioOf(0x55, 30_000));
    bench.phone.hangUp = () => new Promise(() => {});
    bench.start().quiet(500);
    const granted = hurried(bench);
    await bench.quiet(limits.drainHurryMs).settled();
    expect(reasons(bench)).toEqual(["shutdown"]);
    expect(bench.switchboard.live).toBe(0);
    expect(granted.toSorted()).toEqual(["first", "second"]);
  });

  test("a caller who is just being told to leave a message is not told anything else", async () => {
    const bench = open();
    bench.start().quiet(1_000);
    failTwice(bench);
    bench.quiet(500);
    void bench.switchboard.drain(limits.drainHurryMs);
    await bench.quiet(phraseMs).settled();
    expect(bench.phone.hangUps).toEqual([]);
    expect(bench.phone.redirects.map(({ reason }) => reason)).toEqual(["no_answer"]);
    expect(reasons(bench)).toEqual(["fallback"]);
  });
});

/** The model fails at a turn and again at the retry: the caller hears an excuse. */
function failTwice(bench: CallBench): void {
  bench.engine.turn("t0", "שלום");
  for (const id of ["f1", "f2"]) {
    bench.engine.begin(id);
    bench.engine.emit.answerDone({ answerId: id, status: "failed", reason: null, produced: false });
  }
}

describe("the assistant's own goodbye", () => {
  test("goodbye-cut-after-ten-seconds: one that sums up an appointment is heard to its end", async () => {
    const bench = open({ settings: { tools: ending } });
    await sayGoodbye(bench, 14_000);
    bench.engine.begin("a2");
    bench.engine.emit.answerDone({ answerId: "a2", status: "completed", reason: null, produced: false });
    await bench.quiet(13_900).settled();
    expect(bench.phone.hangUps).toEqual([]);
    await bench.quiet(500).settled();
    expect(heardMs(bench, 0x30)).toBe(14_000);
    expect(reasons(bench)).toEqual(["assistant_ended"]);
  });

  test("one whose end is never reported ends the call all the same", async () => {
    const bench = open({ settings: { tools: ending }, line: { loseMark: () => true } });
    await sayGoodbye(bench, 14_000);
    await bench.quiet(14_000 + limits.markSlackMs + 500).settled();
    expect(reasons(bench)).toEqual(["assistant_ended"]);
  });

  test("is heard to its end, and nobody is asked for a message, when the model is lost in it", async () => {
    const bench = open({ settings: { tools: ending } });
    await sayGoodbye(bench, 4_000);
    loseModel(bench.quiet(1_000));
    await bench.quiet(3_500).settled();
    expect(heardMs(bench, 0x30)).toBe(4_000);
    expect(bench.phone.redirects).toEqual([]);
    expect(reasons(bench)).toEqual(["assistant_ended"]);
  });

  test("but a caller who speaks over it then is heard by the recording", async () => {
    const bench = open({ settings: { tools: ending } });
    await sayGoodbye(bench, 4_000);
    loseModel(bench.quiet(1_000));
    await bench.sound(loudSound(2_400)).quiet(500).settled();
    expect(bench.phone.redirects.map(({ reason }) => reason)).toEqual(["engine_lost"]);
  });

  test("that never comes ends the call all the same: a caller who is done is asked for no message", async () => {
    const bench = open({ settings: { tools: ending } });
    bench.start().quiet(1_000);
    bench.engine.begin("a1");
    bench.engine.emit.toolCall({ id: "c1", name: "end_call", argumentsJson: "{}" });
    bench.engine.emit.answerDone({ answerId: "a1", status: "completed", reason: null, produced: true });
    await bench.settled();
    await bench.quiet(limits.firstAudioFallbackMs + limits.goodbyeMs).settled();
    expect(bench.phone.redirects).toEqual([]);
    expect(reasons(bench)).toEqual(["assistant_ended"]);
  });
});

describe("the excuse before the message flow", () => {
  test("excuse-cut-when-the-model-is-lost: heard to its end, then a message is taken", async () => {
    const bench = open();
    bench.start().quiet(1_000);
    failTwice(bench);
    loseModel(bench.quiet(500));
    await bench.quiet(phraseMs).settled();
    expect(heardMs(bench, 0x55)).toBe(phraseMs);
    expect(bench.phone.redirects.map(({ reason }) => reason)).toEqual(["no_answer"]);
    expect(reasons(bench)).toEqual(["fallback"]);
  });
});

describe("a key", () => {
  test.each(["#", "1"])("%p pressed during the last excuse neither cuts it nor starts another round", async (key) => {
    const bench = open();
    bench.start().quiet(1_000);
    failTwice(bench);
    const asked = bench.engine.did("respond").length;
    bench.quiet(200);
    bench.call.onKeypad(key);
    await bench.quiet(phraseMs).settled();
    expect(bench.phone.redirects.map(({ reason }) => reason)).toEqual(["no_answer"]);
    expect(heardMs(bench, 0x55)).toBe(phraseMs);
    expect(bench.engine.did("respond")).toHaveLength(asked);
  });

  const nothingBefore = (bench: CallBench): CallBench => bench;
  const cough = (bench: CallBench): CallBench => bench.sound(loudSound(300)).quiet(100);
  // Without "#" an input is over only three seconds later, when the goodbye was heard and the caller hung up on.
  test.each([
    ["#", "", nothingBefore],
    ["#", ", also while a cough over it is not judged yet", cough],
    ["1", "", nothingBefore],
    ["1", ", also while a cough over it is not judged yet", cough],
  ])("%p pressed over the assistant's own goodbye is answered, and the call goes on%s", async (key, _when, first) => {
    const bench = open({ settings: { tools: ending } });
    await sayGoodbye(bench, 2_600);
    first(bench.quiet(1_500)).call.onKeypad(key);
    bench.quiet(key === "#" ? 0 : limits.keypadMs + 100);
    expect(bench.journal.kinds()).toContain("keypad");
    bench.engine.answer("a2", audioOf(0x31, 1_000), "כן?");
    await bench.quiet(limits.goodbyeMs).settled();
    expect(heardMs(bench, 0x31)).toBe(1_000);
    expect(bench.phone.hangUps).toEqual([]);
    expect(bench.switchboard.live).toBe(1);
  });
});

describe("a stream that stops without our doing", () => {
  const stopped = (): CallBench => {
    const bench = open();
    bench.start().quiet(2_000);
    bench.call.onLineClosed("stop");
    return bench;
  };
  const redirectLines = (bench: CallBench): string[] =>
    bench.logLines.filter((line) => line.includes("WATCHDOG_REDIRECT"));

  test("although the phone call is still up: a message is taken, once, and the end and the log say so", async () => {
    const bench = stopped();
    expect(bench.engine.state).toBe("closed");
    expect(bench.journal.ends).toEqual([]);
    for (let asked = 0; asked < 3; asked++) expect(bench.switchboard.next(bench.callSid)).toEqual({ kind: "fallback" });
    expect(reasons(bench)).toEqual(["fallback"]);
    expect(redirectLines(bench)).toHaveLength(1);
    expect(redirectLines(bench)[0]).toContain("WATCHDOG_REDIRECT reason=stream_stopped");
    bench.call.onProviderEnded();
    await bench.settled();
    expect(bench.phone.redirects).toEqual([]);
    expect(reasons(bench)).toEqual(["fallback"]);
  });

  test("because the caller hung up: nothing is taken, and the end says so", () => {
    const bench = stopped();
    bench.call.onProviderEnded();
    expect(reasons(bench)).toEqual(["caller_hung_up"]);
    expect(redirectLines(bench)).toEqual([]);
    expect(bench.switchboard.next(bench.callSid)).toEqual({ kind: "hangup" });
  });

  test("and nobody says whether the call is over: the caller is taken to have hung up, when the line fell silent", async () => {
    const bench = stopped();
    bench.clock.advance(limits.stoppedMs + limits.sweepMs);
    await bench.settled();
    expect(bench.journal.ends).toMatchObject([{ reason: "caller_hung_up", durationMs: 2_000 }]);
    expect(bench.phone.redirects).toEqual([]);
    expect(bench.clock.pending).toBe(0);
    // Whoever is asked about after all is still there.
    expect(bench.switchboard.next(bench.callSid)).toEqual({ kind: "fallback" });
  });

  test("while the process ends: it is not waited for", async () => {
    const bench = stopped();
    const drained = bench.switchboard.drain(limits.drainHurryMs);
    bench.clock.advance(limits.drainHurryMs);
    await drained;
    expect(reasons(bench)).toEqual(["caller_hung_up"]);
  });
});
