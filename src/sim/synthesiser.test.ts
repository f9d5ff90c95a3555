import { expect, test } from "bun:test";
import { createFastClock } from "./clock.ts";
import { Person, type Step, usualBackchannel } from "./person.ts";
import { allScenarios } from "./scenarios/all.ts";
import { SoundBook } from "./sound-book.ts";
import { callerSpeech, type Synthesiser } from "./synthesiser.ts";
import { telephoneBand } from "./telephone-band.ts";
import { startRelay } from "./testing/relay.ts";
import { callerVoice, rmsOfDbov, speakLinear } from "./voice.ts";
import { withVowels } from "./vowels.ts";
import { startWorld } from "./world.ts";

const greeting = "שלום, הגעתם למספרה של רותם. במה אפשר לעזור?";
const question = "איפה אתם נמצאים?";
const rms = (sound: Int16Array): number => Math.sqrt(sound.reduce((sum, x) => sum + x * x, 0) / sound.length);
const tone = (hz: number, rate: number): Int16Array =>
  Int16Array.from({ length: rate }, (_, at) => Math.round(10_000 * Math.sin((2 * Math.PI * hz * at) / rate)));

test("the caller and the assistant speak with the world's synthesiser; what is to be said is made before it rings", async () => {
  const asked: string[] = [];
  const synthesise: Synthesiser = async (text, who) => {
    asked.push(`${who}: ${text}`);
    return text === question ? tone(300, 8_000) : null;
  };
  const world = await startWorld({ clock: createFastClock(10), synthesise });
  const relay = startRelay({
    openaiBaseUrl: world.environment.OPENAI_BASE_URL!,
    apiKey: "simulated-api-key",
    greeting,
  });
  world.connect({ publicBaseUrl: relay.baseUrl });
  const steps: Step[] = [{ do: "listen" }, { do: "say", text: question }, { do: "listen" }, { do: "hangUp" }];
  const report = await world.dial({ name: "test", title: "test", steps, patienceMs: 20_000 }).report;
  await relay.stop();
  await world.stop();
  expect(asked.slice(0, 2)).toEqual([`caller: ${question}`, `assistant: ${greeting}`]);
  const [said] = report.said;
  expect(said!.to - said!.from).toBe(8_000); // the synthesiser's second, not the formant voice's
  expect(report.heard[0]).toMatchObject({ text: greeting }); // which the synthesiser could not say
  expect(report.heard[1]!.text).toContain("ברחוב הרצל");
});

test("without a synthesiser a person speaks with the formant voice", () => {
  const person = new Person({ steps: [{ do: "say", text: question }], book: new SoundBook(), name: "call" });
  for (let line = 0; !person.finished; line += 160)
    person.next(new Uint8Array(160), line, { lastAudible: 0, audibleSince: 0 }, () => 0);
  const length = speakLinear(question, callerVoice).length;
  expect(person.said[0]!.to).toBe(Math.ceil(length / 160) * 160);
});

test("a caller's words are as loud as the caller, the same each time, and never quite silent", async () => {
  const sound = Int16Array.from([...tone(300, 8_000), ...new Int16Array(8_000), ...tone(300, 8_000)]);
  const speech = await callerSpeech([{ do: "say", text: question }], async () => sound);
  const said = speech(question, { ...callerVoice, levelDbov: -32 })!;
  expect(rms(said.subarray(0, 8_000)) / rmsOfDbov(-32)).toBeWithin(0.9, 1.1);
  expect(speech(question, { ...callerVoice, levelDbov: -32 })).toEqual(said);
  expect(new Set(said.subarray(8_000, 16_000)).size).toBeGreaterThan(50);
  expect(speech("משהו אחר", callerVoice)).toBeNull();
});

test("the telephone lets speech through and folds nothing into it; silence stays silent", () => {
  const passed = (hz: number) => rms(telephoneBand(tone(hz, 22_050), 22_050)) / 7_071;
  for (const hz of [400, 1_000, 3_000]) expect(passed(hz)).toBeWithin(0.8, 1.1);
  for (const hz of [50, 4_200, 7_000]) expect(passed(hz)).toBeLessThan(0.1);
  expect(telephoneBand(new Int16Array(22_050), 22_050)).toEqual(new Int16Array(8_000));
});

test("the callers' words of all scenarios have their vowels", () => {
  const said = allScenarios.flatMap(({ steps }) => steps.flatMap((step) => (step.do === "say" ? [step.text] : [])));
  const texts = [usualBackchannel, ...said];
  expect(texts.map(withVowels).filter((text) => /[א-ת]/.test(text))).toEqual([]);
  expect(withVowels("רגע, דוד!")).toBe("[[Q\"'ega]], דוד!");
});
