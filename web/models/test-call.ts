import { batch, signal } from "@preact/signals";
import { api } from "../api.ts";

export type TestCallState = "idle" | "connecting" | "live" | "over";
export type TestCallProblem = "no_microphone" | "no_audio" | "lost";

export const testState = signal<TestCallState>("idle");
export const testProblem = signal<TestCallProblem | null>(null);
/** The call that runs or ran last. */
export const testCall = signal<{ callId: string; voice: "model" | "demo" } | null>(null);

// More than this in the socket is sound that is already too late: it is left out.
const behindBytes = 16_000;

let running: { stop(): void } | null = null;

/** Asks for the microphone, begins a call and talks until one side hangs up. @throws ApiError when no call can be had. */
export async function startTestCall(): Promise<void> {
  if (running) return;
  batch(() => {
    testState.value = "connecting";
    testProblem.value = null;
    testCall.value = null;
  });
  try {
    const sound = await openSound();
    if (sound === null) return fail("no_microphone");
    const begun = await begin(sound.close);
    testCall.value = { callId: begun.callId, voice: begun.voice };
    running = talk(sound, begun);
  } catch (error) {
    testState.value = "idle";
    throw error;
  }
}

export function stopTestCall(): void {
  running?.stop();
}

function fail(problem: TestCallProblem): void {
  batch(() => {
    testProblem.value = problem;
    testState.value = "idle";
  });
}

async function begin(giveBack: () => void) {
  try {
    return await (await api["test-call"].$post()).json();
  } catch (error) {
    giveBack();
    throw error;
  }
}

interface Sound {
  microphone: AudioWorkletNode;
  speaker: AudioWorkletNode;
  close(): void;
}

/** Null when the person or the device gives no microphone. */
async function openSound(): Promise<Sound | null> {
  const stream = await navigator.mediaDevices?.getUserMedia({ audio: true }).catch(() => null);
  if (!stream) return null;
  const context = new AudioContext();
  await Promise.all(["/microphone.js", "/speaker.js"].map((module) => context.audioWorklet.addModule(module)));
  const microphone = new AudioWorkletNode(context, "microphone");
  const speaker = new AudioWorkletNode(context, "speaker");
  context.createMediaStreamSource(stream).connect(microphone);
  microphone.connect(context.destination); // silent: a node that leads nowhere is not run
  speaker.connect(context.destination);
  await context.resume();
  return {
    microphone,
    speaker,
    close() {
      for (const track of stream.getTracks()) track.stop();
      void context.close();
    },
  };
}

interface Begun {
  callSid: string;
  streamSid: string;
  token: string;
  socket: string;
}

/** The telephone's media protocol (facts in src/twilio/media-wire.ts), spoken by the page in the provider's place. */
function talk(sound: Sound, { callSid, streamSid, token, socket: path }: Begun): { stop(): void } {
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}${path}`);
  const send = (message: object) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ ...message, streamSid }));
  };
  let sequence = 1;
  sound.microphone.port.onmessage = ({ data }) => {
    if (testState.value !== "live" || socket.bufferedAmount > behindBytes) return;
    const chunk = String(++sequence);
    const media = { track: "inbound", chunk, timestamp: String((sequence - 2) * 20), payload: base64(data) };
    send({ event: "media", sequenceNumber: chunk, media });
  };
  sound.speaker.port.onmessage = ({ data }) => send({ event: "mark", mark: { name: String(data) } });
  socket.onopen = () => {
    const mediaFormat = { encoding: "audio/x-mulaw", sampleRate: 8_000, channels: 1 };
    send({
      event: "start",
      start: { streamSid, callSid, accountSid: "", mediaFormat, customParameters: { token } },
    });
    testState.value = "live";
  };
  socket.onmessage = ({ data }) => obey(sound.speaker.port, JSON.parse(String(data)));
  socket.onclose = ({ code }) => {
    running = null;
    sound.close();
    batch(() => {
      if (code !== 1000 && testState.value !== "over") testProblem.value = "lost";
      testState.value = "over";
    });
  };
  return {
    stop() {
      testState.value = "over";
      send({ event: "stop", stop: {} });
      socket.close(1000);
    },
  };
}

interface LineMessage {
  event: string;
  media?: { payload: string };
  mark?: { name: string };
}

function obey(speaker: MessagePort, { event, media, mark }: LineMessage): void {
  if (event === "clear") speaker.postMessage("clear");
  else if (media) speaker.postMessage({ audio: Uint8Array.from(atob(media.payload), (byte) => byte.charCodeAt(0)) });
  else if (mark) speaker.postMessage({ mark: mark.name });
}

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
