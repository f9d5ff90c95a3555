import { type BenchCall, LEVELS_DBOV, makeCall, SNRS_DB, toMulaw } from "./calls.ts";
import type { DetectorKind } from "./detectors.ts";
import { addAt, dbov, FRAME, RATE } from "./dsp.ts";
import { activity, percentile, Tally } from "./measure.ts";
import { CORE_NOISES, makeNoise, NOISES, type Noise } from "./noises.ts";
import { Dice } from "./random.ts";
import { type SpeechSet, speak, type Utterance } from "./speech.ts";
import type { Row } from "./table.ts";

/** What one run draws from: seeds, voices, and how much of it. */
export interface Plan {
  set: SpeechSet;
  seed: number;
  quick: boolean;
}

interface Material {
  lines: readonly Utterance[];
  noises: Map<Noise, Float32Array>;
}

async function makeMaterial(plan: Plan): Promise<Material> {
  const noises = new Map<Noise, Float32Array>();
  for (const noise of NOISES) noises.set(noise, await makeNoise(noise, plan.set, plan.seed + 50, 60));
  return { lines: await speak(plan.set, plan.seed, plan.quick ? 16 : 48), noises };
}

function makeCorpus(plan: Plan, material: Material): BenchCall[] {
  const levels = plan.quick ? [-26] : LEVELS_DBOV;
  const snrs = plan.quick ? [5, 15] : SNRS_DB;
  let seed = plan.seed;
  return NOISES.flatMap((noise) =>
    snrs.flatMap((snrDb) =>
      levels.map((levelDbov) => {
        const shape = { noise, snrDb, levelDbov, seconds: 40 };
        return makeCall(++seed, shape, material.lines, material.noises.get(noise)!);
      }),
    ),
  );
}

/** Rows over the whole corpus, noise alone, noise steps and a caller who speaks from the first frame. */
export async function detectorRows(
  plan: Plan,
  kinds: readonly DetectorKind[],
): Promise<{ rows: Row[]; calls: BenchCall[] }> {
  const material = await makeMaterial(plan);
  const calls = makeCorpus(plan, material);
  const isCore = (call: BenchCall) => call.snrDb >= 10 && CORE_NOISES.includes(call.noise as Noise);
  const core = kinds.map((kind) => tally(kind, calls.filter(isCore)));
  const all = kinds.map((kind) => tally(kind, calls));
  const alone = (noise: Noise) => kinds.map((kind) => tally(kind, noiseAlone(plan, material, noise)));
  const music = alone("music");
  const crowd = alone("babble");
  const each = (tallies: Tally[], of: (tally: Tally) => number) => tallies.map(of);
  const rows: Row[] = [
    { what: "core: non-speech time falsely active", bar: 3, unit: "%", values: each(core, (t) => 100 * t.falseShare) },
    { what: "core: false starts per minute", bar: 0.1, unit: "", values: each(core, (t) => t.falseStartsPerMinute) },
    { what: "core: utterances missed", bar: 0.5, unit: "%", values: each(core, (t) => 100 * t.missedShare) },
    { what: "core: onset delay, median", bar: 160, unit: "ms", values: each(core, (t) => percentile(t.onsetsMs, 0.5)) },
    { what: "core: onset delay, p95", bar: 400, unit: "ms", values: each(core, (t) => percentile(t.onsetsMs, 0.95)) },
    { what: "core: speech frames missed", bar: null, unit: "%", values: each(core, (t) => 100 * t.frameMissShare) },
    { what: "everything: utterances missed", bar: 1, unit: "%", values: each(all, (t) => 100 * t.missedShare) },
    {
      what: "recovery after a noise step, worst",
      bar: 3,
      unit: "s",
      values: kinds.map((kind) => worstStep(kind, plan, material)),
    },
    {
      what: "music alone: false starts per minute",
      bar: 3,
      unit: "",
      values: each(music, (t) => t.falseStartsPerMinute),
    },
    { what: "music alone: time falsely active", bar: null, unit: "%", values: each(music, (t) => 100 * t.falseShare) },
    {
      what: "babble alone: false starts per minute",
      bar: null,
      unit: "",
      values: each(crowd, (t) => t.falseStartsPerMinute),
    },
    { what: "babble alone: time falsely active", bar: null, unit: "%", values: each(crowd, (t) => 100 * t.falseShare) },
    {
      what: "speech from the first frame: heard",
      bar: null,
      unit: "%",
      values: kinds.map((kind) => heardFromStart(kind, material)),
    },
  ];
  return { rows, calls };
}

function tally(kind: DetectorKind, calls: readonly BenchCall[]): Tally {
  const sum = new Tally();
  for (const call of calls) sum.add(call, activity(kind, call));
  return sum;
}

function noiseAlone(plan: Plan, material: Material, noise: Noise): BenchCall[] {
  return [-30, -40, -50].map((levelDbov, at) =>
    makeCall(
      plan.seed + 700 + at,
      { noise, snrDb: 0, levelDbov, seconds: 60, noiseOnly: true },
      [],
      material.noises.get(noise)!,
    ),
  );
}

/** Seconds after a step of 15-25 dB until the detector has been off for 2 s; what it does later is a false start. */
function worstStep(kind: DetectorKind, plan: Plan, material: Material): number {
  let worst = 0;
  for (const [index, noise] of CORE_NOISES.entries()) {
    const dice = new Dice(plan.seed + 800 + index);
    const stepFrame = 500;
    const signal = material.noises.get(noise)!.slice(0, 40 * RATE);
    const quiet = dbov(-58);
    const loud = dbov(dice.between(-43, -33));
    const call = {
      audio: toMulaw(signal.map((sample, i) => sample * (i < stepFrame * FRAME ? quiet : loud))),
      truth: new Uint8Array(signal.length / FRAME),
    };
    const active = activity(kind, { ...call, noise, snrDb: 0, levelDbov: 0, utterances: [] });
    worst = Math.max(worst, (recovered(active, stepFrame) * 20) / 1_000);
  }
  return worst;
}

function recovered(active: Uint8Array, from: number): number {
  const quietFrames = 100;
  let last = from;
  for (let at = from; at < active.length && at - last < quietFrames; at++) if (active[at] === 1) last = at;
  return last - from;
}

function heardFromStart(kind: DetectorKind, material: Material): number {
  const lines = material.lines.filter((line) => line.truth.length >= 30);
  const heard = lines.filter((line) => {
    const signal = new Float32Array(line.samples.length);
    addAt(signal, line.samples, 0, dbov(-26));
    addAt(signal, material.noises.get("pink")!, 0, dbov(-46));
    const call = { noise: "pink" as const, snrDb: 20, levelDbov: -26, utterances: [] };
    return activity(kind, { ...call, audio: toMulaw(signal), truth: line.truth }).includes(1);
  });
  return (100 * heard.length) / lines.length;
}
