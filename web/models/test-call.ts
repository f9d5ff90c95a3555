import { batch, signal } from "@preact/signals";
import { ApiError, api } from "../api.ts";
import type { LineNews, LineOrder } from "../line.worker.ts";

export type TestCallState = "idle" | "connecting" | "live" | "over";
export type TestCallProblem = "no_microphone" | "no_audio" | "lost" | "budget_spent";

export const testState = signal<TestCallState>("idle");
export const testProblem = signal<TestCallProblem | null>(null);
/** The call that runs or ran last. */
export const testCall = signal<{ callId: string; voice: "model" | "demo" } | null>(null);

/** Ends the call that runs or is being made. */
let current: AbortController | null = null;

/** Asks for the microphone, begins a call and talks until one side hangs up. @throws ApiError when no call can be had. */
export async function startTestCall(): Promise<void> {
  if (current) return;
  const mine = new AbortController();
  current = mine;
  batch(() => {
    testState.value = "connecting";
    testProblem.value = null;
    testCall.value = null;
  });
  let problem: TestCallProblem | null = null;
  try {
    problem = await makeCall(mine.signal);
  } catch (error) {
    if (error instanceof ApiError && error.reason === "budget_spent") problem = "budget_spent";
    else if (current === mine) throw error; // whoever has hung up wants to hear nothing more of it
  } finally {
    if (current === mine) ended(problem);
  }
}

/** In whatever state the call is: the microphone is off, and what is still on its way is dropped when it comes. */
export function stopTestCall(): void {
  current?.abort();
  if (current) ended(null);
}

function ended(problem: TestCallProblem | null): void {
  current = null;
  batch(() => {
    testProblem.value = problem;
    testState.value = testCall.value === null ? "idle" : "over";
  });
}

async function makeCall(end: AbortSignal): Promise<TestCallProblem | null> {
  const context = new AudioContext();
  const stream = await navigator.mediaDevices?.getUserMedia({ audio: true }).catch(() => null);
  const close = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    if (context.state !== "closed") void context.close();
  };
  end.addEventListener("abort", close);
  try {
    if (!stream) return "no_microphone";
    const sound = end.aborted ? null : await openSound(context, stream).catch(() => null);
    if (end.aborted) return null;
    if (sound === null) return "no_audio";
    const begun = await (await api["test-call"].$post({}, { init: { signal: end } })).json();
    if (end.aborted) return null;
    testCall.value = { callId: begun.callId, voice: begun.voice };
    return await talk(sound, begun, end);
  } finally {
    close();
  }
}

interface Sound {
  microphone: AudioWorkletNode;
  speaker: AudioWorkletNode;
}

/** @throws where the browser has no such sound. */
async function openSound(context: AudioContext, stream: MediaStream): Promise<Sound> {
  await Promise.all(["/microphone.js", "/speaker.js"].map((module) => context.audioWorklet.addModule(module)));
  const microphone = new AudioWorkletNode(context, "microphone");
  const speaker = new AudioWorkletNode(context, "speaker");
  context.createMediaStreamSource(stream).connect(microphone);
  microphone.connect(context.destination); // silent: a node that leads nowhere is not run
  speaker.connect(context.destination);
  await context.resume();
  return { microphone, speaker };
}

interface Begun {
  callSid: string;
  streamSid: string;
  token: string;
  socket: string;
}

/** Leads the worklets' sound to the line, which a worker holds: this thread learns only when the call begins and ends. */
async function talk(sound: Sound, { socket, ...call }: Begun, end: AbortSignal): Promise<TestCallProblem | null> {
  const line = new Worker("/line.js");
  const order = (given: LineOrder, transfer: Transferable[] = []) => line.postMessage(given, transfer);
  const ports = { microphone: portOf(sound.microphone), speaker: portOf(sound.speaker) };
  const url = `${location.origin.replace(/^http/, "ws")}${socket}`;
  const closed = Promise.withResolvers<number>();
  line.onerror = () => closed.resolve(1006);
  line.onmessage = ({ data }: MessageEvent<LineNews>) => {
    if (data !== "open") closed.resolve(data.closed);
    else if (!end.aborted) testState.value = "live";
  };
  end.addEventListener("abort", () => order("stop"));
  order({ url, call, ...ports }, Object.values(ports));
  const code = await closed.promise;
  line.terminate();
  return code === 1000 ? null : "lost";
}

/** One end of a way to the worklet that this thread does not stand in. */
function portOf(worklet: AudioWorkletNode): MessagePort {
  const { port1, port2 } = new MessageChannel();
  worklet.port.postMessage(port1, [port1]);
  return port2;
}
