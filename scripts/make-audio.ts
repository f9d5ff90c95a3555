/**
 * Makes the shipped voice clips (`src/twilio/clips/*.wav`: mu-law, 8 kHz, mono) with two free programs, espeak-ng and sox:
 * `bun scripts/make-audio.ts`. Run it after changing a text below, and commit the files. A business replaces a clip with
 * a human voice by putting its own file into `STORAGE_DIR/audio/business_<id>/`.
 */
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clip } from "../src/twilio/static-audio.ts";

/**
 * What is said, and how: espeak-ng leaves out the vowels of unpointed Hebrew and spells out the points it does not
 * know, so it gets phonemes, in its own notation (S = ש, X = ח or כ, ? = א or ע, ' before the stressed vowel).
 */
const texts: Record<Exclude<Clip, "hold">, { text: string; phonemes: string }[]> = {
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
};

const folder = join(import.meta.dir, "../src/twilio/clips");
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

await mkdir(folder, { recursive: true });
for (const [clip, sentences] of Object.entries(texts)) {
  // The Hebrew's last character is its pause; espeak-ng writes the letter resh's sound as Q".
  const spoken = sentences.map(({ text, phonemes }) => `[[${phonemes.replaceAll("r", 'Q"')}]]${text.at(-1)}`);
  await speak(clip, spoken.join(" "));
}
await holdTone();

/** 150 words a minute: a little slower than talk, because a synthetic voice on a telephone is hard to follow. */
async function speak(clip: string, text: string): Promise<void> {
  const spoken = join(tmpdir(), `${clip}.${process.pid}.wav`);
  await run("espeak-ng", "-v", "he", "-s", "150", "-w", spoken, text);
  await run("sox", "-D", spoken, ...telephone, join(folder, `${clip}.wav`), ...polish);
  await rm(spoken);
}

/** Ringing as it sounds in Israel: 400 Hz, one second on, three seconds off. Quiet: it plays while someone waits. */
async function holdTone(): Promise<void> {
  const out = [...telephone, join(folder, "hold.wav")];
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
