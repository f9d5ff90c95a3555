/** What the page asks of the line; `microphone` and `speaker` lead to the worklets. */
export type LineOrder =
  | {
      url: string;
      call: { callSid: string; streamSid: string; token: string };
      microphone: MessagePort;
      speaker: MessagePort;
    }
  | "stop";

/** What the page is told: the call is through, or the socket is gone with this code. */
export type LineNews = "open" | { closed: number };

interface LineMessage {
  event: string;
  media?: { payload: string };
  mark?: { name: string };
}

/** A worker as it finds itself (the DOM's types know only pages). */
const page = globalThis as unknown as {
  onmessage: ((event: { data: LineOrder }) => void) | null;
  postMessage(news: LineNews): void;
};

// More than this in the socket is sound that is already too late: it is left out.
const behindBytes = 16_000;
const frameMs = 20;

let hangUp: (() => void) | null = null;

page.onmessage = ({ data }) => {
  if (data === "stop") hangUp?.();
  else hangUp = talk(data);
};

/**
 * The telephone's media protocol (facts in src/twilio/media-wire.ts), spoken in the provider's place. It lives in a worker
 * because a hundred messages a second are more than the page's own thread should see. Returns how to hang up.
 */
function talk({ url, call, microphone, speaker }: Exclude<LineOrder, "stop">): () => void {
  const { streamSid, callSid, token } = call;
  const socket = new WebSocket(url);
  const send = (message: object) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ ...message, streamSid }));
  };
  let frames = 0;
  microphone.onmessage = ({ data }) => {
    if (socket.readyState !== WebSocket.OPEN) return;
    const frame = frames++; // one that is left out has its time as well
    if (socket.bufferedAmount > behindBytes) return;
    const media = { track: "inbound", chunk: String(frame + 2), timestamp: String(frame * frameMs) };
    send({ event: "media", sequenceNumber: media.chunk, media: { ...media, payload: base64(data) } });
  };
  speaker.onmessage = ({ data }) => send({ event: "mark", mark: { name: String(data) } });
  socket.onopen = () => {
    const mediaFormat = { encoding: "audio/x-mulaw", sampleRate: 8_000, channels: 1 };
    send({
      event: "start",
      start: { streamSid, callSid, accountSid: "", mediaFormat, customParameters: { token } },
    });
    page.postMessage("open");
  };
  socket.onmessage = ({ data }) => obey(speaker, JSON.parse(String(data)));
  socket.onclose = ({ code }) => page.postMessage({ closed: code });
  return () => {
    send({ event: "stop", stop: {} });
    socket.close(1000);
  };
}

function obey(speaker: MessagePort, { event, media, mark }: LineMessage): void {
  if (event === "clear") speaker.postMessage("clear");
  else if (media) speaker.postMessage({ audio: Uint8Array.from(atob(media.payload), (byte) => byte.charCodeAt(0)) });
  else if (mark) speaker.postMessage({ mark: mark.name });
}

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
