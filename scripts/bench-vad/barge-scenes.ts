import { makeSound, type Sound } from "./events.ts";
import { makeNoise } from "./noises.ts";
import { Dice } from "./random.ts";
import { CALLER_DBOV, echoTaps, type Scene, SceneBuilder } from "./scenes.ts";
import { type SpeechSet, speak, speakAnswers, speakBackchannels, type Utterance } from "./speech.ts";

export const RETURN_LOSSES_DB = [12, 18, 24, 30, 40] as const;
export const DELAYS_MS = [40, 120, 260, 420, 640] as const;

/** Everything that scenes are made of, for one seed. */
export interface Cast {
  seed: number;
  callers: readonly Utterance[];
  answers: readonly Utterance[];
  backchannels: readonly Utterance[];
  noises: readonly Float32Array[];
  crowd: Float32Array;
}

export async function makeCast(set: SpeechSet, seed: number): Promise<Cast> {
  return {
    seed,
    callers: (await speak(set, seed + 1, 48)).filter((line) => line.truth.length >= 30),
    answers: await speakAnswers(set, seed + 2, 8),
    backchannels: await speakBackchannels(set, seed + 3, 24),
    crowd: await makeNoise("babble", set, seed + 6, 60),
    noises: [await makeNoise("pink", set, seed + 4, 20), await makeNoise("office", set, seed + 5, 20)],
  };
}

// 30 dB under the caller.
const LINE_NOISE_DBOV = -56;
// A quiet café: 20 dB under the caller.
const CROWD_DBOV = -46;

/** Six answers, four of them interrupted somewhere after 1.5 s, over one echo path. The caller speaks between them. */
export function echoScene(cast: Cast, seed: number, returnLossDb: number, delayMs: number): Scene {
  const dice = new Dice(seed);
  const scene = interruptedAnswers(cast, dice);
  return scene.build(dice.pick(cast.noises), LINE_NOISE_DBOV, echoTaps({ returnLossDb, delayMs }, dice), dice);
}

/** The same in a café, after the caller's first words. */
export function crowdScene(cast: Cast, seed: number, returnLossDb: number, delayMs: number): Scene {
  const dice = new Dice(seed);
  const scene = interruptedAnswers(cast, dice, dice.pick(cast.callers).samples);
  return scene.build(cast.crowd, CROWD_DBOV, echoTaps({ returnLossDb, delayMs }, dice), dice);
}

function interruptedAnswers(cast: Cast, dice: Dice, first?: Float32Array): SceneBuilder {
  const scene = new SceneBuilder();
  scene.pause(50);
  if (first) scene.turn(first, CALLER_DBOV);
  for (let turn = 0; turn < 6; turn++) {
    const answer = dice.pick(cast.answers).samples;
    const start = scene.answer(answer);
    const at = start + dice.integer(75, 200);
    if (turn % 3 !== 0) scene.event("interruption", at, dice.pick(cast.callers).samples, CALLER_DBOV);
    scene.pause(dice.integer(20, 60));
    scene.turn(dice.pick(cast.callers).samples, CALLER_DBOV);
    scene.pause(dice.integer(30, 80));
  }
  return scene;
}

/** Answers during which something sounds that is no interruption; half of the scenes with a weak echo. */
export function soundScene(cast: Cast, seed: number, sound: Sound | "backchannel"): Scene {
  const dice = new Dice(seed);
  const scene = new SceneBuilder();
  scene.pause(50);
  for (let turn = 0; turn < 4; turn++) {
    // Without a turn before the first answer the caller's level is not known yet.
    const start = scene.answer(dice.pick(cast.answers).samples);
    const at = start + dice.integer(40, 120);
    if (sound === "backchannel") scene.event("backchannel", at, dice.pick(cast.backchannels).samples, CALLER_DBOV);
    else scene.event("sound", at, makeSound(sound, seed * 10 + turn), dice.pick([-16, -22, -28, -34]));
    scene.pause(dice.integer(20, 60));
    scene.turn(dice.pick(cast.callers).samples, CALLER_DBOV);
    scene.pause(dice.integer(30, 80));
  }
  const echo = dice.next() < 0.5 ? echoTaps({ returnLossDb: 35, delayMs: 260 }, dice) : null;
  return scene.build(dice.pick(cast.noises), LINE_NOISE_DBOV, echo, dice);
}
