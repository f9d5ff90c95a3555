import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { activeLevel, FRAME, frameEnergies, RATE, readWav, resample, scale, telephoneBand } from "./dsp.ts";
import { Dice } from "./random.ts";
import { ANSWERS, BACKCHANNELS, SENTENCES } from "./sentences.ts";
import { cacheDir, MissingTool, requireTool } from "./tools.ts";

/** One spoken utterance in the telephone band; active level 1, silence cut off at both ends. */
export interface Utterance {
  samples: Float32Array;
  /** Per 20 ms frame: within 30 dB of the active level, gaps under 160 ms closed. */
  truth: Uint8Array;
  label: string;
}

/**
 * Voices never cross: settings are chosen on the tuning voices alone. The reported voices are the same for every reported
 * seed, and were looked at on seeds that had been reported before.
 */
const VOICES = {
  tuning: [
    ...["m1", "m3", "m7", "f1", "f4", "klatt2", "Andy", "Annie", "croak", "Gene", "linda", "Mario"],
    ...[
      "klatt3",
      "klatt4",
      "klatt6",
      "Denis",
      "Diogo",
      "Henrique",
      "Jacky",
      "Lee",
      "Michael",
      "Nguyen",
      "Storm",
      "adam",
    ],
    ...[
      "anika",
      "antonio",
      "aunty",
      "belinda",
      "boris",
      "caleb",
      "david",
      "edward",
      "grandma",
      "iven",
      "john",
      "norbert",
    ],
    ...["pablo", "quincy", "robert", "sandro", "shelby", "travis", "victor", "zac"],
  ],
  reported: ["m2", "m4", "m5", "m6", "m8", "f2", "f3", "f5", "klatt", "Alex", "Alicia", "steph", "Hugo", "grandpa"],
} as const;

export type SpeechSet = keyof typeof VOICES;

/**
 * espeak-ng says everything in its own voice when it does not know the one it is asked for: the sets would be one.
 * @throws MissingTool when it is missing, or lacks a voice
 */
export function requireVoices(): void {
  requireTool("espeak-ng", "espeak-ng");
  const listed = Bun.spawnSync(["espeak-ng", "--voices=variant"]).stdout.toString();
  const missing = Object.values(VOICES)
    .flat()
    .filter((voice) => !listed.includes(`!v/${voice} `));
  if (missing.length > 0) throw new MissingTool(`espeak-ng lacks the voices ${missing.join(", ")}: another version?`);
}

const TRUTH_BELOW_ACTIVE_DB = 30;
const GAP_FRAMES = 8;

/** `count` different utterances of mixed languages, voices, rates and pitches. */
export async function speak(set: SpeechSet, seed: number, count: number): Promise<Utterance[]> {
  const dice = new Dice(seed);
  const out: Utterance[] = [];
  for (let i = 0; i < count; i++) {
    // Seven of nine in Hebrew, as the callers are.
    const language = dice.next() < 0.78 ? "he" : dice.pick(["en-us", "ru", "ar"] as const);
    out.push(await speakOne(dice, set, language, dice.pick(SENTENCES[language])));
  }
  return out;
}

/** Short listener's sounds, in many voices. */
export async function speakBackchannels(set: SpeechSet, seed: number, count: number): Promise<Utterance[]> {
  const dice = new Dice(seed);
  const out: Utterance[] = [];
  for (let i = 0; i < count; i++) out.push(await speakOne(dice, set, "he", dice.pick(BACKCHANNELS)));
  return out;
}

/** The assistant's long answers. */
export async function speakAnswers(set: SpeechSet, seed: number, count: number): Promise<Utterance[]> {
  const dice = new Dice(seed);
  const out: Utterance[] = [];
  for (let i = 0; i < count; i++) out.push(await speakOne(dice, set, "he", ANSWERS[i % ANSWERS.length]!));
  return out;
}

async function speakOne(dice: Dice, set: SpeechSet, language: string, text: string): Promise<Utterance> {
  const voice = dice.pick(VOICES[set]);
  const pitch = dice.integer(25, 75);
  const wordsPerMinute = dice.integer(135, 205);
  const { samples, rate } = await synthesise(`${language}+${voice}`, pitch, wordsPerMinute, text);
  // A synthesiser holds its pitch steadier than people do: bend the tape by up to 3 % at 2-5 Hz.
  const depth = dice.between(0, 0.03);
  const speedHz = dice.between(2, 5);
  const phase = dice.between(0, 6);
  const wow = (seconds: number) => 1 + depth * Math.sin(2 * Math.PI * speedHz * seconds + phase);
  const line = trim(telephoneBand(resample(samples, rate, wow)));
  return { samples: line, truth: truthOf(line), label: `${language}+${voice} p${pitch} s${wordsPerMinute}: ${text}` };
}

async function synthesise(voice: string, pitch: number, speed: number, text: string) {
  requireTool("espeak-ng", "espeak-ng");
  const key = Bun.hash(JSON.stringify([voice, pitch, speed, text])).toString(36);
  const path = join(cacheDir("speech"), `${key}.wav`);
  if (!existsSync(path)) {
    // Renamed when whole: another bench that runs beside this one must not read half a file.
    const half = `${path}.${process.pid}`;
    const command = ["espeak-ng", "-v", voice, "-p", `${pitch}`, "-s", `${speed}`, "-w", half, text];
    const done = Bun.spawnSync(command);
    if (done.exitCode !== 0) throw new Error(`espeak-ng ${voice}: ${done.stderr.toString()}`);
    renameSync(half, path);
  }
  return readWav(await Bun.file(path).bytes());
}

function trim(signal: Float32Array): Float32Array {
  const level = activeLevel(signal);
  const edge = level ** 2 * 10 ** (-TRUTH_BELOW_ACTIVE_DB / 10);
  const energies = frameEnergies(signal);
  const first = energies.findIndex((energy) => energy > edge);
  const last = energies.findLastIndex((energy) => energy > edge);
  return scale(signal.slice(first * FRAME, (last + 1) * FRAME), 1 / level);
}

function truthOf(signal: Float32Array): Uint8Array {
  const edge = 10 ** (-TRUTH_BELOW_ACTIVE_DB / 10);
  const truth = Uint8Array.from(frameEnergies(signal), (energy) => (energy > edge ? 1 : 0));
  let lastSpeech = -1;
  for (let frame = 0; frame < truth.length; frame++) {
    if (truth[frame] === 0) continue;
    if (lastSpeech >= 0 && frame - lastSpeech <= GAP_FRAMES) truth.fill(1, lastSpeech, frame);
    lastSpeech = frame;
  }
  return truth;
}

/** A crowd: `voices` people who never stop. */
export async function speakCrowd(set: SpeechSet, seed: number, seconds: number, voices: number): Promise<Float32Array> {
  const crowd = new Float32Array(seconds * RATE);
  for (let person = 0; person < voices; person++) {
    const lines = await speak(set, seed + 31 * person, 12);
    const dice = new Dice(seed + person);
    let at = -dice.integer(0, RATE * 2);
    for (let turn = 0; at < crowd.length; turn++) {
      const line = lines[turn % lines.length]!.samples;
      for (let i = Math.max(0, -at); i < line.length && at + i < crowd.length; i++) crowd[at + i]! += line[i]!;
      at += line.length + dice.integer(RATE / 10, RATE / 2);
    }
  }
  return crowd;
}
