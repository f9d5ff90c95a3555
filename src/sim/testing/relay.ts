import type { ServerWebSocket } from "bun";

/** What a relay is told of the world it runs in. */
interface RelayOptions {
  openaiBaseUrl: string;
  apiKey: string;
  /** Said first, when given. */
  greeting?: string;
  /** What the model may call; every call is answered with this JSON. */
  toolNames?: readonly string[];
  toolResult?: string;
  interruptResponse?: boolean;
  /** TwiML for /webhook/incoming_call; by default a stream to this relay. */
  twiml?: (baseUrl: string) => string;
  /** TwiML behind the stream's end. */
  afterStream?: (baseUrl: string) => string;
}

export interface Relay {
  readonly baseUrl: string;
  /** Paths of the webhooks that came, in order. */
  readonly webhooks: { path: string; form: Record<string, string>; signature: string }[];
  /** What Twilio sent over the socket, without media. */
  readonly fromTwilio: Record<string, unknown>[];
  /** Sends anything to the newest media socket. */
  send(line: string | Uint8Array): void;
  closeStream(): void;
  stop(): Promise<void>;
}

interface SocketData {
  upstream: WebSocket | null;
  streamSid: string;
  queue: string[];
}

/**
 * The smallest thing that can answer a simulated call: Twilio's frames go to the model, the model's audio goes back, a
 * server-detected interruption clears. It has none of the product's care and is no part of it: the simulators need
 * something between them that is not the product to be tested against.
 */
export function startRelay(options: RelayOptions): Relay {
  const webhooks: Relay["webhooks"] = [];
  const fromTwilio: Relay["fromTwilio"] = [];
  let newest: ServerWebSocket<SocketData> | null = null;
  const server = Bun.serve<SocketData>({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request, server) {
      const { pathname } = new URL(request.url);
      if (pathname === "/ws/twilio-media")
        return server.upgrade(request, { data: { upstream: null, streamSid: "", queue: [] } })
          ? undefined
          : new Response(null, { status: 400 });
      const form = Object.fromEntries(new URLSearchParams(await request.text()));
      webhooks.push({ path: pathname, form, signature: request.headers.get("x-twilio-signature") ?? "" });
      const base = `http://127.0.0.1:${server.port}`;
      const xml =
        pathname === "/webhook/incoming_call"
          ? (options.twiml ?? streamTwiml)(base)
          : pathname === "/webhook/stream_ended"
            ? (options.afterStream?.(base) ?? "<Response><Hangup/></Response>")
            : "<Response/>";
      return new Response(xml, { headers: { "content-type": "text/xml" } });
    },
    websocket: {
      perMessageDeflate: false,
      open(socket: ServerWebSocket<SocketData>) {
        newest = socket;
      },
      message(socket: ServerWebSocket<SocketData>, message) {
        const text = String(message);
        const payload = /"payload":"([^"]+)"/.exec(text)?.[1];
        if (payload !== undefined) return upstream(socket, `{"type":"input_audio_buffer.append","audio":"${payload}"}`);
        const frame = JSON.parse(text);
        fromTwilio.push(frame);
        if (frame.event === "start") openModel(socket, frame.streamSid, options);
      },
      close(socket: ServerWebSocket<SocketData>) {
        socket.data.upstream?.close();
      },
    },
  });
  return {
    baseUrl: `http://127.0.0.1:${server.port}`,
    webhooks,
    fromTwilio,
    send: (line) => void newest?.send(line),
    closeStream: () => newest?.close(),
    stop: () => server.stop(true),
  };
}

/** The TwiML of a stream to the relay. */
export const streamTwiml = (base: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Response><Connect action="${base}/webhook/stream_ended"><Stream url="${base.replace("http", "ws")}/ws/twilio-media" statusCallback="${base}/webhook/stream_status"><Parameter name="token" value="a&amp;b"/></Stream></Connect></Response>`;

function upstream(socket: ServerWebSocket<SocketData>, text: string): void {
  const { upstream: model, queue } = socket.data;
  if (model?.readyState === WebSocket.OPEN) model.send(text);
  else if (queue.length < 500) queue.push(text);
}

function openModel(socket: ServerWebSocket<SocketData>, streamSid: string, options: RelayOptions): void {
  const url = `${options.openaiBaseUrl.replace("http", "ws")}/realtime?model=gpt-realtime-2.1`;
  const model = new WebSocket(url, { headers: { Authorization: `Bearer ${options.apiKey}` } } as unknown as string[]);
  socket.data.streamSid = streamSid;
  socket.data.upstream = model;
  model.onopen = () => {
    model.send(JSON.stringify({ type: "session.update", session: sessionOf(options) }));
    if (options.greeting !== undefined)
      model.send(
        JSON.stringify({ type: "response.create", response: { instructions: `Say exactly:\n${options.greeting}` } }),
      );
    for (const text of socket.data.queue.splice(0)) model.send(text);
  };
  model.onmessage = ({ data }) => onModelEvent(socket, model, JSON.parse(String(data)), options);
}

const sessionOf = (options: RelayOptions) => ({
  type: "realtime",
  tools: (options.toolNames ?? []).map((name) => ({ type: "function", name, parameters: { type: "object" } })),
  audio: {
    input: {
      format: { type: "audio/pcmu" },
      transcription: { model: "gpt-live-transcribe" },
      turn_detection: {
        type: "server_vad",
        silence_duration_ms: 400,
        create_response: true,
        interrupt_response: options.interruptResponse ?? true,
      },
    },
    output: { format: { type: "audio/pcmu" }, voice: "marin" },
  },
});

function onModelEvent(
  socket: ServerWebSocket<SocketData>,
  model: WebSocket,
  event: { type: string; delta: string; item_id: string; call_id: string },
  options: RelayOptions,
): void {
  const { streamSid } = socket.data;
  switch (event.type) {
    case "response.output_audio.delta":
      socket.send(JSON.stringify({ event: "media", streamSid, media: { payload: event.delta } }));
      return;
    case "response.output_audio.done":
      socket.send(JSON.stringify({ event: "mark", streamSid, mark: { name: event.item_id } }));
      return;
    case "input_audio_buffer.speech_started":
      if (options.interruptResponse !== false) socket.send(JSON.stringify({ event: "clear", streamSid }));
      return;
    case "response.function_call_arguments.done": {
      const item = { type: "function_call_output", call_id: event.call_id, output: options.toolResult ?? "{}" };
      model.send(JSON.stringify({ type: "conversation.item.create", item }));
      return;
    }
    case "response.done": {
      const { output = [] } = (event as unknown as { response: { output?: { type: string }[] } }).response;
      if (output.some(({ type }) => type === "function_call")) model.send(JSON.stringify({ type: "response.create" }));
      return;
    }
    default:
  }
}
