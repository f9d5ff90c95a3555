import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Browser } from "../app/testing/browser.ts";
import { addPerson, password } from "../app/testing/people.ts";
import type { Phone } from "../base/phone.ts";
import { limits } from "../limits.ts";
import type { TracePlot } from "../live-call/vad/trace-plot.ts";
import type { CallReport } from "../sim/report.ts";
import type { CallEntry } from "./testing/call-entry.ts";
import { createPatientClock } from "./testing/patient-clock.ts";
import { openStage, type Stage } from "./testing/stage.ts";

// V23: a stream that began three seconds after the webhook and lost more of its sound than is padded. The replay showed one
// word at three places: in the log since the ringing, in the recording since the stream began, in the trace by frames heard.
const phone = "+97235550100" as Phone;
const lateMs = 3_000;
// In its last second the assistant asks who is silent for eight whether they are still there.
const lost = { atMs: 10_000, forMs: 4_500 };
const sayings = ["כמה עולה תספורת?", "תודה, זה הכל, להתראות."];

let stage: Stage;
let report: CallReport;
let entry: CallEntry;
let trace: TracePlot;
/** Where somebody begins to be heard after a second without sound, ms of the file. */
let begins: { caller: number[]; assistant: number[] };

const clock = createPatientClock(4);
beforeAll(async () => {
  stage = await openStage({ clock, world: { clock } });
  const businessId = await stage.addBusiness({ name: "מספרת דנה", phone, greeting: "שלום, הגעתם למספרת דנה." });
  report = await stage.world.dial({
    name: "late stream",
    title: "",
    faults: { streamLateMs: lateMs, stall: lost },
    steps: [
      { do: "wait", ms: lost.atMs + lost.forMs + 4_000 },
      { do: "say", text: sayings[0]! },
      { do: "listen", quietMs: 1_500 },
      { do: "say", text: sayings[1]! },
      { do: "listen", quietMs: 1_500, maxMs: 8_000 },
      { do: "hangUp" },
    ],
  }).report;
  const { id } = await stage.entryOf(
    report.callSid,
    ({ endReason, recordings }) => endReason !== null && recordings.some(({ status }) => status === "stored"),
  );
  const owner = new Browser({ request: (path, init) => fetch(`${stage.listensAt}${path}`, init ?? {}) }, stage.url);
  await owner.login((await addPerson(stage.db, "owner", businessId)).email, password);
  entry = (await owner.ask<CallEntry>(`/api/calls/${id}`)).body;
  trace = (await owner.ask<TracePlot>(`/api/calls/${id}/trace`)).body;
  begins = await heardIn(owner, `/api/calls/${id}/recordings/${entry.recordings[0]!.id}`);
}, 120_000);
afterAll(async () => {
  await stage.stop();
  clock.stop();
}, 30_000);

/** Both sides of a recording as it is served to a player: 16-bit stereo at 8 kHz behind a header of 44 bytes. */
async function heardIn(owner: Browser, path: string): Promise<typeof begins> {
  const cookie = [...owner.jar].map(([name, value]) => `${name}=${value}`).join("; ");
  const wave = Buffer.from(
    await (await fetch(`${stage.listensAt}${path}`, { headers: { Cookie: cookie } })).arrayBuffer(),
  );
  const side = (offset: 0 | 2): number[] =>
    Array.from({ length: Math.floor((wave.length - 44) / 4) }, (_, at) => wave.readInt16LE(44 + at * 4 + offset));
  return { caller: beginnings(side(0)), assistant: beginnings(side(2)) };
}

function beginnings(samples: readonly number[]): number[] {
  const found: number[] = [];
  let lastLoud = Number.NEGATIVE_INFINITY;
  for (let at = 0; at + 80 <= samples.length; at += 80) {
    const energy = samples.slice(at, at + 80).reduce((sum, sample) => sum + sample * sample, 0) / 80;
    if (energy < 300 ** 2) continue;
    if (at - lastLoud > 8_000) found.push(at / 8);
    lastLoud = at;
  }
  return found;
}

const startsOf = (role: "caller" | "assistant"): number[] =>
  entry.turns.filter((turn) => turn.role === role).map(({ startMs }) => startMs - entry.streamAtMs!);

const lostFromMs = lost.atMs - lateMs;
const isLost = (at: number): boolean => at > lostFromMs && at < lostFromMs + lost.forMs;

/** Each within 100 ms of its like; without frames the log notices only by the next sweep that somebody is heard. */
function expectSamePlaces(logged: readonly number[], heard: readonly number[]): void {
  expect(logged).toHaveLength(heard.length);
  for (const [index, at] of heard.entries())
    expect(logged[index]! - at).toBeWithin(-100, 100 + (isLost(at) ? limits.sweepMs : 0));
}

describe("the replay of a call with a late stream and a lost stretch", () => {
  test("the call log says when the stream began, by the telephone's own account", () => {
    const started = report.moments.find(({ name }) => name === "stream started")!;
    expect(started.atMs).toBeGreaterThanOrEqual(lateMs);
    // Our clock began between the webhook's sending and its answer.
    expect(entry.streamAtMs! - started.atMs).toBeWithin(-100, report.webhookMs + 100);
  });
  test("what the caller said, before which more was lost than is padded, is in the file where the log says", () => {
    const said = entry.turns.filter(({ role }) => role === "caller").map(({ text }) => text);
    expect(said).toEqual(sayings);
    expectSamePlaces(startsOf("caller"), begins.caller);
  });
  test("so is what the assistant said, also what was said meanwhile", () => {
    expect(begins.assistant.filter(isLost)).toHaveLength(1);
    expectSamePlaces(startsOf("assistant"), begins.assistant);
  });
  test("the trace hears the caller where the file has the words, nothing in what was lost, and ends with the file", () => {
    const { decisions, bits, stepMs, levelDb, thresholdDb } = trace;
    const heard = decisions.map((sum) => (sum & bits.speaking) > 0);
    for (const at of begins.caller) {
      const from = heard.indexOf(true, Math.floor(at / stepMs) - 5) * stepMs;
      expect(from - at).toBeWithin(-100, 500); // the detector needs some syllables to be sure
    }
    const lostAt = (lostFromMs + lost.forMs - 1_000) / stepMs;
    expect(levelDb.slice(lostAt, lostAt + 8)).toEqual(new Array(8).fill(0));
    expect(thresholdDb.slice(lostAt, lostAt + 8)).toEqual(new Array(8).fill(0));
    expect(Math.abs(levelDb.length * stepMs - entry.recordings[0]!.durationMs!)).toBeLessThan(300);
  });
});
