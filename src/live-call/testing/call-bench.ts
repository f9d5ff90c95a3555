import type { Clock } from "../../base/clock.ts";
import type { BusinessId, CallId, CallSid } from "../../base/ids.ts";
import { createLog } from "../../base/log.ts";
import type { Phone } from "../../base/phone.ts";
import type { Call } from "../call.ts";
import type { CallEndRecord, CallEventRecord, CallJournal, TurnRecord } from "../journal.ts";
import type { PhoneControl } from "../phone-control.ts";
import type { Phrases } from "../phrases.ts";
import { phraseNames, phraseText } from "../phrases-text.ts";
import type { RecordingShelf } from "../recording-shelf.ts";
import type { CallSettings } from "../settings.ts";
import { createSwitchboard, type Switchboard } from "../switchboard.ts";
import type { CallTools } from "../tools.ts";
import { scriptedDetectors } from "./scripted-detectors.ts";
import { audioOf, ScriptedEngine } from "./scripted-engine.ts";
import { ScriptedLine, type ScriptedLineOptions } from "./scripted-line.ts";

/** A clock that a test moves. */
export interface MovableClock extends Clock {
  advance(ms: number): void;
  readonly pending: number;
}

/** The journal as lists. */
export class ListJournal implements CallJournal {
  readonly turns: TurnRecord[] = [];
  readonly events: CallEventRecord[] = [];
  readonly ends: CallEndRecord[] = [];
  usages = 0;
  turn(_: CallSid, turn: TurnRecord): void {
    this.turns.push(turn);
  }
  event(_: CallSid, event: CallEventRecord): void {
    this.events.push(event);
  }
  usage(): void {
    this.usages++;
  }
  ended(_: CallSid, end: CallEndRecord): void {
    this.ends.push(end);
  }
  kinds(): string[] {
    return this.events.map((event) => event.kind);
  }
}

export class ScriptedPhone implements PhoneControl {
  readonly redirects: { callSid: CallSid; reason: string }[] = [];
  readonly hangUps: CallSid[] = [];
  fails = false;
  async redirectToFallback(callSid: CallSid, reason: string): Promise<void> {
    this.redirects.push({ callSid, reason });
    if (this.fails) throw new Error("provider unreachable");
  }
  async hangUp(callSid: CallSid): Promise<void> {
    this.hangUps.push(callSid);
    if (this.fails) throw new Error("provider unreachable");
  }
}

/** Phrases from a map; what is missing stays missing. */
export class MapPhrases implements Phrases {
  readonly texts = new Map<string, Uint8Array>();
  readonly prepared: string[] = [];
  readonly #waiting = new Map<string, PromiseWithResolvers<Uint8Array>>();
  get(_voice: string, text: string): Uint8Array | null {
    return this.texts.get(text) ?? null;
  }
  prepare(_voice: string, text: string): Promise<Uint8Array> {
    this.prepared.push(text);
    const known = this.texts.get(text);
    if (known) return Promise.resolve(known);
    const waiting = this.#waiting.get(text) ?? Promise.withResolvers<Uint8Array>();
    this.#waiting.set(text, waiting);
    return waiting.promise;
  }
  /** The text is rendered now: whoever waits for it is told. */
  render(text: string, audio: Uint8Array): void {
    this.texts.set(text, audio);
    this.#waiting.get(text)?.resolve(audio);
  }
  /** All fixed sentences, one second each, of bytes that nothing else uses. */
  fill(languages: readonly string[]): void {
    for (const name of phraseNames) this.texts.set(phraseText(languages, name), audioOf(0x55, 1_000));
  }
}

const noTools: CallTools = { definitions: [], run: () => Promise.resolve({ output: "{}" }) };

export const testSettings = (changes: Partial<CallSettings> = {}): CallSettings => ({
  callId: "0198a000-0000-7000-8000-000000000001" as CallId,
  businessId: "0198a000-0000-7000-8000-000000000002" as BusinessId,
  businessName: "Test",
  assistantName: "Noa",
  greeting: null,
  instructions: "Be brief.",
  languages: ["he", "en"],
  keywords: [],
  voice: "marin",
  tools: noTools,
  record: true,
  maxCallMs: 20 * 60_000,
  ...changes,
});

export interface BenchOptions {
  clock: MovableClock;
  settings?: Partial<CallSettings> | Promise<CallSettings>;
  line?: Partial<ScriptedLineOptions>;
  /** Cached sentences besides the fixed ones. */
  phrases?: Record<string, Uint8Array>;
  fixedPhrases?: boolean;
  shelf?: RecordingShelf;
  number?: number;
}

/** One call between a scripted line and a scripted engine on a clock that the test moves. */
export class CallBench {
  readonly clock: MovableClock;
  readonly engine = new ScriptedEngine();
  readonly journal = new ListJournal();
  readonly phone = new ScriptedPhone();
  readonly phrases = new MapPhrases();
  readonly line: ScriptedLine;
  readonly logLines: string[] = [];
  readonly switchboard: Switchboard;
  readonly call: Call;
  readonly callSid: CallSid;
  #streamMs = 0;

  constructor(options: BenchOptions) {
    this.clock = options.clock;
    this.callSid = `CA${String(options.number ?? 1).padStart(32, "0")}` as CallSid;
    if (options.fixedPhrases !== false) this.phrases.fill(["he"]);
    for (const [text, bytes] of Object.entries(options.phrases ?? {})) this.phrases.texts.set(text, bytes);
    const write = (line: string): void => void this.logLines.push(line);
    const instant = (): Temporal.Instant => this.clock.instant();
    this.switchboard = createSwitchboard({
      clock: this.clock,
      log: createLog({ level: "debug", format: "text", write, instant }),
      makeEngine: () => this.engine,
      journal: this.journal,
      phrases: this.phrases,
      phone: this.phone,
      recordCalls: true,
      makeDetectors: scriptedDetectors,
      ...(options.shelf && { recordingShelf: options.shelf }),
    });
    const { settings } = options;
    const call = this.switchboard.answer(
      { callSid: this.callSid, from: "+972501234567", to: "+97231234567" as Phone },
      settings instanceof Promise ? settings : testSettings(settings),
    );
    if (!call) throw new Error("no call");
    this.call = call;
    this.line = new ScriptedLine(this.clock, options.line);
    this.line.onMark = (name) => this.call.onMark(name);
    this.line.onClosed = () => this.call.onLineClosed("closed");
  }

  /** The stream starts; the engine is ready unless told otherwise. */
  start(engineReady = true): this {
    if (engineReady) this.engine.ready();
    this.call.attach(this.line);
    return this;
  }

  /** The caller is silent (faint line noise) for `ms`. */
  quiet(ms: number): this {
    for (let at = 0; at < ms; at += 20) this.#frame(quietFrames[(this.#streamMs / 20) % quietFrames.length]!);
    return this;
  }

  /** The caller makes this sound (mu-law, 8 kHz), 20 ms at a time. */
  sound(mulaw: Uint8Array): this {
    for (let at = 0; at < mulaw.length; at += 160)
      this.#frame(Buffer.from(mulaw.subarray(at, at + 160)).toString("base64"));
    return this;
  }

  /** The caller hangs up: the stream stops, and the provider says that the call is over. */
  hangUp(): this {
    this.call.onLineClosed("stop");
    this.call.onProviderEnded();
    return this;
  }

  /** Time passes without a frame. */
  gap(ms: number): this {
    this.clock.advance(ms);
    this.#streamMs += ms;
    return this;
  }

  /** Lets promises of the phone and the tools settle. */
  async settled(): Promise<this> {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    return this;
  }

  /** The next frame comes with another stamp than its own. */
  stamped(timestampMs: number): this {
    this.#frame(quietFrames[0]!, timestampMs);
    return this;
  }

  #frame(payload: string, timestampMs = this.#streamMs): void {
    this.clock.advance(20);
    this.call.onMedia(payload, timestampMs);
    this.#streamMs += 20;
  }
}

/** Ten different frames of faint noise: ±1 and ±2 steps of mu-law around zero. */
const quietFrames = Array.from({ length: 10 }, (_, frame) =>
  Buffer.from(
    Uint8Array.from(
      { length: 160 },
      (_, at) => 0x7c + ((at * 31 + frame * 7 + ((at * at) % 11)) % 4) + (at % 2) * 0x80,
    ),
  ).toString("base64"),
);
