import { limits } from "../limits.ts";
import type { Conversation } from "./conversation.ts";
import type { CallCore } from "./core.ts";
import type { EngineEvents } from "./engine.ts";
import type { Greeting } from "./greeting.ts";
import type { PhoneLeg } from "./leg.ts";
import type { Playout } from "./playout.ts";
import type { Transcript } from "./transcript.ts";

export interface EngineEventsDeps {
  core: CallCore;
  leg: PhoneLeg;
  talk: Conversation;
  playout: Playout;
  transcript: Transcript;
  greeting: Greeting;
  /** What the caller said since the last turn was taken, in call time (ms). */
  takeSpeech(): { startMs: number; endMs: number; heard: boolean };
  guard(run: () => void): void;
  /** Handles what became due or was posted, in the same tick. */
  settle(): void;
}

/** What the engine's events mean for the call. To one that is over only what was said before its end is added. */
export function engineEvents(deps: EngineEventsDeps): EngineEvents {
  const { core, leg, talk, playout, transcript, greeting } = deps;
  const handle = (run: () => void): void =>
    deps.guard(() => {
      if (!leg.up) return;
      run();
      deps.settle();
    });
  // What was said is kept also when the caller is gone: its words come late.
  const note = (run: () => void): void =>
    deps.guard(() => {
      if (!core.engineOver) run();
    });
  return {
    ready: () =>
      handle(() => {
        core.event("engine_ready", { engine: core.engine.name });
        core.deadlines.disarm("reconnect_filler");
        core.engineReady();
        greeting.engineReady();
      }),
    reconnecting: (reason) =>
      handle(() => {
        core.log.warn("REALTIME-ERROR", "connection lost, reconnecting", { reason });
        core.event("engine_reconnecting", { reason });
        core.arm("reconnect_filler", limits.firstAudioFillerMs);
      }),
    lost: (reason, code) =>
      handle(() => {
        core.log.error("REALTIME-ERROR", "engine lost", { reason, code });
        core.event("engine_lost", { reason, code });
        // Last words are on their way and need no model: what follows them happens when they were heard.
        if (talk.closing.spoken) return;
        if (talk.closing.transfers)
          talk.closing.perform(); // decided, and not announced
        else leg.fail("engine_lost");
      }),
    callerSpeech: (edge) => handle(() => core.log.debug("REALTIME", "caller speech", { edge })),
    callerTurn: (itemId) =>
      note(() => {
        const { startMs, endMs, heard } = deps.takeSpeech();
        transcript.callerTurn(itemId, startMs, endMs);
        handle(() => {
          core.settings?.tools.turnTaken?.();
          talk.callerTurn(itemId, heard);
        });
      }),
    answerStarted: (answerId) => handle(() => talk.answerStarted(answerId)),
    audio: (itemId, payload) => handle(() => talk.audio(itemId, payload)),
    audioDone: (itemId) => handle(() => playout.finishItem(itemId, core.nowMs())),
    answerDone: (answer) => handle(() => talk.answerDone(answer)),
    transcript: ({ role, itemId, text, final }) =>
      note(() => {
        transcript.text(role, itemId, text, final);
        handle(() => {
          if (final) core.settings?.tools.heard?.(role, text);
          if (role === "caller" && final) talk.callerText(itemId, text);
        });
      }),
    toolCall: (call) => handle(() => talk.toolCall(call)),
    // Counted even when the call is over: it is paid for.
    usage: (usage) => deps.guard(() => core.journal.usage(core.callSid, usage)),
    error: (problem) =>
      handle(() => {
        const { kind, code, message } = problem;
        if (kind === "ignored") {
          core.log.debug("REALTIME", "ignored", { code, message });
          return;
        }
        core.log[kind === "fatal" ? "error" : "warn"]("REALTIME-ERROR", "engine problem", { kind, code, message });
        core.event("engine_error", { class: kind, code });
      }),
  };
}
