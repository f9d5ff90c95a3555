/**
 * The yardstick: the least a bridge can do. Moves audio between the media socket and the model by slicing strings; no
 * parsing, no detector, no ledger, no recording, no signature, no database.
 * Usage: bun scripts/bench/relay.ts MODEL_SOCKET_URL API_KEY; prints the address it listens on.
 */
interface Leg {
  model: WebSocket | null;
  streamSid: string;
}

const [modelUrl = "", apiKey = ""] = process.argv.slice(2);
const payloadOpen = '"payload":"';
const deltaOpen = '"delta":"';

const between = (text: string, open: string): string => {
  const from = text.indexOf(open) + open.length;
  return text.slice(from, text.indexOf('"', from));
};

function connect(leg: Leg, socket: Bun.ServerWebSocket<Leg>): WebSocket {
  // Bun's WebSocket takes headers, which the DOM's type does not know.
  const Socket = WebSocket as unknown as new (url: string, options: object) => WebSocket;
  const model = new Socket(modelUrl, { headers: { Authorization: `Bearer ${apiKey}` }, perMessageDeflate: false });
  model.onopen = () => {
    const format = { type: "audio/pcmu" };
    const audio = { input: { format, turn_detection: { type: "server_vad" } }, output: { format, voice: "marin" } };
    model.send(JSON.stringify({ type: "session.update", session: { type: "realtime", audio } }));
  };
  model.onmessage = ({ data }) => {
    if (!String(data).includes('"response.output_audio.delta"')) return;
    socket.send(
      `{"event":"media","streamSid":"${leg.streamSid}","media":{"payload":"${between(String(data), deltaOpen)}"}}`,
    );
  };
  return model;
}

const relay: Bun.Server<Leg> = Bun.serve<Leg>({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request, server) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/ws/"))
      return server.upgrade(request, { data: { model: null, streamSid: "" } })
        ? undefined
        : new Response(null, { status: 400 });
    const twiml = `<Response><Connect><Stream url="ws://127.0.0.1:${relay.port}/ws/twilio-media"/></Connect></Response>`;
    return new Response(pathname.endsWith("incoming_call") ? twiml : "<Response/>", {
      headers: { "content-type": "text/xml" },
    });
  },
  websocket: {
    perMessageDeflate: false,
    message(socket, data) {
      const text = String(data);
      const leg = socket.data;
      if (text.includes('"event":"media"')) {
        if (leg.model?.readyState === WebSocket.OPEN)
          leg.model.send(`{"type":"input_audio_buffer.append","audio":"${between(text, payloadOpen)}"}`);
      } else if (text.includes('"event":"start"')) {
        leg.streamSid = between(text, '"streamSid":"');
        leg.model = connect(leg, socket);
      }
    },
    close(socket) {
      socket.data.model?.close();
    },
  },
});
process.stdout.write(`${relay.url.origin}\n`);
