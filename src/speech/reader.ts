import { frameEnergy } from "../audio/energy.ts";
import { MULAW_FRAME_BYTES, MULAW_SILENCE } from "../audio/mulaw.ts";
import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { limits } from "../limits.ts";
import type { AnswerOutcome, EngineUsage } from "../live-call/engine.ts";
import { RealtimeSession, type SessionEnd } from "../realtime/session.ts";
import type { RealtimeSettings } from "../realtime/session-config.ts";

export interface ReaderDeps {
  clock: Clock;
  log: Log;
  settings: RealtimeSettings;
  /** Reading costs like any answer. */
  usage(usage: EngineUsage): void;
}

/** Reads a text aloud: mu-law, whole frames. @throws AppError "unavailable" or "upstream". */
export type ReadAloud = (voice: string, text: string) => Promise<Uint8Array>;

/**
 * Text to speech in the assistant's own voice: a Realtime session of its own that speaks exactly one text. The
 * provider's separate speech models are being shut down, and sounded like somebody else.
 */
export function createReader(deps: ReaderDeps): ReadAloud {
  return async (voice, text) => {
    const first = await readOnce(deps, voice, text);
    if (saysRoughly(text, first.transcript)) return tidy(first.audio);
    deps.log.warn("REALTIME", "text was not read as written", { chars: text.length, read: first.transcript?.length });
    const second = await readOnce(deps, voice, text);
    if (saysRoughly(text, second.transcript)) return tidy(second.audio);
    throw new AppError("upstream", "reading aloud: the model says something else");
  };
}

interface Reading {
  audio: Uint8Array;
  /** The model's own words for it; null when it sent none. */
  transcript: string | null;
}

function readOnce(deps: ReaderDeps, voice: string, text: string): Promise<Reading> {
  const { apiKey } = deps.settings;
  if (apiKey === null) throw new AppError("upstream", "reading aloud: no OpenAI key is configured");
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    const words = new Map<string, string>(); // by item: a text may be read in several
    const end = (settle: () => void): void => {
      timer.cancel();
      session.close();
      settle();
    };
    const fail = (code: "unavailable" | "upstream", why: string): void =>
      end(() => reject(new AppError(code, `reading aloud: ${why}`)));
    const timer = deps.clock.after(limits.phraseRenderMs, () => fail("unavailable", "timed out"));
    const session = new RealtimeSession({
      clock: deps.clock,
      // Whoever asked tells of the failure: without a model a dozen sentences fail in every call.
      log: { ...deps.log, warn: deps.log.debug, error: deps.log.debug },
      settings: deps.settings,
      apiKey,
      purpose: { kind: "reader", voice },
      autoAnswer: false,
      owner: {
        configured: () => session.conversation.ask({ kind: "say", text }),
        ended: ({ fatal, reason, code }: SessionEnd) =>
          fail(fatal ? "upstream" : "unavailable", `${reason} ${code}`.trim()),
      },
      events: {
        audio: (_, payload) => void chunks.push(Buffer.from(payload, "base64")),
        transcript: ({ itemId, text: said, final }) =>
          void words.set(itemId, final ? said : (words.get(itemId) ?? "") + said),
        answerDone: ({ status, reason }: AnswerOutcome) => {
          if (status === "failed") return; // its cause is the next report
          if (status !== "completed") fail("unavailable", `${status} ${reason ?? ""}`.trim());
          else end(() => resolve({ audio: Buffer.concat(chunks), transcript: wordsOf(words) }));
        },
        usage: deps.usage,
        error: ({ kind, code }) => kind !== "ignored" && fail("unavailable", `${kind} ${code}`),
        callerSpeech: () => {},
        callerTurn: () => {},
        answerStarted: () => {},
        audioDone: () => {},
        toolCall: () => {},
      },
    });
  });
}

const wordsOf = (items: ReadonlyMap<string, string>): string | null =>
  items.size === 0 ? null : [...items.values()].join(" ");

const lettersOf = (text: string): number => text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;

/**
 * Whether the model's words can be the text. Only lengths are compared: vowel points, digits and abbreviations are
 * legitimately spoken otherwise, while an added "Sure, here it is" or half a text is not. Without words there is nothing
 * to doubt.
 */
function saysRoughly(text: string, transcript: string | null): boolean {
  if (transcript === null) return true;
  const ratio = lettersOf(transcript) / Math.max(1, lettersOf(text));
  return ratio > 0.6 && ratio < 2.5;
}

// Below this mean square (about -50 dB of full scale) a frame is silence; generated speech has no noise floor.
const silentEnergy = 100 ** 2;
const leadInFrames = 2;

/** Whole frames without the silence before and after the speech: a greeting begins when it is played. */
function tidy(audio: Uint8Array): Uint8Array {
  const frames = Math.ceil(audio.length / MULAW_FRAME_BYTES);
  const padded = new Uint8Array(frames * MULAW_FRAME_BYTES).fill(MULAW_SILENCE);
  padded.set(audio);
  const isSpeech = (frame: number): boolean =>
    frameEnergy(padded, MULAW_FRAME_BYTES, frame * MULAW_FRAME_BYTES) > silentEnergy;
  let first = 0;
  while (first < frames && !isSpeech(first)) first++;
  let last = frames - 1;
  while (last > first && !isSpeech(last)) last--;
  if (first === frames) throw new AppError("unavailable", "reading aloud: no sound came");
  const from = Math.max(0, first - leadInFrames) * MULAW_FRAME_BYTES;
  const to = Math.min(frames, last + 1 + leadInFrames) * MULAW_FRAME_BYTES;
  return padded.slice(from, to);
}
