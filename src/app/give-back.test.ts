import { expect, test } from "bun:test";
import { ManualClock } from "../realtime/testing/manual-clock.ts";
import { GiveBack } from "./give-back.ts";

function room() {
  const clock = new ManualClock();
  const world = { calls: 0, megabytes: 100, passes: 0 };
  const giveBack = new GiveBack({
    clock,
    liveCalls: () => world.calls,
    residentBytes: () => world.megabytes * 1e6,
    shrink: () => void world.passes++,
  });
  giveBack.start();
  return { clock, world, giveBack };
}

test("memory is given back in two passes after the last call, and never while one is live", () => {
  const { clock, world } = room();
  Object.assign(world, { calls: 2, megabytes: 180 });
  clock.advance(600_000);
  expect(world.passes).toBe(0);
  world.calls = 0;
  clock.advance(20_000);
  expect(world.passes).toBe(2);
  clock.advance(3_600_000);
  expect(world.passes).toBe(2);
});

test("a process that has hardly grown since it gave back is left alone", () => {
  const { clock, world } = room();
  for (const megabytes of [100, 109]) {
    Object.assign(world, { calls: 1, megabytes });
    clock.advance(60_000);
    world.calls = 0;
    clock.advance(60_000);
  }
  expect(world.passes).toBe(2); // after the first
});

test("what a pass could not give back is not asked for again after every call", () => {
  const { clock, world } = room();
  for (const megabytes of [180, 185, 210]) {
    Object.assign(world, { calls: 1, megabytes });
    clock.advance(60_000);
    world.calls = 0;
    clock.advance(60_000);
  }
  expect(world.passes).toBe(2 * 2); // at 180, which stays, and at 210
});

test("whoever rings between the passes is not disturbed by the second", () => {
  const { clock, world } = room();
  Object.assign(world, { calls: 1, megabytes: 180 });
  clock.advance(60_000);
  world.calls = 0;
  clock.advance(10_000);
  expect(world.passes).toBe(1);
  world.calls = 1;
  clock.advance(600_000);
  expect(world.passes).toBe(1);
  world.calls = 0;
  clock.advance(60_000);
  expect(world.passes).toBe(3);
});

test("stopped, it looks no more", () => {
  const { clock, world, giveBack } = room();
  Object.assign(world, { calls: 1, megabytes: 180 });
  clock.advance(10_000);
  giveBack.stop();
  world.calls = 0;
  clock.advance(60_000);
  expect(world.passes).toBe(0);
});
