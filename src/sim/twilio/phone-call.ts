import type { Clock } from "../../base/clock.ts";
import type { LineFaults } from "../faults.ts";
import type { SoundBook } from "../sound-book.ts";
import type { AccountCall, CallStatus, TwilioAccount } from "./account.ts";
import { Ear } from "./ear.ts";
import { callForm, incomingForm, recordingFields, recordingForm, twilioTime } from "./forms.ts";
import { type LineProblem, MediaStream } from "./media-stream.ts";
import type { Mouth } from "./mouth.ts";
import { PlayoutBuffer } from "./playout-buffer.ts";
import { type FrameSink, recordCaller } from "./recorder.ts";
import { signRequest } from "./signature.ts";
import { parametersOf, whyNotStream } from "./stream-verb.ts";
import type { Verb } from "./twiml.ts";
import { type Instructions, type Leg, runDocument } from "./twiml-run.ts";
import type { WebhookClient } from "./webhook-client.ts";

export interface PhoneCallOptions {
  clock: Clock;
  account: TwilioAccount;
  webhooks: WebhookClient;
  book: SoundBook;
  from: string;
  to: string;
  forwardedFrom?: string;
  voiceUrl: string;
  statusCallback: string;
  faults: LineFaults;
  seed: number;
  keepAudio: boolean;
  /** Called once, when the call is answered. */
  mouth: (call: PhoneCall) => Mouth;
  /** How a dialled person behaves. */
  dialled?: { status: "completed" | "no-answer" | "busy"; seconds: number };
  onMessage?: (event: string, bytes: Uint8Array | null) => void;
}

/** How a call came to its end, as the network sees it. */
export type EndedBy = "caller" | "instructions" | "rest" | "not_answered";

/** One phone call at Twilio: asks the product what to do, carries it out, and keeps what the caller heard and when. */
export class PhoneCall implements AccountCall {
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  readonly ear: Ear;
  readonly problems: LineProblem[] = [];
  /** Moments in ms since the answer of the call; the names are the report's. */
  readonly moments: { name: string; atMs: number }[] = [];
  status: CallStatus = "ringing";
  durationSeconds = 0;
  endedBy: EndedBy | null = null;
  webhookMs = 0;
  stream: MediaStream | null = null;
  /** Every media stream of the call, oldest first. */
  readonly streams: MediaStream[] = [];
  readonly finished: Promise<void>;
  /** Resolves with the first media stream once its socket is open; stays pending when there is none. */
  readonly streaming: Promise<MediaStream>;
  readonly #o: PhoneCallOptions;
  readonly #frame = new Uint8Array(160);
  readonly #background: Promise<unknown>[] = [];
  readonly #once = new Set<string>();
  readonly #leg: Leg;
  #resolveFinished: () => void = () => {};
  #resolveStreaming: (stream: MediaStream) => void = () => {};
  #answeredMs = Number.NaN;
  #frameLine = 0;
  #mouth: Mouth | null = null;
  #output: { buffer: PlayoutBuffer; onMarks: (names: string[]) => void } | null = null;
  #sink: FrameSink | null = null;
  #abort = new AbortController();
  #replacement: Promise<Instructions | null> | null = null;

  constructor(options: PhoneCallOptions) {
    this.#o = options;
    this.sid = options.account.newSid("CA");
    this.from = options.from;
    this.to = options.to;
    this.ear = new Ear(options.keepAudio);
    this.finished = new Promise((resolve) => {
      this.#resolveFinished = resolve;
    });
    this.streaming = new Promise((resolve) => {
      this.#resolveStreaming = resolve;
    });
    this.#leg = this.#makeLeg();
    options.account.calls.set(this.sid, this);
  }

  /** A moment of the world's clock as ms since the call was answered. */
  sinceAnswer(clockMs: number): number {
    return clockMs - this.#answeredMs;
  }

  /** Ms since the call was answered. */
  readonly nowMs = (): number => this.#o.clock.nowMs() - this.#answeredMs;

  get line(): number {
    return Math.floor(this.nowMs() * 8);
  }

  /** Rings: asks for instructions and carries them out. Resolves when the call is over and reported. */
  async ring(): Promise<void> {
    const askedMs = this.#o.clock.nowMs();
    const copies = Array.from({ length: this.#o.faults.webhookCopies ?? 1 }, () =>
      this.#o.webhooks.post(this.#o.voiceUrl, incomingForm(this.#form())),
    );
    const first = await Promise.race(copies);
    this.#background.push(...copies);
    this.webhookMs = this.#o.clock.nowMs() - askedMs;
    this.#answeredMs = this.#o.clock.nowMs();
    if (first.status !== 200) {
      this.problem(11_200, `the voice webhook answered ${first.status}`);
      return this.#end("not_answered");
    }
    this.status = "in-progress";
    this.#mouth = this.#o.mouth(this);
    await this.#follow({ xml: first.body, url: this.#o.voiceUrl });
    return this.finished;
  }

  /** Moves the call's own time to now: what was due is played and spoken. Called every few ms. */
  tick(): void {
    if (this.status !== "in-progress") return;
    this.#catchUp();
    const line = this.line;
    while (this.#frameLine + 160 <= line && this.status === "in-progress") {
      const payload = this.#mouth!.frame(this.#frame, this.#frameLine);
      this.#sink?.(this.#frame, payload, this.#frameLine);
      this.#frameLine += 160;
      if (this.#mouth!.hungUp) void this.#end("caller");
    }
    this.#breakThings();
  }

  key(digit: string): void {
    this.stream?.sendKey(digit);
  }

  redirect(twiml: { xml: string } | { url: string }): boolean {
    if (this.status !== "in-progress") return false;
    this.moment("redirected");
    this.#replacement =
      "xml" in twiml ? Promise.resolve({ xml: twiml.xml, url: this.#o.voiceUrl }) : this.#leg.post(twiml.url, {});
    this.#abort.abort();
    return true;
  }

  hangUp(): boolean {
    if (this.status !== "in-progress") return false;
    void this.#end("rest");
    return true;
  }

  moment(name: string): void {
    this.moments.push({ name, atMs: this.nowMs() });
  }

  problem(code: number, detail: string): void {
    this.problems.push({ code, detail, atMs: this.nowMs() });
  }

  async #follow(first: Instructions): Promise<void> {
    let instructions: Instructions | null = first;
    for (let documents = 0; instructions !== null && this.status === "in-progress"; documents++) {
      if (documents === 30) {
        this.problem(0, "thirty documents in one call: the instructions go in a circle");
        break;
      }
      this.#abort = new AbortController();
      const outcome: Instructions | null = await runDocument(this.#leg, instructions, this.#abort.signal);
      const replacement = this.#replacement;
      this.#replacement = null;
      instructions = replacement === null ? outcome : await replacement;
    }
    await this.#end("instructions");
  }

  async #end(by: EndedBy): Promise<void> {
    if (this.endedBy !== null) return;
    this.endedBy = by;
    if (by !== "not_answered") this.#catchUp();
    this.moment("ended");
    this.status = by === "not_answered" ? "failed" : "completed";
    this.durationSeconds = Math.max(0, Math.round(this.nowMs() / 1_000));
    this.#abort.abort();
    this.#output = null;
    this.#sink = null;
    await this.#reportStatus();
    await Promise.allSettled(this.#background);
    this.#resolveFinished();
  }

  async #reportStatus(): Promise<void> {
    const final = { ...this.#form(), CallDuration: String(this.durationSeconds), Duration: "1", SequenceNumber: "0" };
    const post = (extra: Readonly<Record<string, string>> = {}) =>
      this.#o.webhooks.post(this.#o.statusCallback, {
        ...final,
        Timestamp: twilioTime(this.#o.clock.instant()),
        ...extra,
      });
    if (this.#o.faults.shuffledStatus !== true) return void (await post());
    await Promise.all([post(), post()]);
    await post({ CallStatus: "in-progress" });
    await post({ CallStatus: "ringing" });
  }

  #catchUp(): void {
    const output = this.#output;
    if (output === null) return;
    const marks = output.buffer.advance(this.line);
    if (marks.length > 0) output.onMarks(marks);
  }

  #breakThings(): void {
    const { resetAtMs, stopAtMs, halfOpenAtMs, garbage } = this.#o.faults;
    const now = this.nowMs();
    if (resetAtMs !== undefined && now >= resetAtMs && this.#first("reset")) this.stream?.reset();
    if (stopAtMs !== undefined && now >= stopAtMs && this.#first("stop")) this.stream?.leave();
    if (halfOpenAtMs !== undefined && now >= halfOpenAtMs && this.#first("half-open")) this.stream?.goHalfOpen();
    if (garbage === undefined || !this.stream?.live) return;
    for (const [index, line] of garbage.lines.entries())
      if (now >= garbage.atMs + index * 20 && this.#first(`garbage ${index}`)) this.stream.sendRaw(line);
  }

  #first(what: string): boolean {
    if (this.#once.has(what)) return false;
    this.#once.add(what);
    return true;
  }

  #makeLeg(): Leg {
    return {
      over: () => this.endedBy !== null,
      problem: (code, detail) => this.problem(code, detail),
      post: async (url, extra) => {
        const request = this.#o.webhooks.post(url, { ...this.#form(), ...extra });
        this.#background.push(request);
        const answer = await request;
        if (answer.status === 200) return { xml: answer.body, url };
        if (answer.status !== 204) this.problem(11_200, `${url} answered ${answer.status}`);
        return null;
      },
      fetchFile: (url) => this.#o.webhooks.fetchFile(url),
      play: (bytes, name, signal) => this.#play(bytes, name, signal),
      pause: (ms, signal) => this.#wait(ms, signal),
      stream: (verb, signal) => this.#stream(verb, signal),
      record: (verb, signal) => this.#record(verb, signal),
      dial: async (to, verb, signal) => {
        const { status, seconds } = this.#o.dialled ?? {
          status: "no-answer",
          seconds: Number(verb.attributes.timeout ?? 30),
        };
        this.moment(`dialled ${to}`);
        await this.#wait(seconds * 1_000, signal);
        return {
          DialCallStatus: status,
          DialCallSid: this.#o.account.newSid("CA"),
          DialCallDuration: status === "completed" ? String(seconds) : "0",
        };
      },
    };
  }

  #play(bytes: Uint8Array, name: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const buffer = new PlayoutBuffer(this.#hear, this.line);
      this.moment(`plays ${name}`);
      buffer.media(bytes, this.#o.book.recognise(bytes));
      buffer.mark("end");
      const over = () => {
        if (this.#output?.buffer === buffer) this.#output = null;
        resolve();
      };
      this.#output = { buffer, onMarks: over };
      signal.addEventListener("abort", over, { once: true });
    });
  }

  readonly #hear = (at: number, bytes: Uint8Array, sound: Parameters<Ear["hear"]>[2], offset: number): void =>
    this.ear.hear(at, bytes, sound, offset);

  #wait(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#o.clock.after(ms, resolve);
      signal.addEventListener("abort", () => {
        timer.cancel();
        resolve();
      });
    });
  }

  async #stream(verb: Verb, signal: AbortSignal): Promise<void> {
    const refusal = whyNotStream(verb);
    if (refusal !== null) return this.problem(refusal.code, refusal.detail);
    if (this.#o.faults.neverStart === true) return this.#wait(3_600_000, signal);
    const { streamLateMs } = this.#o.faults;
    if (streamLateMs !== undefined) await this.#wait(streamLateMs, signal);
    if (signal.aborted) return;
    const streamSid = this.#o.account.newSid("MZ");
    const report = (event: string, extra: Readonly<Record<string, string>> = {}) => {
      if (verb.attributes.statusCallback === undefined) return;
      const form = {
        ...this.#form(),
        StreamSid: streamSid,
        StreamEvent: event,
        Timestamp: this.#o.clock.instant().toString({ smallestUnit: "millisecond" }),
        ...extra,
      };
      this.#background.push(this.#o.webhooks.post(verb.attributes.statusCallback, form));
    };
    const how = await this.#runStream(verb, streamSid, report, signal);
    if (how === "refused") report("stream-error", { StreamError: "31920 handshake error" });
    else report("stream-stopped");
  }

  #runStream(verb: Verb, streamSid: string, report: (event: string) => void, signal: AbortSignal): Promise<string> {
    return new Promise((resolve) => {
      const url = verb.attributes.url!;
      const buffer = new PlayoutBuffer(this.#hear, this.line);
      const stream = new MediaStream({
        clock: this.#o.clock,
        url,
        reachUrl: this.#o.webhooks.reach(url),
        signature: signRequest(this.#o.account.authToken, url),
        accountSid: this.#o.account.sid,
        callSid: this.sid,
        streamSid,
        parameters: parametersOf(verb),
        book: this.#o.book,
        buffer,
        faults: this.#o.faults,
        seed: this.#o.seed,
        nowMs: this.nowMs,
        catchUp: () => this.#catchUp(),
        onProblem: (problem) => this.problems.push(problem),
        onOpen: () => {
          this.moment("stream started");
          report("stream-started");
          this.#resolveStreaming(stream);
          this.#output = { buffer, onMarks: (names) => stream.sendMarks(names) };
          this.#sink = (frame, payload, line) =>
            stream.sendFrame(payload ?? Buffer.from(frame.buffer, frame.byteOffset, 160).toString("base64"), line / 8);
        },
        onEnd: (how) => {
          this.moment(`stream ended: ${how}`);
          if (this.#output?.buffer === buffer) this.#output = null;
          this.#sink = null;
          this.stream = null;
          resolve(how);
        },
        ...(this.#o.onMessage === undefined ? {} : { onMessage: this.#o.onMessage }),
      });
      this.stream = stream;
      this.streams.push(stream);
      signal.addEventListener("abort", () => stream.leave(), { once: true });
      stream.connect();
    });
  }

  async #record(verb: Verb, signal: AbortSignal): Promise<Readonly<Record<string, string>> | null> {
    this.moment("records");
    const samples = await recordCaller(verb, signal, (sink) => {
      this.#sink = sink;
    });
    if (samples === null) return null;
    const { account, faults } = this.#o;
    const sid = account.newSid("RE");
    account.recordings.set(sid, { sid, callSid: this.sid, samples, source: "RecordVerb", deleted: false });
    const fields = recordingFields(account, sid, samples.length);
    const callback = verb.attributes.recordingStatusCallback;
    for (let copy = 0; callback !== undefined && copy < (faults.webhookCopies ?? 1); copy++)
      this.#background.push(
        this.#o.webhooks.post(callback, recordingForm(account.sid, this.sid, this.#o.clock.instant(), fields)),
      );
    return this.endedBy === "caller" ? { ...fields, Digits: "hangup" } : fields;
  }

  #form(): Record<string, string> {
    return callForm(this.#o.account.sid, this, this.#o.forwardedFrom);
  }
}
