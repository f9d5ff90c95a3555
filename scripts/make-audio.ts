/**
 * Makes the shipped voice clips (mu-law, 8 kHz, mono): those of the telephone (`src/twilio/clips`) and of the built-in
 * demo voice (`src/speech/clips`), with two free programs, espeak-ng and sox:
 * `bun scripts/make-audio.ts`. Run it after changing a text below, and commit the files. A business replaces a clip with
 * a human voice by putting its own file into `STORAGE_DIR/audio/business_<id>/`.
 */
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { DemoClip } from "../src/speech/demo-clips.ts";
import type { Clip } from "../src/twilio/static-audio.ts";

/**
 * What is said, and how: espeak-ng leaves out the vowels of unpointed Hebrew and spells out the points it does not
 * know, so it gets phonemes, in its own notation (S = ש, X = ח or כ, ? = א or ע, ' before the stressed vowel).
 */
const texts: Record<Exclude<Clip, "hold" | `digit-${string}`>, { text: string; phonemes: string }[]> = {
  fallback: [
    { text: "שלום.", phonemes: "Sal'om" },
    { text: "אנחנו לא פנויים לענות כרגע.", phonemes: "?an'aXnu l'o pnuj'im la?an'ot kar'ega" },
    { text: "אפשר להשאיר הודעה אחרי הצליל,", phonemes: "?efS'ar lehaS?'ir hoda?'a ?aXr'ej hatsl'il" },
    { text: "ונחזור אליכם בהקדם.", phonemes: "venaXz'or ?alejX'em behekd'em" },
    { text: "ההודעה מוקלטת.", phonemes: "hahoda?'a mukl'etet" },
  ],
  thanks: [
    { text: "תודה רבה.", phonemes: "tod'a rab'a" },
    { text: "קיבלנו את ההודעה,", phonemes: "kib'alnu ?et hahoda?'a" },
    { text: "ונחזור אליכם בהקדם.", phonemes: "venaXz'or ?alejX'em behekd'em" },
    { text: "יום טוב.", phonemes: "j'om t'ov" },
  ],
  "unknown-number": [
    { text: "המספר שחייגתם אינו פעיל.", phonemes: "hamisp'ar SeXij'agtem ?ejn'o pa?'il" },
    { text: "אנא בדקו את המספר,", phonemes: "?'ana bidk'u ?et hamisp'ar" },
    { text: "ונסו שוב.", phonemes: "venas'u S'uv" },
    { text: "תודה ולהתראות.", phonemes: "tod'a ulehitra?'ot" },
  ],
  code: [
    { text: "שלום.", phonemes: "Sal'om" },
    { text: "ביקשו להעביר למספר הזה שיחות של עסק.", phonemes: "bikS'u leha?av'ir lamisp'ar haz'e siX'ot Sel ?'esek" },
    { text: "אם זה מוכר לכם, הקלידו במסך את הקוד:", phonemes: "?'im z'e muk'ar laX'em hakl'idu bamas'aX ?'et hak'od" },
  ],
  "code-again": [{ text: "ושוב, הקוד:", phonemes: "veS'uv hak'od" }],
};

/** Said between the words that lead up to them; counted in the feminine, as numbers of telephones and codes are. */
const digitTexts: Record<string, string> = {
  "digit-0": "'efes",
  "digit-1": "?aX'at",
  "digit-2": "St'ajim",
  "digit-3": "Sal'oS",
  "digit-4": "'arba",
  "digit-5": "Xam'eS",
  "digit-6": "S'eS",
  "digit-7": "S'eva",
  "digit-8": "Sm'one",
  "digit-9": "t'eSa",
};

const demoTexts: Record<DemoClip, { text: string; phonemes: string }[]> = {
  welcome: [
    { text: "שלום.", phonemes: "Sal'om" },
    { text: "זו שיחת ניסיון, ואני קול הדגמה מוקלט,", phonemes: "z'o siX'at nisaj'on ve?an'i k'ol hadgam'a mukl'at" },
    { text: "כי עדיין אין מפתח של OpenAI.", phonemes: "k'i ?ad'ajin ?'ejn maft'eaX Sel ?'open ?ej-?'aj" },
    { text: "דברו אליי,", phonemes: "dabr'u ?el'aj" },
    { text: "ואפשר גם לקטוע אותי באמצע.", phonemes: "ve?efS'ar g'am likto?'a ?ot'i ba?'emtsa" },
  ],
  heard: [
    { text: "שמעתי אתכם היטב.", phonemes: "Sam'ati ?etX'em hejt'ev" },
    { text: "כשיהיה מפתח, אענה לעניין.", phonemes: "kSeijih'e maft'eaX ?e?en'e la?inj'an" },
  ],
  "heard-again": [
    { text: "גם הפעם שמעתי.", phonemes: "g'am hap'a?am Sam'ati" },
    { text: "המיקרופון, הקו וההפסקה באמצע עובדים.", phonemes: "hamikrof'on hak'av vehahafsak'a ba?'emtsa ?ovd'im" },
  ],
};

const clipFolder = join(import.meta.dir, "../src/twilio/clips");
const demoFolder = join(import.meta.dir, "../src/speech/clips");
const telephone = ["-r", "8000", "-c", "1", "-e", "mu-law", "-b", "8"];
// Telephone band, an even level at -3 dB, 200 ms of room before and after: the first syllable is not cut by the line.
const polish = ["highpass", "200", "lowpass", "3400", "norm", "-3", "pad", "0.2", "0.2"];

for (const program of ["espeak-ng", "sox"])
  if (Bun.which(program) === null) {
    process.stderr.write(
      `${program} is missing. Debian and Ubuntu: apt-get install espeak-ng sox. Mac: brew install espeak-ng sox.\n`,
    );
    process.exit(1);
  }

for (const [folder, clip, sentences] of [
  ...Object.entries(texts).map((entry) => [clipFolder, ...entry] as const),
  ...Object.entries(demoTexts).map((entry) => [demoFolder, ...entry] as const),
]) {
  await mkdir(folder, { recursive: true });
  // The Hebrew's last character is its pause; espeak-ng writes the letter resh's sound as Q".
  const spoken = sentences.map(({ text, phonemes }) => `[[${phonemes.replaceAll("r", 'Q"')}]]${text.at(-1)}`);
  await speak(join(folder, `${clip}.wav`), spoken.join(" "));
}
for (const [clip, phonemes] of Object.entries(digitTexts))
  await speak(join(clipFolder, `${clip}.wav`), `[[${phonemes.replaceAll("r", 'Q"')}]].`);
await holdTone();

/** 150 words a minute: a little slower than talk, because a synthetic voice on a telephone is hard to follow. */
async function speak(file: string, text: string): Promise<void> {
  const spoken = join(tmpdir(), `${basename(file)}.${process.pid}.wav`);
  await run("espeak-ng", "-v", "he", "-s", "150", "-w", spoken, text);
  await run("sox", "-D", spoken, ...telephone, file, ...polish);
  await rm(spoken);
}

/** Ringing as it sounds in Israel: 400 Hz, one second on, three seconds off. Quiet: it plays while someone waits. */
async function holdTone(): Promise<void> {
  const out = [...telephone, join(clipFolder, "hold.wav")];
  await run(
    "sox",
    "-D",
    "-n",
    "-r",
    "8000",
    ...out,
    "synth",
    "1",
    "sine",
    "400",
    "fade",
    "q",
    "0.02",
    "1",
    "0.02",
    "norm",
    "-15",
    "pad",
    "0",
    "3",
  );
}

async function run(...command: string[]): Promise<void> {
  const child = Bun.spawn(command, { stdout: "ignore", stderr: "pipe" });
  const [stderr, code] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  if (code === 0) return;
  process.stderr.write(`${command[0]} failed: ${stderr}\n`);
  process.exit(1);
}
