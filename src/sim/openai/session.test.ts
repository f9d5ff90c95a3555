import { describe, expect, test } from "bun:test";
import { createVirtualClock } from "../clock.ts";
import { SoundBook } from "../sound-book.ts";
import { callerVoice, speakMulaw } from "../voice.ts";
import { scriptedBrain } from "./brain.ts";
import { createModel } from "./model.ts";
import { RealtimeSession } from "./session.ts";

type Event = Record<string, unknown> & { type: string };

/** A session on a virtual clock, with everything it sent. */
function openSession() {
  const clock = createVirtualClock();
  const book = new SoundBook();
  const brain = scriptedBrain([
    { when: /כמה עולה/, say: "תספורת עולה מאה ושמונים שקלים, ופן עולה מאה ועשרים שקלים." },
    { when: /לרשום/, say: "רושמת.", calls: [{ tool: /lead/, facts: { name: "דנה" } }] },
    { when: { toolDone: /lead/ }, say: "רשמתי." },
  ]);
  const model = createModel({ clock, book, apiKey: "key", brain });
  const events: Event[] = [];
  const session = new RealtimeSession({
    id: "sess_0123456789",
    model,
    modelName: "gpt-realtime-2.1",
    socket: { send: (text) => void events.push(JSON.parse(text)), close: () => {} },
  });
  const run = async (ms: number) => {
    for (let step = 0; step < ms; step += 10) {
      clock.advance(10);
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
    }
  };
  const send = (event: Record<string, unknown>) => session.receive(JSON.stringify(event));
  const configure = (turnDetection: Record<string, unknown> | null) =>
    send({
      type: "session.update",
      session: {
        type: "realtime",
        tools: [{ type: "function", name: "save_lead", parameters: leadSchema }],
        audio: {
          input: { format: { type: "audio/pcmu" }, turn_detection: turnDetection, transcription: { model: "t" } },
          output: { format: { type: "audio/pcmu" }, voice: "marin" },
        },
      },
    });
  const hear = async (text: string) => {
    const audio = speakMulaw(text, callerVoice);
    book.add({ id: text, text, bytes: audio.length }, audio);
    const silence = new Uint8Array(160).fill(0xff);
    const frames = [...Array(10).fill(silence), ...cut(audio), ...Array(40).fill(silence)];
    for (const frame of frames) {
      send({ type: "input_audio_buffer.append", audio: Buffer.from(frame).toString("base64") });
      await run(20);
    }
  };
  const types = () => events.map(({ type }) => type);
  const of = (type: string) => events.filter((event) => event.type === type);
  return { clock, session, model, events, run, send, configure, hear, types, of };
}

const leadSchema = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };
const cut = (audio: Uint8Array) =>
  Array.from({ length: audio.length / 160 }, (_, at) => audio.subarray(at * 160, at * 160 + 160));
const vad = { type: "server_vad", silence_duration_ms: 300, create_response: true, interrupt_response: false };
const withoutRepeats = (types: string[]) => types.filter((type, index) => type !== types[index - 1]);
const say = (text: string) => ({ type: "response.create", response: { instructions: `Say exactly:\n${text}` } });

describe("the order of events", () => {
  test("an answer in audio", async () => {
    const { send, run, configure, events, types } = openSession();
    configure(null);
    events.length = 0;
    send(say("שלום וברוכים הבאים למספרה שלנו"));
    await run(3_000);
    const order = withoutRepeats(types().filter((type) => type !== "response.output_audio_transcript.delta"));
    expect(order).toEqual([
      "response.created",
      "rate_limits.updated",
      "response.output_item.added",
      "conversation.item.added",
      "response.content_part.added",
      "response.output_audio.delta",
      "response.output_audio.done",
      "response.output_audio_transcript.done",
      "response.content_part.done",
      "response.output_item.done",
      "conversation.item.done",
      "response.done",
    ]);
  });

  test("a caller's turn: speech, commit, item, answer; the transcript comes when it comes", async () => {
    const { hear, run, configure, events, types, of } = openSession();
    configure(vad);
    events.length = 0;
    await hear("כמה עולה תספורת נשים?");
    await run(200);
    expect(types().slice(0, 6)).toEqual([
      "input_audio_buffer.speech_started",
      "input_audio_buffer.speech_stopped",
      "input_audio_buffer.committed",
      "conversation.item.added",
      "conversation.item.done",
      "response.created",
    ]);
    const [transcript] = of("conversation.item.input_audio_transcription.completed");
    expect(transcript).toMatchObject({
      transcript: "כמה עולה תספורת נשים?",
      item_id: of("input_audio_buffer.committed")[0]!.item_id,
    });
  });

  test("words, then a tool call, then the answer to its result", async () => {
    const { hear, run, send, configure, of, session } = openSession();
    configure(vad);
    await hear("אפשר לרשום אותי?");
    await run(3_000);
    const [call] = of("response.function_call_arguments.done");
    expect(call).toMatchObject({ name: "save_lead", arguments: '{"name":"דנה"}' });
    expect((of("response.done")[0]!.response as { output: unknown[] }).output).toHaveLength(2);
    send({
      type: "conversation.item.create",
      item: { type: "function_call_output", call_id: call!.call_id, output: "{}" },
    });
    send({ type: "response.create" });
    await run(3_000);
    expect(session.memory().at(-1)).toMatchObject({ role: "assistant", text: "רשמתי." });
  });
});

describe("interruptions", () => {
  test("deltas still come for a while after a cancel, then the answer ends as cancelled and its item as incomplete", async () => {
    const { send, run, configure, of, types, events } = openSession();
    configure(null);
    send(say("משפט ארוך מאוד שאף אחד לא רוצה לשמוע עד הסוף כי הוא באמת ארוך וממשיך וממשיך"));
    await run(500);
    const before = of("response.output_audio.delta").length;
    send({ type: "response.cancel" });
    await run(500);
    expect(of("response.output_audio.delta").length).toBeWithin(before + 1, before + 4);
    expect(events.at(-1)).toMatchObject({
      type: "response.done",
      response: { status: "cancelled", status_details: { reason: "client_cancelled" } },
    });
    expect(types()).toContain("response.output_audio.done");
    expect(of("response.output_item.done")[0]).toMatchObject({ item: { status: "incomplete" } });
  });

  test("with interrupt_response speech alone cancels the answer", async () => {
    const { send, hear, configure, of } = openSession();
    configure({ ...vad, interrupt_response: true, create_response: false });
    send(say("משפט ארוך ".repeat(40)));
    await hear("רגע רגע, אני רוצה לשאול משהו");
    expect(of("response.done")[0]).toMatchObject({
      response: { status: "cancelled", status_details: { reason: "turn_detected" } },
    });
  });

  test("a cut is remembered by its audio; one beyond the audio is refused", async () => {
    const { send, run, configure, session, of } = openSession();
    configure(null);
    send(say("אחת שתיים שלוש ארבע חמש שש שבע שמונה"));
    await run(3_000);
    const item = session.conversation.items.at(-1)!;
    send({
      type: "conversation.item.truncate",
      item_id: item.id,
      content_index: 0,
      audio_end_ms: Math.floor(item.audioMs) + 1,
      event_id: "t1",
    });
    expect(of("error").at(-1)).toMatchObject({ error: { code: "invalid_value", event_id: "t1" } });
    send({ type: "conversation.item.truncate", item_id: item.id, content_index: 0, audio_end_ms: 12.5 });
    expect(of("error")).toHaveLength(2);
    send({
      type: "conversation.item.truncate",
      item_id: item.id,
      content_index: 0,
      audio_end_ms: Math.floor(item.audioMs / 2),
    });
    expect(of("conversation.item.truncated")).toHaveLength(1);
    expect(session.memory().at(-1)!.text).toBe("אחת שתיים שלוש ארבע");
  });

  test("a cancel while the model still thinks or has stalled ends the answer, too", async () => {
    for (const stallAfterAudioMs of [null, 400]) {
      const { send, run, configure, of, model } = openSession();
      configure(null);
      model.faults.stallAfterAudioMs = stallAfterAudioMs;
      send(say("שלום שלום שלום שלום"));
      await run(stallAfterAudioMs === null ? 100 : 2_000);
      expect(of("response.done")).toHaveLength(0);
      send({ type: "response.cancel" });
      await run(200);
      expect(of("response.done")[0]).toMatchObject({ response: { status: "cancelled" } });
    }
  });
});

describe("what is refused, with the request's event_id", () => {
  test.each([
    ["a second answer", "conversation_already_has_active_response", say("עוד"), true],
    ["a cancel of nothing", "response_cancel_not_active", { type: "response.cancel" }, false],
    ["an empty commit", "input_audio_buffer_commit_empty", { type: "input_audio_buffer.commit" }, false],
    ["a deletion of nothing", "item_delete_invalid_item_id", { type: "conversation.item.delete", item_id: "x" }, false],
    [
      "a result for no call",
      "invalid_tool_call_id",
      { type: "conversation.item.create", item: { type: "function_call_output", call_id: "x", output: "" } },
      false,
    ],
    [
      "assistant audio put in by hand",
      "invalid_value",
      {
        type: "conversation.item.create",
        item: { type: "message", role: "assistant", content: [{ type: "output_audio" }] },
      },
      false,
    ],
    ["an unknown event", "invalid_value", { type: "response.improve" }, false],
    [
      "an unknown session field",
      "unknown_parameter",
      { type: "session.update", session: { type: "realtime", temperature: 1 } },
      false,
    ],
    ["a session without its type", "missing_required_parameter", { type: "session.update", session: {} }, false],
    ["another model", "invalid_value", { type: "session.update", session: { type: "realtime", model: "x" } }, false],
  ])("%s", async (_, code, event, during) => {
    const { send, run, of } = openSession();
    if (during) send(say("רגע אחד"));
    send({ ...event, event_id: "mine" });
    await run(10);
    expect(of("error")[0]).toMatchObject({ error: { code, event_id: "mine" } });
  });

  test("a new voice after the assistant was heard; half a JSON", async () => {
    const { send, run, configure, session, of } = openSession();
    configure(null);
    send(say("שלום"));
    await run(2_000);
    send({ type: "session.update", session: { type: "realtime", audio: { output: { voice: "cedar" } } } });
    session.receive('{"type":"response.cre');
    expect(of("error").map(({ error }) => (error as { code: string }).code)).toEqual([
      "cannot_update_voice",
      "invalid_json",
    ]);
  });
});

describe("the end of a session", () => {
  test("expires with its code, then the socket closes; nothing is sent afterwards, no timer is left", async () => {
    const { send, run, configure, session, events, of, clock } = openSession();
    configure(null);
    send(say("שלום שלום שלום"));
    await run(500);
    session.expire();
    const sent = events.length;
    await run(3_000);
    expect(of("error")[0]).toMatchObject({ error: { code: "session_expired" } });
    expect(events).toHaveLength(sent);
    expect(session.closed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test("a silent model takes everything and says nothing; a failing one says why, once per code", async () => {
    const { send, run, configure, model, events, of } = openSession();
    configure(null);
    model.faults.failResponses.push("inference_rate_limit_exceeded");
    send(say("שלום"));
    await run(1_000);
    expect(of("response.done")[0]).toMatchObject({
      response: { status: "failed", status_details: { error: { code: "inference_rate_limit_exceeded" } } },
    });
    send(say("שלום"));
    await run(2_000);
    expect(of("response.done")[1]).toMatchObject({ response: { status: "completed" } });
    model.faults.silent = true;
    const sent = events.length;
    send(say("שלום"));
    await run(2_000);
    expect(events).toHaveLength(sent);
  });

  test("usage counts the whole conversation again, all but the newest item from the cache", async () => {
    const { send, run, configure, of } = openSession();
    configure(null);
    for (const _ of [1, 2]) {
      send(say("שלום וברוכים הבאים"));
      await run(2_000);
    }
    const [first, second] = of("response.done").map(({ response }) => (response as { usage: Usage }).usage);
    expect(second!.input_token_details.audio_tokens).toBeGreaterThan(first!.input_token_details.audio_tokens);
    expect(second!.input_token_details.cached_tokens).toBeGreaterThan(0);
    expect(second!.total_tokens).toBe(second!.input_tokens + second!.output_tokens);
  });
});

interface Usage {
  total_tokens: number;
  input_tokens: number;
  output_tokens: number;
  input_token_details: { audio_tokens: number; cached_tokens: number };
}

describe("understanding", () => {
  test("a clipped onset costs its words, and silence between two halves of a thought ends no turn", async () => {
    const { send, run, configure, session, of } = openSession();
    configure({ type: "semantic_vad", eagerness: "auto", create_response: false, interrupt_response: false });
    const book = session.model.book;
    const first = speakMulaw("אני רוצה לקבוע תור", callerVoice);
    const second = speakMulaw("למחר אחר הצהריים בבקשה", callerVoice);
    book.add({ id: "1", text: "אני רוצה לקבוע תור", bytes: first.length, endsTurn: false }, first);
    book.add({ id: "2", text: "למחר אחר הצהריים בבקשה", bytes: second.length }, second);
    const silence = (frames: number) => Array(frames).fill(new Uint8Array(160).fill(0xff));
    const clipped = cut(first).slice(Math.round(first.length / 160 / 4) + 2);
    for (const frame of [...silence(10), ...clipped, ...silence(60), ...cut(second), ...silence(40)]) {
      send({ type: "input_audio_buffer.append", audio: Buffer.from(frame).toString("base64") });
      await run(20);
    }
    await run(400);
    expect(of("input_audio_buffer.committed")).toHaveLength(1);
    expect(of("conversation.item.input_audio_transcription.completed")[0]!.transcript).toBe(
      "רוצה לקבוע תור למחר אחר הצהריים בבקשה",
    );
  });

  test("a long breath in the middle of a sentence ends no turn, its end does although its last sounds were lost", async () => {
    const { send, run, configure, session, of } = openSession();
    configure({ type: "semantic_vad", eagerness: "auto", create_response: false, interrupt_response: false });
    const text = "אני רוצה לקבוע תור";
    const audio = speakMulaw(text, callerVoice);
    session.model.book.add({ id: "1", text, bytes: audio.length }, audio);
    const silence = (frames: number) => Array(frames).fill(new Uint8Array(160).fill(0xff));
    const spoken = cut(audio);
    const middle = Math.round(spoken.length / 2);
    const heard = [...spoken.slice(0, middle), ...silence(30), ...spoken.slice(middle, -5)];
    for (const frame of [...silence(10), ...heard, ...silence(40)]) {
      send({ type: "input_audio_buffer.append", audio: Buffer.from(frame).toString("base64") });
      await run(20);
    }
    await run(400);
    expect(of("input_audio_buffer.committed")).toHaveLength(1);
    expect(of("conversation.item.input_audio_transcription.completed")[0]!.transcript).toBe(text);
  });
});
