import { BargeTally, type ListenerKind, playScene } from "./barge.ts";
import { type Cast, crowdScene, DELAYS_MS, echoScene, makeCast, RETURN_LOSSES_DB, soundScene } from "./barge-scenes.ts";
import type { Plan } from "./detector-runs.ts";
import { SOUNDS } from "./events.ts";
import { percentile } from "./measure.ts";
import type { Scene } from "./scenes.ts";
import type { Row } from "./table.ts";

/** Rows on interruptions: over echo at each return loss, and by sounds that are none. */
export async function bargeRows(plan: Plan, kinds: readonly ListenerKind[]): Promise<Row[]> {
  const cast = await makeCast(plan.set, plan.seed + 200);
  const rows: Row[] = [];
  for (const sound of SOUNDS) {
    const tallies = kinds.map((kind) => playSounds(plan, cast, kind, sound));
    const values = tallies.map((tally) => (100 * tally.soundsStopped) / tally.sounds);
    rows.push({ what: `${sound}: starts a barge-in`, bar: 0, unit: "%", values });
  }
  for (const lossDb of RETURN_LOSSES_DB)
    rows.push(
      ...echoRows(
        kinds.map((kind) => playEcho(plan, cast, kind, lossDb)),
        lossDb,
      ),
    );
  rows.push(
    ...CROWD_LOSSES_DB.flatMap((lossDb) =>
      crowdRows(
        kinds.map((kind) => playCrowd(plan, cast, kind, lossDb)),
        lossDb,
      ),
    ),
  );
  rows.push(...backchannelRows(kinds.map((kind) => playSounds(plan, cast, kind, "backchannel"))));
  return rows;
}

// A loudspeaker on the table, and a handset.
const CROWD_LOSSES_DB = [18, 30] as const;

function crowdRows(tallies: readonly BargeTally[], lossDb: number): Row[] {
  const at = `café 20 dB under the caller, echo ${lossDb} dB`;
  return [
    { what: `${at}: false barge-ins per minute`, bar: null, unit: "", values: tallies.map((t) => t.falsePerMinute) },
    { what: `${at}: hits within 400 ms`, bar: null, unit: "%", values: tallies.map((t) => 100 * t.hitShare(400)) },
  ];
}

function playCrowd(plan: Plan, cast: Cast, kind: ListenerKind, lossDb: number): BargeTally {
  return playOverEcho(kind, plan.quick ? 1 : 4, (delayMs, round) =>
    crowdScene(cast, plan.seed * 50 + lossDb * 10 + delayMs + round * 7_919, lossDb, delayMs),
  );
}

/** As the caller hears them, without any words of a transcriber. */
function backchannelRows(tallies: readonly BargeTally[]): Row[] {
  const share = (part: number, tally: BargeTally) => (100 * part) / tally.backchannels;
  const unharmed = (t: BargeTally) => t.backchannels - t.backchannelsStopped;
  return [
    {
      what: "backchannel: the sentence goes on without a gap",
      bar: null,
      unit: "%",
      values: tallies.map((t) => share(unharmed(t), t)),
    },
    {
      what: "backchannel: noticed as one, without a gap",
      bar: null,
      unit: "%",
      values: tallies.map((t) => share(t.backchannelsNoticed, t)),
    },
    {
      what: "backchannel: it goes on within 2 s",
      bar: null,
      unit: "%",
      values: tallies.map((t) => share(unharmed(t) + t.gapsMs.filter((ms) => ms <= 2_000).length, t)),
    },
    {
      what: "backchannel: the gap, median",
      bar: null,
      unit: "ms",
      values: tallies.map((t) => percentile(t.gapsMs, 0.5)),
    },
  ];
}

function echoRows(tallies: readonly BargeTally[], lossDb: number): Row[] {
  const at = `echo ${lossDb} dB`;
  return [
    { what: `${at}: false barge-ins per minute`, bar: 0.5, unit: "", values: tallies.map((t) => t.falsePerMinute) },
    {
      what: `${at}: hits within 400 ms`,
      bar: 95,
      atLeast: true,
      unit: "%",
      values: tallies.map((t) => 100 * t.hitShare(400)),
    },
    {
      what: `${at}: hits at all`,
      bar: null,
      unit: "%",
      values: tallies.map((t) => 100 * t.hitShare(Number.POSITIVE_INFINITY)),
    },
    { what: `${at}: delay p50`, bar: null, unit: "ms", values: tallies.map((t) => percentile(t.hitsMs, 0.5)) },
    { what: `${at}: delay p95`, bar: null, unit: "ms", values: tallies.map((t) => percentile(t.hitsMs, 0.95)) },
  ];
}

function playEcho(plan: Plan, cast: Cast, kind: ListenerKind, lossDb: number): BargeTally {
  // 200 interruptions per return loss: one miss is half a point.
  return playOverEcho(kind, plan.quick ? 1 : 10, (delayMs, round) =>
    echoScene(cast, plan.seed * 100 + lossDb * 10 + delayMs + round * 7_919, lossDb, delayMs),
  );
}

function playOverEcho(
  kind: ListenerKind,
  rounds: number,
  scene: (delayMs: number, round: number) => Scene,
): BargeTally {
  const tally = new BargeTally();
  for (const delayMs of DELAYS_MS)
    for (let round = 0; round < rounds; round++) playScene(kind, scene(delayMs, round), tally);
  return tally;
}

function playSounds(plan: Plan, cast: Cast, kind: ListenerKind, sound: Parameters<typeof soundScene>[2]): BargeTally {
  const tally = new BargeTally();
  const rounds = plan.quick ? 5 : 25;
  for (let round = 0; round < rounds; round++) playScene(kind, soundScene(cast, plan.seed * 10 + round, sound), tally);
  return tally;
}
