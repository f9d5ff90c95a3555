import { batch, signal } from "@preact/signals";
import { api } from "../api.ts";
import type { LineNews, LineOrder } from "../line.worker.ts";

export type TestCallState = "idle" | "connecting" | "live" | "over";
export type TestCallProblem = "no_microphone" | "no_audio" | "lost";

export const testState = signal<TestCallState>("idle");
export const testProblem = signal<TestCallProblem | null>(null);
/** The call that runs or ran last. */
export const testCall = signal<{ callId: string; voice: "model" | "demo" } | null>(null);

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

/** Leads the worklets' sound to the line, which a worker holds: this thread learns only when the call begins and ends. */
function talk({ microphone, speaker, close }: Sound, { socket, ...call }: Begun): { stop(): void } {
  const line = new Worker("/line.js");
  const order = (given: LineOrder, transfer: Transferable[] = []) => line.postMessage(given, transfer);
  const ports = { microphone: portOf(microphone), speaker: portOf(speaker) };
  const url = `${location.origin.replace(/^http/, "ws")}${socket}`;
  order({ url, call, ...ports }, Object.values(ports));
  const over = (code: number) => {
    running = null;
    close();
    line.terminate();
    batch(() => {
      if (code !== 1000 && testState.value !== "over") testProblem.value = "lost";
      testState.value = "over";
    });
  };
  line.onerror = () => over(1006);
  line.onmessage = ({ data }: MessageEvent<LineNews>) => {
    if (data !== "open") over(data.closed);
    else if (testState.value === "connecting") testState.value = "live";
  };
  return {
    stop() {
      testState.value = "over";
      order("stop");
    },
  };
}

/** One end of a way to the worklet that this thread does not stand in. */
function portOf(worklet: AudioWorkletNode): MessagePort {
  const { port1, port2 } = new MessageChannel();
  worklet.port.postMessage(port1, [port1]);
  return port2;
}
