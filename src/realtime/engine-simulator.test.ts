import { expect, test } from "bun:test";
import { decodeMulaw } from "../audio/mulaw.ts";
import { systemClock } from "../base/clock.ts";
import { silentLog } from "../base/log.ts";
import type { EngineContext, HistoryLine } from "../live-call/engine.ts";
import { scriptedBrain } from "../sim/openai/brain.ts";
import { createModel } from "../sim/openai/model.ts";
import { serveModel } from "../sim/openai/server.ts";
import { SoundBook } from "../sim/sound-book.ts";
import { callerVoice, speakMulaw } from "../sim/voice.ts";
import { encodeWav } from "../sim/wav.ts";
import { createChatModel } from "../speech/chat.ts";
import { OpenAiRest } from "../speech/openai-rest.ts";
import { createReader } from "../speech/reader.ts";
import { createTranscriber } from "../speech/stt.ts";
import { durationMs } from "./audio-backlog.ts";
import { EngineProbe } from "./testing/engine-probe.ts";

// The simulator was written from the documentation without our code: where the two agree, both read it the same way.
const brain = scriptedBrain([
  { when: /כמה עולה/, say: "תספורת עולה מאה שקלים." },
  { when: /לרשום/, say: "רגע.", calls: [{ tool: /lead/, facts: { name: "דנה" } }] },
  { when: { toolDone: /lead/ }, say: "רשמתי." },
]);
const quick = { connectMs: 0, thinkMs: 2, audioRate: 500, deltaMs: 200, cancelMs: 2, transcriptMs: 2 };
const tools = [
  {
    name: "save_lead",
    description: "",
    parameters: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
  },
];

function makeModel() {
  const book = new SoundBook();
  const server = serveModel(createModel({ clock: systemClock, book, apiKey: "test-key", brain, tempo: quick }));
  const settings = {
    apiKey: "test-key",
    baseUrl: server.baseUrl,
    realtimeModel: "voice-1",
    liveTranscribeModel: "ears-1",
  };
  const voiceOf = (text: string): Uint8Array => {
    const audio = speakMulaw(text, callerVoice);
    book.add({ id: text, text, bytes: audio.length }, audio);
    return audio;
  };
  const call = (context: Partial<EngineContext> = {}) => new EngineProbe(settings, { tools, ...context });
  return { server, settings, voiceOf, call };
}

function say(probe: EngineProbe, audio: Uint8Array): void {
  const padded = Buffer.concat([Buffer.alloc(1_600, 0xff), audio, Buffer.alloc(16_000, 0xff)]);
  for (let at = 0; at + 160 <= padded.length; at += 160)
    probe.engine.appendAudio(padded.toString("base64", at, at + 160));
}

const heardMs = (probe: EngineProbe): number =>
  probe.reported.reduce((sum, [name, , payload]) => (name === "audio" ? sum + durationMs(String(payload)) : sum), 0);

test("a talk with the simulated model: greeting, question, tool, interruption, usage", async () => {
  const { server, voiceOf, call } = makeModel();
  const probe = call().open();
  await probe.next("ready");
  probe.engine.respond({ say: "שלום, במה אפשר לעזור?" });
  await probe.next("answerDone");
  expect(heardMs(probe)).toBeGreaterThan(500);

  say(probe, voiceOf("כמה עולה תספורת?"));
  await probe.next("callerTurn");
  await probe.next("answerDone");
  const words = probe.reported.flatMap(([name, line]) =>
    name === "transcript" ? [line as { role: string; text: string; final: boolean }] : [],
  );
  expect(words.filter(({ final }) => final).map(({ role, text }) => `${role}: ${text}`)).toEqual([
    "assistant: שלום, במה אפשר לעזור?",
    "caller: כמה עולה תספורת?",
    "assistant: תספורת עולה מאה שקלים.",
  ]);

  say(probe, voiceOf("אפשר לרשום אותי?"));
  const [toolCall] = (await probe.next("toolCall")) as [{ id: string; name: string; argumentsJson: string }];
  expect([toolCall.name, JSON.parse(toolCall.argumentsJson)]).toEqual(["save_lead", { name: "דנה" }]);
  probe.engine.toolResult(toolCall.id, '{"ok":true}');
  await probe.next("answerDone");
  await probe.next("answerDone");
  expect(
    probe.reported.findLast(([name, line]) => name === "transcript" && (line as { final: boolean }).final)?.[1],
  ).toMatchObject({
    text: "רשמתי.",
  });

  probe.engine.respond({ say: "המספרה פתוחה בימים ראשון עד חמישי בין השעות תשע לשבע, וביום שישי עד אחת בצהריים." });
  const [itemId, payload] = (await probe.next("audio")) as [string, string];
  probe.engine.interrupt([{ itemId, heardMs: 100, receivedMs: durationMs(payload) }]);
  expect(await probe.next("answerDone")).toMatchObject([{ status: "cancelled", produced: true }]);
  probe.engine.respond({ say: "בבקשה" });
  expect(await probe.next("answerDone")).toMatchObject([{ status: "completed" }]);

  const usage = probe.reported.filter(([name]) => name === "usage").length;
  expect(usage).toBeGreaterThanOrEqual(8);
  expect(probe.names()).not.toContain("error");
  expect(probe.names()).not.toContain("reconnecting");
  probe.engine.close();
  await server.stop();
});

test("new fields that the model does not know do not cost the call", async () => {
  const { server, call } = makeModel();
  server.admin.model.faults.rejectSessionFields = ["reasoning", "truncation"];
  const probe = call().open();
  await probe.next("ready");
  probe.engine.respond({ say: "שלום" });
  expect(await probe.next("answerDone")).toMatchObject([{ status: "completed" }]);
  probe.engine.close();
  await server.stop();
});

test("a session that breaks in mid-call is rebuilt from the history, and the talk goes on", async () => {
  const { server, voiceOf, call } = makeModel();
  const history: HistoryLine[] = [
    { role: "assistant", text: "שלום" },
    { role: "caller", text: "היי" },
  ];
  const probe = call({ history: () => history }).open();
  await probe.next("ready");
  server.admin.sessions[0]?.fail({ code: "session_expired", message: "expired", param: null });
  await probe.next("reconnecting");
  await probe.next("ready");
  say(probe, voiceOf("כמה עולה תספורת?"));
  expect(await probe.next("answerDone")).toMatchObject([{ status: "completed", produced: true }]);
  expect(server.admin.sessions.length).toBe(2);
  probe.engine.close();
  await server.stop();
});

test("reading aloud, chat and transcription meet the simulated provider", async () => {
  const { server, settings, voiceOf } = makeModel();
  const read = createReader({ clock: systemClock, log: silentLog, settings, usage: () => {} });
  const audio = await read("marin", "שלום, הגעתם למספרה של דנה");
  expect(audio.length % 160).toBe(0);
  expect(audio.length / 8).toBeGreaterThan(500);

  const rest = new OpenAiRest({ clock: systemClock, settings });
  const chat = await createChatModel(rest, "chat-1").answer({
    messages: [{ role: "user", text: "כמה עולה תספורת?" }],
    tools,
  });
  expect(chat).toMatchObject({ text: "תספורת עולה מאה שקלים.", toolCalls: [], complete: true });
  const asked = await createChatModel(rest, "chat-1").answer({
    messages: [{ role: "user", text: "אפשר לרשום אותי?" }],
    tools,
  });
  expect(asked.toolCalls.map(({ name, argumentsJson }) => [name, JSON.parse(argumentsJson)])).toEqual([
    ["save_lead", { name: "דנה" }],
  ]);

  const wav = new Uint8Array(encodeWav(decodeMulaw(voiceOf("תחזרו אליי בבקשה"))));
  const heard = await createTranscriber(rest, "ears-2").transcribe({
    audio: wav,
    fileName: "message.wav",
    languages: ["he"],
    keywords: [],
  });
  expect(heard.text).toBe("תחזרו אליי בבקשה");
  expect(heard.usage.transcribedSeconds).toBeGreaterThan(0);
  await server.stop();
});
