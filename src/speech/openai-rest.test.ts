import { describe, expect, test } from "bun:test";
import type { ChatRequest } from "../assistant/chat-model.ts";
import { systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import { limits } from "../limits.ts";
import { ManualClock } from "../realtime/testing/manual-clock.ts";
import { createChatModel } from "./chat.ts";
import { OpenAiRest } from "./openai-rest.ts";
import { createTranscriber } from "./stt.ts";

type Handler = (request: Request) => Response | Promise<Response>;

/** The provider's HTTP side, answering each request by the next handler (the last one repeats). */
class RestServer implements Disposable {
  readonly requests: Request[] = [];
  readonly #server: Bun.Server<undefined>;

  constructor(...handlers: Handler[]) {
    this.#server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      development: false,
      fetch: async (request) => {
        // Kept whole: the body of a live request is gone with its connection.
        const { url, method, headers } = request;
        this.requests.push(new Request(url, { method, headers, body: await request.arrayBuffer() }));
        return handlers[Math.min(this.requests.length, handlers.length) - 1]!(request);
      },
    });
  }

  get settings() {
    return { apiKey: "test-key", baseUrl: `http://127.0.0.1:${this.#server.port}/v1` };
  }

  [Symbol.dispose](): void {
    void this.#server.stop(true);
  }
}

const refusal =
  (status: number, code: string): Handler =>
  () =>
    Response.json({ error: { message: "no", type: "x", code } }, { status });

const said =
  (message: Record<string, unknown>, finish_reason = "stop"): Handler =>
  () =>
    Response.json({
      id: "c1",
      object: "chat.completion",
      created: 1,
      model: "m",
      choices: [{ index: 0, message: { role: "assistant", refusal: null, ...message }, logprobs: null, finish_reason }],
      usage: {
        prompt_tokens: 30,
        completion_tokens: 5,
        total_tokens: 35,
        prompt_tokens_details: { cached_tokens: 10 },
      },
    });

const ask: ChatRequest = { messages: [{ role: "user", text: "שלום" }] };
const chatOf = (server: RestServer, clock = systemClock as import("../base/clock.ts").Clock) =>
  createChatModel(new OpenAiRest({ clock, settings: server.settings, retries: 0 }), "chat-1");

/** The error's code, or what came instead. */
async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => ({ resolved: value }),
    (thrown: unknown) => (thrown instanceof AppError ? thrown.code : thrown),
  );
}

describe("chat", () => {
  test("messages, tools and the schema go out as the provider words them", async () => {
    using server = new RestServer(said({ content: "{}" }));
    await chatOf(server).answer({
      messages: [
        { role: "system", text: "Be brief." },
        { role: "user", text: "מתי?" },
        { role: "assistant", text: "", toolCalls: [{ id: "call1", name: "find", argumentsJson: '{"a":1}' }] },
        { role: "tool", toolCallId: "call1", output: "[]" },
      ],
      tools: [{ name: "find", description: "Finds.", parameters: { type: "object" } }],
      schema: { name: "summary", schema: { type: "object" } },
      maxOutputTokens: 300,
    });
    const [request] = server.requests;
    expect(new URL(request!.url).pathname).toBe("/v1/chat/completions");
    expect(request!.headers.get("authorization")).toBe("Bearer test-key");
    expect(await request!.json()).toEqual({
      model: "chat-1",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "מתי?" },
        {
          role: "assistant",
          content: "",
          tool_calls: [{ id: "call1", type: "function", function: { name: "find", arguments: '{"a":1}' } }],
        },
        { role: "tool", tool_call_id: "call1", content: "[]" },
      ],
      tools: [{ type: "function", function: { name: "find", description: "Finds.", parameters: { type: "object" } } }],
      response_format: {
        type: "json_schema",
        json_schema: { name: "summary", schema: { type: "object" }, strict: true },
      },
      max_completion_tokens: 300,
    });
  });

  test("an answer carries its text, its tool calls, whether it is whole, and what it cost", async () => {
    const call = { id: "call1", type: "function", function: { name: "find", arguments: "{" } };
    using server = new RestServer(
      said({ content: null, tool_calls: [call] }, "tool_calls"),
      said({ content: "half a" }, "length"),
    );
    const chat = chatOf(server);
    const first = await chat.answer(ask);
    expect(first).toMatchObject({
      text: "",
      toolCalls: [{ id: "call1", name: "find", argumentsJson: "{" }],
      complete: true,
    });
    expect(first.usage).toMatchObject({
      model: "chat-1",
      textInputTokens: 30,
      cachedTextTokens: 10,
      textOutputTokens: 5,
    });
    expect(await chat.answer(ask)).toMatchObject({ text: "half a", complete: false });
  });
});

describe("what goes wrong, and whether trying again may help", () => {
  const cut: Handler = () =>
    new Response('{"id":"c1","choices":[{"mess', { headers: { "content-type": "application/json" } });
  const torn: Handler = () =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('{"choices":[')),
        pull: (controller) => controller.error(new Error("reset")),
      }),
      { headers: { "content-type": "application/json" } },
    );
  const rows: [what: string, handler: Handler, expected: string][] = [
    ["wrong key", refusal(401, "invalid_api_key"), "upstream"],
    ["no right", refusal(403, "forbidden"), "upstream"],
    ["no such model", refusal(404, "model_not_found"), "upstream"],
    ["bad request", refusal(400, "invalid_value"), "upstream"],
    ["no money", refusal(429, "insufficient_quota"), "upstream"],
    ["too fast", refusal(429, "rate_limit_exceeded"), "unavailable"],
    ["server trouble", refusal(500, "server_error"), "unavailable"],
    ["overloaded", refusal(503, "overloaded"), "unavailable"],
    ["half a JSON with status 200", cut, "unavailable"],
    ["the connection breaks inside the body", torn, "unavailable"],
    ["an answer without a choice", () => Response.json({ choices: [] }), "unavailable"],
    ["not an object", () => Response.json(null), "unavailable"],
    ["the model refuses", said({ content: null, refusal: "I cannot." }), "upstream"],
    ["more than the bound", said({ content: "x".repeat(limits.providerAnswerBytes) }), "unavailable"],
  ];
  for (const [what, handler, expected] of rows)
    test(`${what} -> ${expected}`, async () => {
      using server = new RestServer(handler);
      expect(await codeOf(chatOf(server).answer(ask))).toBe(expected);
      expect(server.requests.length).toBe(1);
    });

  test("nobody listens -> unavailable", async () => {
    const settings = { apiKey: "k", baseUrl: "http://127.0.0.1:1/v1" };
    const chat = createChatModel(new OpenAiRest({ clock: systemClock, settings, retries: 0 }), "m");
    expect(await codeOf(chat.answer(ask))).toBe("unavailable");
  });

  test("no key -> upstream, without a request", async () => {
    const rest = new OpenAiRest({ clock: systemClock, settings: { apiKey: null, baseUrl: "http://127.0.0.1:1/v1" } });
    expect(await codeOf(createChatModel(rest, "m").answer(ask))).toBe("upstream");
  });

  test("an answer that stops half-way is left when time is up, body included", async () => {
    const { promise: reached, resolve } = Promise.withResolvers<void>();
    using server = new RestServer(() => {
      resolve();
      const stuck = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode("{")) });
      return new Response(stuck, { headers: { "content-type": "application/json" } });
    });
    const clock = new ManualClock();
    const outcome = codeOf(chatOf(server, clock).answer(ask));
    await reached;
    clock.advance(limits.chatMs);
    expect(await outcome).toBe("unavailable");
    expect(clock.timers).toBe(0);
  });

  test("the caller's own abort ends it", async () => {
    const { promise: reached, resolve } = Promise.withResolvers<void>();
    using server = new RestServer(() => {
      resolve();
      return new Promise<Response>(() => {});
    });
    const abort = new AbortController();
    const outcome = codeOf(chatOf(server).answer(ask, abort.signal));
    await reached;
    abort.abort();
    expect(await outcome).toBe("unavailable");
  });
});

describe("a second try", () => {
  const busy = (seconds?: string): Handler => {
    const headers = seconds === undefined ? {} : { "retry-after": seconds };
    return () => Response.json({ error: { code: "rate_limit_exceeded" } }, { status: 429, headers });
  };
  const gone: Handler = () => new Response("bad gateway", { status: 502 });
  const chatOn = (server: RestServer, clock: ManualClock) =>
    createChatModel(new OpenAiRest({ clock, settings: server.settings }), "chat-1");
  const rows: [what: string, first: Handler, pauseMs: number][] = [
    ["a gateway in trouble", gone, 500],
    ["too fast", busy(), 500],
    ["too fast, and the provider says how long", busy("3"), 3_000],
    ["too fast, and the provider asks for an hour", busy("3600"), 8_000],
    ["a pause that is a date or nonsense", busy("Wed, 21 Oct 2026 07:28:00 GMT"), 500],
    ["half an answer", () => new Response('{"choices":['), 500],
  ];
  for (const [what, first, pauseMs] of rows)
    test(`${what} -> again after ${pauseMs} ms`, async () => {
      using server = new RestServer(first, said({ content: "שלום" }));
      const clock = new ManualClock();
      const answer = chatOn(server, clock).answer(ask);
      await clock.armed(pauseMs);
      clock.advance(pauseMs);
      expect((await answer).text).toBe("שלום");
      expect(server.requests.length).toBe(2);
      expect(clock.timers).toBe(0);
    });

  test("there is no third", async () => {
    using server = new RestServer(gone);
    const clock = new ManualClock();
    const outcome = codeOf(chatOn(server, clock).answer(ask));
    await clock.armed(500);
    clock.advance(500);
    expect(await outcome).toBe("unavailable");
    expect(server.requests.length).toBe(2);
  });

  for (const [what, handler] of [
    ["a wrong key", refusal(401, "invalid_api_key")],
    ["a used up quota", refusal(429, "insufficient_quota")],
  ] as const)
    test(`${what} gets none`, async () => {
      using server = new RestServer(handler);
      expect(await codeOf(chatOn(server, new ManualClock()).answer(ask))).toBe("upstream");
      expect(server.requests.length).toBe(1);
    });

  test("whoever gives up in the pause is answered at once", async () => {
    using server = new RestServer(gone);
    const clock = new ManualClock();
    const abort = new AbortController();
    const outcome = codeOf(chatOn(server, clock).answer(ask, abort.signal));
    await clock.armed(500);
    abort.abort();
    expect(await outcome).toBe("unavailable");
    expect(server.requests.length).toBe(1);
    expect(clock.timers).toBe(0);
  });
});

describe("transcription", () => {
  const wav = new Uint8Array([82, 73, 70, 70]);
  const request = { audio: wav, fileName: "message.wav", languages: ["he", "en"], keywords: ["דנה"] };
  const transcriberOf = (server: RestServer) =>
    createTranscriber(new OpenAiRest({ clock: systemClock, settings: server.settings, retries: 0 }), "ears-1");

  test("the file and the hints go out as a form", async () => {
    using server = new RestServer(() => Response.json({ text: " שלום ", usage: { type: "duration", seconds: 4 } }));
    const { text, usage } = await transcriberOf(server).transcribe(request);
    expect(text).toBe("שלום");
    expect(usage).toMatchObject({ model: "ears-1", transcribedSeconds: 4, audioInputTokens: 0 });
    const form = await server.requests[0]!.formData();
    expect(form.get("model")).toBe("ears-1");
    expect(form.getAll("languages[]")).toEqual(["he", "en"]);
    expect(form.getAll("keywords[]")).toEqual(["דנה"]);
    const file = form.get("file") as File;
    expect(file.name).toBe("message.wav");
    expect(await file.bytes()).toEqual(wav);
  });

  test("a model that rejects the hints gets the one language that all understand", async () => {
    const usage = {
      type: "tokens",
      input_tokens: 14,
      output_tokens: 3,
      total_tokens: 17,
      input_token_details: { audio_tokens: 10, text_tokens: 4 },
    };
    using server = new RestServer(refusal(400, "unknown_parameter"), () => Response.json({ text: "", usage }));
    const heard = await transcriberOf(server).transcribe(request);
    expect(heard.text).toBe("");
    expect(heard.usage).toMatchObject({
      audioInputTokens: 10,
      textInputTokens: 4,
      textOutputTokens: 3,
      transcribedSeconds: 0,
    });
    const form = await server.requests[1]!.formData();
    expect(form.get("language")).toBe("he");
    expect(form.getAll("languages[]")).toEqual([]);
  });

  test("other refusals are not tried again", async () => {
    using server = new RestServer(refusal(401, "invalid_api_key"));
    expect(await codeOf(transcriberOf(server).transcribe(request))).toBe("upstream");
    expect(server.requests.length).toBe(1);
  });

  test("an answer without a text is no transcript", async () => {
    using server = new RestServer(() => Response.json({}));
    expect(await codeOf(transcriberOf(server).transcribe(request))).toBe("unavailable");
  });
});
