import { describe, expect, test } from "bun:test";
import { type Random, seededRandom } from "../base/random.ts";
import { limits } from "../limits.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { CallBench } from "./testing/call-bench.ts";
import { type EngineFaults, ReactingEngine } from "./testing/reacting-engine.ts";
import { audioOf } from "./testing/scripted-engine.ts";
import { hoarseSound, loudSound } from "./testing/scripted-vad.ts";
import type { CallTools, ToolOutcome } from "./tools.ts";

const mild: EngineFaults = { empty: 0.05, mute: 0.03, lateAudio: 0.5, drop: 0.01, lost: 0, tool: 0.2 };
const harsh: EngineFaults = { empty: 0.2, mute: 0.2, lateAudio: 0.8, drop: 0.05, lost: 0.05, tool: 0.3 };
const greeting = "שלום";

type Ending = "stop" | "broken" | "status" | "media_stops" | "throws" | "stays";
const endings: readonly Ending[] = ["stop", "broken", "status", "media_stops", "throws", "stays", "stays", "stays"];

class World {
  readonly bench: CallBench;
  readonly engine: ReactingEngine;
  readonly ending: Ending;
  readonly #random: Random;
  readonly #seed: number;
  #owedSinceMs = -1;

  constructor(seed: number, faults: EngineFaults) {
    const random = seededRandom(seed);
    this.#seed = seed;
    this.#random = random;
    const tools: CallTools = { definitions: [], run: () => this.#useTool() };
    const [delayMs, loss] = [random() * 80, random() < 0.3 ? random() * 0.5 : 0];
    this.bench = new CallBench({
      clock: createVirtualClock(),
      number: seed,
      settings: { greeting: random() < 0.7 ? greeting : null, tools },
      phrases: { [greeting]: audioOf(0x51, 1_500) },
      line: { delayMs: () => delayMs + random() * 20, loseMark: () => random() < loss },
    });
    this.engine = new ReactingEngine(this.bench.engine, this.bench.clock, random, faults);
    // The scripted engine was opened before the model was put behind it.
    this.bench.clock.after(
      200 + random() * 800,
      () => this.bench.engine.state !== "closed" && this.bench.engine.ready(),
    );
    this.ending = endings[Math.floor(random() * endings.length)]!;
  }

  get over(): boolean {
    return this.bench.switchboard.live === 0;
  }

  /** A caller who talks, pauses, and talks into the assistant's words, for about `ms`. */
  async live(ms: number): Promise<void> {
    const { bench } = this;
    bench.start(false);
    const until = bench.clock.nowMs() + ms;
    while (bench.clock.nowMs() < until && !this.over) {
      await this.quiet(300 + this.#random() * 3_500);
      const act = this.#random();
      if (act < 0.7) await this.talk(200 + this.#random() * 2_000);
      else if (act < 0.9) await this.#sound(hoarseSound(100 + 20 * Math.floor(this.#random() * 15)));
      else await this.#press();
    }
  }

  /** At once, or after a while. */
  #useTool(): Promise<ToolOutcome> {
    const done = Promise.withResolvers<ToolOutcome>();
    const ms = this.#random() < 0.5 ? 0 : this.#random() * 6_000;
    this.bench.clock.after(ms, () => done.resolve({ output: "{}" }));
    return done.promise;
  }

  /** A key, and whatever it is the beginning of. */
  async #press(): Promise<void> {
    this.bench.call.onKeypad(this.#random() < 0.5 ? "#" : "5");
    this.#owedSinceMs = -1;
    await this.bench.settled();
  }

  async quiet(ms: number): Promise<void> {
    for (let at = 0; at < ms && !this.over; at += 20) {
      this.bench.quiet(20);
      await this.#watch(false);
    }
  }

  async talk(ms: number): Promise<void> {
    await this.#sound(loudSound(Math.ceil(ms / 20) * 20));
    const { bench } = this;
    const [saidMs, heardMs] = [bench.clock.nowMs(), bench.line.heardNowMs];
    await this.quiet(200 + this.#random() * 1_200); // until the engine takes it for a turn
    if (this.over) return;
    this.engine.callerSaid("אני רוצה תור");
    if (bench.line.heardNowMs === heardMs && bench.engine.state === "ready") this.#owedSinceMs = saidMs;
  }

  async #sound(sound: Uint8Array): Promise<void> {
    for (let at = 0; at < sound.length && !this.over; at += 160) {
      this.bench.sound(sound.slice(at, at + 160));
      await this.#watch(true);
    }
  }

  async end(): Promise<void> {
    const { bench } = this;
    if (this.ending === "stop") bench.call.onLineClosed("stop");
    else if (this.ending === "broken") bench.call.onLineClosed("error");
    else if (this.ending === "status") bench.call.onProviderEnded();
    else if (this.ending === "media_stops") bench.clock.advance(6_500);
    else if (this.ending === "throws") {
      bench.engine.appendAudio = () => {
        throw new Error("boom");
      };
      bench.quiet(20);
    }
    await bench.settled();
    bench.clock.advance(limits.stoppedMs + limits.sweepMs);
    await bench.settled();
  }

  /** Whoever is owed an answer hears something within 2 s. */
  async #watch(talking: boolean): Promise<void> {
    await this.bench.settled();
    if (talking || this.over || this.bench.line.sounding) this.#owedSinceMs = -1;
    const silentMs = this.#owedSinceMs < 0 ? 0 : this.bench.clock.nowMs() - this.#owedSinceMs;
    if (silentMs > 2_050) throw new Error(`seed ${this.#seed}: ${silentMs} ms of silence although an answer was owed`);
  }
}

/** What must hold for every call, however it went. */
function check(world: World): void {
  const { bench } = world;
  expect(bench.phone.redirects.length).toBeLessThanOrEqual(1);
  expect(bench.journal.ends.length).toBe(world.over ? 1 : 0);
  expect(bench.logLines.filter((line) => line.includes("WATCHDOG_REDIRECT")).length).toBeLessThanOrEqual(1);
  if (world.over) {
    expect(bench.engine.state).toBe("closed");
    const bug = bench.logLines.some((line) => line.includes("bug in a live call"));
    expect(bug).toBe(world.ending === "throws" && bench.journal.ends[0]!.reason === "bug");
  }
}

/** Nothing of a stopped answer is heard afterwards, unless the stop was taken back. */
function checkStopped(world: World): void {
  const { bench, engine } = world;
  const takenBack = bench.journal.events.some((event) => event.detail.verdict === "false_stop");
  if (takenBack) return;
  for (const { tag, atMs } of engine.stopped) {
    const later = engine.stopped.filter((other) => other.tag === tag).length > 1;
    const heard = bench.line.heard.filter((piece) => piece.bytes[0] === tag && piece.fromMs > atMs + 150);
    if (!later) expect(heard).toEqual([]);
  }
}

const seedOf = (base: number, index: number): number => base + index;

describe("a world of calls", () => {
  for (const [name, faults, base] of [
    ["mild", mild, 1_000],
    ["harsh", harsh, 2_000],
  ] as const) {
    test(`${name} faults: one end per call, one fallback at most, no sound of stopped answers, no long silence`, async () => {
      for (let index = 0; index < 40; index++) {
        const seed = seedOf(base, index);
        const world = new World(seed, faults);
        try {
          await world.live(25_000);
          check(world);
          checkStopped(world);
          await world.end();
          check(world);
          if (world.ending !== "stays") expect(world.over).toBe(true);
        } catch (problem) {
          throw new Error(`seed ${seed} (${world.ending}): ${String(problem)}`, { cause: problem });
        }
      }
    }, 60_000);
  }

  test("whatever went wrong before, a call that is still up listens and answers (V9)", async () => {
    let survivors = 0;
    for (let index = 0; index < 60; index++) {
      const seed = seedOf(3_000, index);
      const world = new World(seed, { ...mild, drop: 0.03 });
      const { bench, engine } = world;
      await world.live(15_000);
      if (world.over) continue;
      engine.heal();
      await world.quiet(12_000);
      const appended = bench.engine.appended.length;
      await world.talk(1_200);
      if (world.over) continue;
      survivors++;
      const sound = Buffer.from(loudSound(20)).toString("base64");
      const reached = bench.engine.appended.slice(appended).includes(sound);
      const before = bench.line.heardMs;
      await world.quiet(4_000);
      const answered = bench.line.heardMs > before;
      expect({ seed, reached, answered }).toEqual({ seed, reached: true, answered: true });
    }
    expect(survivors).toBeGreaterThan(30);
  }, 60_000);
});
