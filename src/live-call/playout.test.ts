import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Random, seededRandom } from "../base/random.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { Playout, type PlayoutEvents } from "./playout.ts";
import { audioOf } from "./testing/scripted-engine.ts";
import { ScriptedLine, type ScriptedLineOptions } from "./testing/scripted-line.ts";

const settings = { leadMs: 1_250, markEveryMs: 200, queueMs: 120_000, markSlackMs: 3_000 };
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

class Rig {
  readonly clock = createVirtualClock();
  readonly line: ScriptedLine;
  readonly told: string[] = [];
  readonly playout: Playout;
  heardBytes = 0;

  constructor(line: Partial<ScriptedLineOptions> = {}, events: Partial<PlayoutEvents> = {}) {
    this.line = new ScriptedLine(this.clock, line);
    this.playout = new Playout(settings, {
      itemBegan: (id) => this.told.push(`began ${id}`),
      itemHeard: (id, ms) => this.told.push(`heard ${id} ${ms}`),
      drained: () => this.told.push("drained"),
      heardAudio: (_fifo, _from, length) => {
        this.heardBytes += length;
      },
      ...events,
    });
    this.line.onMark = (name) => this.playout.marked(name, this.clock.nowMs());
    this.playout.attach(this.line);
  }

  say(id: string, bytes: Uint8Array, done = true): void {
    this.playout.write(id, base64(bytes), this.clock.nowMs());
    if (done) this.playout.finishItem(id, this.clock.nowMs());
  }

  /** Inbound frames are the only clock. */
  run(ms: number): void {
    for (let at = 0; at < ms; at += 20) {
      this.clock.advance(20);
      this.playout.pump(this.clock.nowMs());
    }
  }
}

describe("the ledger of what was heard", () => {
  test("one answer: begins, is heard to its last byte, is over", () => {
    const rig = new Rig({ delayMs: () => 25 });
    rig.say("a", audioOf(1, 3_000));
    rig.run(3_200);
    expect(rig.told).toEqual(["began a", "heard a 3000", "drained"]);
    expect(rig.line.heardBytes).toEqual(audioOf(1, 3_000));
    expect(rig.heardBytes).toBe(3_000 * 8);
    expect(rig.playout.active).toBe(false);
  });

  test("the peer is kept 1.0-1.5 s ahead, not more, however much is there", () => {
    const rig = new Rig();
    rig.say("a", audioOf(1, 60_000));
    for (let at = 0; at < 50_000; at += 20) {
      rig.run(20);
      const aheadMs = 60_000 - rig.playout.queuedMs - rig.line.heardMs;
      expect(aheadMs).toBeLessThanOrEqual(1_500);
      expect(aheadMs).toBeGreaterThanOrEqual(1_000);
    }
  });

  test("pieces of any size leave as whole frames; the last one is filled up with silence", () => {
    const rig = new Rig();
    for (let part = 0; part < 33; part++) rig.say("a", audioOf(1, 1).subarray(0, 7), false);
    rig.run(100);
    rig.playout.finishItem("a", rig.clock.nowMs());
    rig.run(300);
    const heard = rig.line.heardBytes;
    expect(heard.length).toBe(320);
    expect(heard.filter((byte) => byte === 1).length).toBe(231);
    expect(heard.filter((byte) => byte === 0xff).length).toBe(89);
  });

  test("a clear takes the position first, drops the rest, and makes what is under way harmless", () => {
    const rig = new Rig({ delayMs: () => 30 });
    rig.say("a", audioOf(1, 2_000));
    rig.say("b", audioOf(2, 2_000));
    rig.run(2_500);
    const cleared = rig.playout.clear(rig.clock.nowMs());
    expect(rig.told).toContain("heard a 2000");
    expect(cleared.cuts.map((cut) => cut.itemId)).toEqual(["b"]);
    const [cut] = cleared.cuts;
    rig.run(2_000);
    expect(Math.abs(rig.line.heardMs - 2_000 - cut!.heardMs)).toBeLessThanOrEqual(20);
    expect(rig.playout.marksOfOldGenerations).toBeGreaterThan(0);
    expect(rig.told).not.toContain("drained");
    const rest = cleared.remainder[0]!;
    expect(rest.offsetMs).toBe(cut!.heardMs);
    expect(rest.bytes.length).toBe((2_000 - cut!.heardMs) * 8);
  });

  test("interrupted-although-heard: cut between two ms, what was heard and what is left are the whole answer", () => {
    const rig = new Rig();
    rig.say("a", audioOf(1, 2_000));
    rig.run(900);
    const { cuts, remainder } = rig.playout.clear(rig.clock.nowMs() + 0.4);
    expect(remainder[0]!.bytes.length).toBe((cuts[0]!.receivedMs - cuts[0]!.heardMs) * 8);
  });

  test("late audio of a discarded item is dropped, the next item is heard", () => {
    const rig = new Rig();
    rig.say("a", audioOf(1, 2_000), false);
    rig.run(400);
    rig.playout.clear(rig.clock.nowMs());
    rig.run(100);
    rig.say("a", audioOf(1, 500));
    rig.say("b", audioOf(2, 500));
    rig.run(1_000);
    expect([...rig.line.heardBytes.slice(-4_000)]).toEqual([...audioOf(2, 500)]);
    expect(rig.line.heardBytes.filter((byte) => byte === 1).length).toBeLessThan(450 * 8);
  });

  test("the peer ran dry in a network stall: the position follows its marks, not the plan", () => {
    let delayMs = 20;
    const rig = new Rig({ delayMs: () => delayMs });
    rig.say("a", audioOf(1, 10_000));
    rig.run(1_000);
    delayMs = 3_000;
    rig.run(240);
    delayMs = 20;
    rig.run(5_100);
    const [cut] = rig.playout.clear(rig.clock.nowMs()).cuts;
    rig.run(500);
    expect(rig.line.heardMs).toBeLessThan(5_000);
    expect(Math.abs(rig.line.heardMs - cut!.heardMs)).toBeLessThanOrEqual(60);
  });

  test("everything heard: a clear cuts nothing", () => {
    const rig = new Rig({ delayMs: () => 100 });
    rig.say("a", audioOf(1, 1_000));
    rig.run(1_120);
    expect(rig.playout.clear(rig.clock.nowMs()).heard).toEqual([]);
    expect(rig.told).toContain("heard a 1000");
  });

  test("all marks lost: speech is over 3 s after its time, and the peer is suspected", () => {
    const rig = new Rig({ loseMark: () => true });
    rig.say("a", audioOf(1, 1_000));
    rig.run(1_500);
    expect(rig.playout.active).toBe(true);
    expect(rig.playout.audible(rig.clock.nowMs(), 300)).toBe(false);
    rig.run(3_000);
    expect(rig.playout.active).toBe(false);
    expect(rig.told).toEqual(["began a", "heard a 1000", "drained"]);
    expect(rig.playout.lostInRow).toBe(1);
  });

  test("the caller speaks and the last mark is missing: nobody waits for it", () => {
    const rig = new Rig({ loseMark: () => true });
    rig.say("a", audioOf(1, 1_000));
    rig.run(1_200);
    rig.playout.settle(rig.clock.nowMs());
    expect(rig.told.at(-1)).toBe("drained");
  });

  test("one mark that comes back clears the peer of suspicion", () => {
    let lost = true;
    const rig = new Rig({ loseMark: () => lost });
    rig.say("a", audioOf(1, 500));
    rig.run(4_000);
    lost = false;
    rig.say("b", audioOf(2, 500));
    rig.run(1_000);
    expect(rig.playout.lostInRow).toBe(0);
  });

  test("only the last mark is missing: a second is enough, where earlier ones came in time", () => {
    const rig = new Rig({ loseMark: (name) => name.endsWith(":4") });
    rig.say("a", audioOf(1, 1_000));
    rig.run(1_900);
    expect(rig.playout.active).toBe(true);
    rig.run(200);
    expect(rig.told.at(-1)).toBe("drained");
  });

  test("the position waits for a mark that is due, for a second", () => {
    const rig = new Rig({ loseMark: () => true });
    rig.say("a", audioOf(1, 3_000));
    rig.run(700);
    expect(rig.playout.heardForMs(rig.clock.nowMs())).toBe(200);
    rig.run(600);
    expect(rig.playout.heardForMs(rig.clock.nowMs())).toBe(400);
  });

  test("marks that come twice, or of nothing that was sent, say nothing", () => {
    const names: string[] = [];
    const rig = new Rig();
    const { onMark } = rig.line;
    rig.line.onMark = (name) => {
      names.push(name);
      onMark(name);
    };
    rig.say("a", audioOf(1, 1_000));
    rig.run(500);
    const before = rig.playout.endsMs;
    rig.run(100);
    for (const name of [...names, "g0:9999", "g0:-1", "g0:1.5", "g0:", "g9:4", "g:4", ""])
      rig.playout.marked(name, rig.clock.nowMs());
    expect(rig.playout.marksOfOldGenerations).toBe(names.length + 7);
    expect(rig.playout.endsMs).toBe(before);
  });

  test("a mark that is a little late moves nothing, and one that is very late is no measure of the way", () => {
    let delayMs = 20;
    const rig = new Rig({ delayMs: () => delayMs });
    rig.say("a", audioOf(1, 3_000));
    rig.run(500);
    const endsMs = () => rig.playout.endsMs + rig.playout.queuedMs;
    const before = endsMs();
    delayMs = 50;
    rig.run(500);
    expect(endsMs()).toBe(before);
    const slow = new Rig({ delayMs: () => 1_000 });
    slow.say("a", audioOf(1, 1_000));
    slow.run(2_400);
    expect(slow.playout.roundTripMs).toBe(400);
  });

  test("the way is not measured while something is under way: the peer ran dry and its old marks come back", () => {
    let delayMs = 50;
    const rig = new Rig({ delayMs: () => delayMs });
    rig.say("a", audioOf(1, 300), false);
    rig.run(320);
    delayMs = 90;
    rig.run(100);
    rig.say("a", audioOf(1, 300));
    rig.run(1_000);
    expect(rig.playout.roundTripMs).toBe(100);
  });

  test("the grace of an interruption begins anew with each answer", () => {
    const rig = new Rig();
    rig.say("a", audioOf(1, 1_000));
    rig.run(1_200);
    rig.say("b", audioOf(2, 1_000));
    rig.run(200);
    expect(rig.playout.heardForMs(rig.clock.nowMs())).toBeWithin(100, 201);
  });

  test("an item whose end was never told is over when the next begins", () => {
    const rig = new Rig();
    rig.say("a", audioOf(1, 500), false);
    rig.say("b", audioOf(2, 500));
    rig.run(1_100);
    expect(rig.told).toEqual(["began a", "heard a 500", "began b", "heard b 500", "drained"]);
  });

  test("all of an item that is still being made was heard: the engine is told all the same, or it would remember the rest", () => {
    const rig = new Rig();
    rig.say("a", audioOf(1, 500), false);
    rig.run(1_000);
    expect(rig.playout.clear(rig.clock.nowMs()).cuts).toEqual([{ itemId: "a", heardMs: 500, receivedMs: 500 }]);
  });

  test("a sentence of ours is cut for the log, and nothing to the engine", () => {
    const rig = new Rig();
    rig.playout.writeLocal("phrase:0", audioOf(1, 1_000), 0, rig.clock.nowMs());
    rig.run(500);
    const { cuts, heard } = rig.playout.clear(rig.clock.nowMs());
    expect([cuts, heard.map(({ itemId }) => itemId)]).toEqual([[], ["phrase:0"]]);
  });

  test("crumbs wait for company while the peer has enough: few messages", () => {
    const rig = new Rig();
    for (let piece = 0; piece < 150; piece++) {
      rig.say("a", audioOf(1, 20), piece === 149);
      if (piece % 3 === 2) rig.run(20);
    }
    rig.run(3_000);
    expect(rig.line.heardMs).toBe(3_000);
    expect(rig.line.heard.length).toBeLessThan(50);
  });

  test("sound that came too slowly was heard by the time the rest comes, marks or no marks", () => {
    const rig = new Rig({ loseMark: () => true });
    rig.say("a", audioOf(1, 500), false);
    rig.run(1_000);
    rig.say("a", audioOf(1, 500));
    rig.run(100);
    expect(rig.playout.clear(rig.clock.nowMs()).cuts[0]?.heardMs).toBeWithin(500, 701);
  });

  test("more than 120 s unheard is refused", () => {
    const rig = new Rig();
    for (let second = 0; second < 121; second++) {
      expect(rig.playout.write("a", base64(audioOf(1, 1_000)), rig.clock.nowMs())).toBe(true);
    }
    let taken = true;
    for (let second = 0; second < 3; second++) {
      taken = rig.playout.write("a", base64(audioOf(1, 1_000)), rig.clock.nowMs());
    }
    expect(taken).toBe(false);
  });

  test("a line that refuses is noticed at the first message", () => {
    const rig = new Rig({ refuses: () => true });
    rig.say("a", audioOf(1, 500));
    expect(rig.playout.refused).toBe(true);
  });

  test("the far frame is the one that was heard at the time that is asked for, up to a second ago", () => {
    const rig = new Rig();
    rig.say("a", new Uint8Array(Buffer.concat([audioOf(0xff, 500), audioOf(0x80, 500)])));
    const farAgo = (ms: number) => rig.playout.farFrame(rig.clock.nowMs() - ms)?.[0] ?? null;
    rig.run(300);
    expect([farAgo(0), farAgo(250), farAgo(320)]).toEqual([0xff, 0xff, null]);
    rig.run(400);
    expect([farAgo(0), farAgo(100), farAgo(300)]).toEqual([0x80, 0x80, 0xff]);
    rig.run(500);
    expect([farAgo(0), farAgo(300), farAgo(800), farAgo(1_300)]).toEqual([null, 0x80, 0xff, null]);
  });

  test("what was heard more than a second ago is not kept", () => {
    const rig = new Rig();
    rig.say("a", audioOf(0x80, 5_000));
    rig.run(3_000);
    const farAgo = (ms: number) => rig.playout.farFrame(rig.clock.nowMs() - ms)?.[0] ?? null;
    expect([farAgo(900), farAgo(1_200), farAgo(2_500)]).toEqual([0x80, null, null]);
  });

  test("far frames go on as they left, whatever the round trip turns out to be, and end with a clear", () => {
    const rig = new Rig({ delayMs: () => 60 });
    rig.say(
      "a",
      Uint8Array.from({ length: 40_000 }, (_, at) => Math.floor(at / 160)),
    );
    const far = () => rig.playout.farFrame(rig.clock.nowMs())?.[0] ?? null;
    const seen = Array.from({ length: 100 }, () => {
      const frame = far();
      rig.run(20);
      return frame;
    });
    expect(seen).toEqual(Array.from({ length: 100 }, (_, at) => at));
    rig.playout.clear(rig.clock.nowMs());
    expect(far()).toBeNull();
    expect(rig.playout.farFrame(rig.clock.nowMs() - 20)?.[0]).toBe(99);
  });

  test("between two answers there is silence, also when it is asked for after the second began", () => {
    const rig = new Rig({ delayMs: () => 30 });
    rig.say("a", audioOf(0x80, 600));
    rig.run(900);
    rig.say("b", audioOf(0x90, 600));
    rig.run(200);
    const farAgo = (ms: number) => rig.playout.farFrame(rig.clock.nowMs() - ms)?.[0] ?? null;
    expect([farAgo(0), farAgo(190), farAgo(250), farAgo(600)]).toEqual([0x90, 0x90, null, 0x80]);
  });
});

interface World {
  seed: number;
  delayMs: number;
  jitterMs: number;
  loss: number;
  /** Speed of the engine relative to real time. */
  pace: number;
}

const worlds = fc.record({
  seed: fc.integer(),
  delayMs: fc.integer({ min: 0, max: 120 }),
  jitterMs: fc.integer({ min: 0, max: 40 }),
  loss: fc.constantFrom(0, 0, 0.1, 0.5, 1),
  pace: fc.constantFrom(0.7, 1, 3, 10),
});

/** Two answers in pieces of random size at the engine's pace; cut after `cutAtMs` of playing time, if at all. */
function play(
  world: World,
  cutAtMs: number | null,
): { rig: Rig; sent: Uint8Array; cleared: ReturnType<Playout["clear"]> | null } {
  const random: Random = seededRandom(world.seed);
  const line = {
    delayMs: () => world.delayMs + random() * world.jitterMs,
    loseMark: () => random() < world.loss,
  };
  const rig = new Rig(line);
  const sent = Uint8Array.from({ length: 4_000 * 8 }, (_, at) =>
    at < 16_000 ? 1 + ((at >> 5) % 100) : 101 + ((at >> 5) % 100),
  );
  let given = 0;
  let budget = 0;
  for (let ms = 0; ms < 20_000; ms += 20) {
    budget += 20 * 8 * world.pace;
    while (given < sent.length && budget > 0) {
      const end = given < 16_000 ? 16_000 : sent.length;
      const size = Math.min(end - given, 1 + Math.floor(random() * 3_000));
      rig.say(given < 16_000 ? "a" : "b", sent.subarray(given, given + size), given + size === end);
      given += size;
      budget -= size;
    }
    rig.run(20);
    if (cutAtMs !== null && rig.line.heardMs >= cutAtMs)
      return { rig, sent, cleared: rig.playout.clear(rig.clock.nowMs()) };
  }
  return { rig, sent, cleared: null };
}

describe("the ledger under any network", () => {
  test("what is heard is what was received, in order and whole; then the ledger rests", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { rig, sent } = play(world, null);
        expect(rig.line.heardBytes).toEqual(sent);
        expect(rig.playout.active).toBe(false);
        expect(rig.told.filter((line) => line.startsWith("heard"))).toEqual(["heard a 2000", "heard b 2000"]);
        expect(rig.heardBytes).toBe(sent.length);
        expect(rig.clock.pending).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test("after a clear nothing more is heard than was under way, and heard plus remainder is what was received", () => {
    fc.assert(
      fc.property(worlds, fc.integer({ min: 100, max: 3_500 }), (world, cutAtMs) => {
        const { rig, cleared } = play(world, cutAtMs);
        const before = rig.line.heardMs;
        rig.run(1_000);
        expect(rig.line.heardMs - before).toBeLessThanOrEqual(world.delayMs + world.jitterMs + 200);
        const cut = cleared?.heard[0];
        if (!cut) return;
        expect(cut.heardMs).toBeGreaterThanOrEqual(0);
        expect(cut.heardMs).toBeLessThanOrEqual(cut.receivedMs);
        expect(Math.abs(cleared!.remainder[0]!.bytes.length / 8 - (cut.receivedMs - cut.heardMs))).toBeLessThanOrEqual(
          1,
        );
      }),
      { numRuns: 60 },
    );
  });

  test("the cut lies within 60 ms of what the caller heard, at the 95th percentile", () => {
    const errors: number[] = [];
    for (let seed = 1; seed <= 200; seed++) {
      const random = seededRandom(seed);
      const world = {
        seed,
        delayMs: 10 + random() * 80,
        jitterMs: random() * 30,
        loss: 0,
        pace: [0.6, 1.2, 8][seed % 3]!,
      };
      const { rig, cleared } = play(world, 300 + random() * 3_200);
      rig.run(1_000);
      if (!cleared) continue;
      const first = cleared.heard[0];
      if (!first) continue;
      const believed = (first.itemId === "b" ? 2_000 : 0) + first.heardMs;
      errors.push(Math.abs(believed - rig.line.heardMs));
    }
    errors.sort((one, other) => one - other);
    expect(errors.length).toBeGreaterThan(150);
    expect(errors[Math.floor(errors.length * 0.95)]!).toBeLessThanOrEqual(60);
  });
});
