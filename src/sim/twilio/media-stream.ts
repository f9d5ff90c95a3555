import type { Clock } from "../../base/clock.ts";
import { seededRandom } from "../../base/random.ts";
import type { LineFaults } from "../faults.ts";
import { following, type Place, type SoundBook } from "../sound-book.ts";
import type { PlayoutBuffer } from "./playout-buffer.ts";

/** What Twilio's error log would show: code and what happened. */
export interface LineProblem {
  code: number;
  detail: string;
  atMs: number;
}

export interface MediaStreamOptions {
  clock: Clock;
  url: string;
  /** Where the address is really reached (PUBLIC_BASE_URL may be a name that only the world knows). */
  reachUrl: string;
  signature: string;
  accountSid: string;
  callSid: string;
  streamSid: string;
  parameters: Readonly<Record<string, string>>;
  book: SoundBook;
  buffer: PlayoutBuffer;
  faults: LineFaults;
  seed: number;
  /** Ms since the call was answered. */
  nowMs: () => number;
  /** Plays the buffer up to now, before a message takes effect. */
  catchUp: () => void;
  onProblem: (problem: LineProblem) => void;
  onOpen: () => void;
  /** Looks at every message of the product, before it takes effect (load runs read the stamps here). */
  onMessage?: (event: string, bytes: Uint8Array | null) => void;
  /** Once. `how`: we left (the call ended), the product closed, the network broke, the upgrade was refused. */
  onEnd: (how: "left" | "peer_closed" | "broken" | "refused") => void;
}

/**
 * Twilio's side of a bidirectional media stream (Twilio documentation, "Media Streams: WebSocket messages"): connected,
 * start, media every 20 ms, marks back, dtmf, stop; complains like Twilio about what it does not understand.
 */
export class MediaStream {
  readonly #o: MediaStreamOptions;
  readonly #prefix: string;
  readonly #random: () => number;
  readonly #warned = new Set<number>();
  #socket: WebSocket | null = null;
  #open = false;
  #ended = false;
  #dead = false;
  #sequence = 1;
  #chunk = 1;
  #startMs = 0;
  #lastDueMs = 0;
  /** What the next media message brings if it simply goes on. */
  #expected: Place | null = null;
  /** Counters. */
  framesSent = 0;
  framesLost = 0;
  mediaReceived = 0;
  clearsReceived = 0;
  marksReceived = 0;

  constructor(options: MediaStreamOptions) {
    this.#o = options;
    this.#random = seededRandom(options.seed);
    this.#prefix = `"streamSid":"${options.streamSid}"`;
  }

  connect(): void {
    const socket = new WebSocket(this.#o.reachUrl, {
      headers: { "x-twilio-signature": this.#o.signature, "user-agent": "Twilio.TmeWs/1.0" },
      perMessageDeflate: false,
    } as unknown as string[]);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => this.#onOpen();
    socket.onmessage = (message) => this.#onMessage(message.data as string | ArrayBuffer);
    socket.onclose = (close) => this.#onClose(close.code);
    socket.onerror = () => {};
  }

  get live(): boolean {
    return this.#open && !this.#ended;
  }

  /** One 20 ms frame of the caller as base64; `dueMs` is the stream time of its first sample. */
  sendFrame(payload: string, dueMs: number): void {
    if (!this.live || this.#dead) return;
    const stall = this.#o.faults.stall;
    const now = this.#o.nowMs();
    const isStalled = stall !== undefined && now >= stall.atMs && now < stall.atMs + stall.forMs;
    if (isStalled || (this.#o.faults.loss !== undefined && this.#random() < this.#o.faults.loss)) {
      this.framesLost++;
      return;
    }
    this.framesSent++;
    const text = `{"event":"media","sequenceNumber":"${this.#sequence++}","media":{"track":"inbound","chunk":"${this.#chunk++}","timestamp":"${Math.max(0, Math.round(dueMs - this.#startMs))}","payload":"${payload}"},${this.#prefix}}`;
    const jitterMs = this.#o.faults.jitterMs ?? 0;
    this.#send(text, jitterMs === 0 ? 0 : this.#random() * jitterMs);
  }

  sendKey(digit: string): void {
    this.#send(
      `{"event":"dtmf",${this.#prefix},"sequenceNumber":"${this.#sequence++}","dtmf":{"track":"inbound_track","digit":"${digit}"}}`,
    );
  }

  sendMarks(names: readonly string[]): void {
    for (const name of names)
      this.#send(
        `{"event":"mark","sequenceNumber":"${this.#sequence++}",${this.#prefix},"mark":{"name":${JSON.stringify(name)}}}`,
      );
  }

  /** Anything at all, as it is. */
  sendRaw(line: string | Uint8Array): void {
    if (this.live) this.#socket!.send(line as string);
  }

  /** The call is over or was redirected, or Twilio ends the stream alone: `stop`, then the socket is closed. */
  leave(): void {
    if (this.#ended) return;
    if (this.live && !this.#dead) {
      const stop = { accountSid: this.#o.accountSid, callSid: this.#o.callSid };
      this.#socket!.send(
        JSON.stringify({ event: "stop", sequenceNumber: String(this.#sequence++), streamSid: this.#o.streamSid, stop }),
      );
    }
    this.#finish("left");
    if (!this.#dead) this.#socket?.close(1000);
  }

  /** Cuts the connection without a closing handshake. */
  reset(): void {
    (this.#socket as unknown as { terminate(): void } | null)?.terminate();
  }

  /** From now on nothing is sent and what arrives is ignored; the socket stays open. */
  goHalfOpen(): void {
    this.#dead = true;
  }

  #onOpen(): void {
    if (this.#ended) return this.#socket?.close(1000);
    this.#open = true;
    this.#startMs = this.#o.nowMs();
    this.#socket!.send('{"event":"connected","protocol":"Call","version":"1.0.0"}');
    const start = {
      accountSid: this.#o.accountSid,
      streamSid: this.#o.streamSid,
      callSid: this.#o.callSid,
      tracks: ["inbound"],
      mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8_000, channels: 1 },
      customParameters: { ...this.#o.parameters, ...this.#o.faults.forgedParameters },
    };
    this.#socket!.send(
      JSON.stringify({ event: "start", sequenceNumber: String(this.#sequence++), start, streamSid: this.#o.streamSid }),
    );
    this.#o.onOpen();
  }

  #onMessage(data: string | ArrayBuffer): void {
    if (this.#ended || this.#dead) return;
    const delayMs = this.#o.faults.delayMs ?? 0;
    if (delayMs === 0) this.#take(data);
    else this.#o.clock.after(delayMs, () => void (!this.#ended && !this.#dead && this.#take(data)));
  }

  #take(data: string | ArrayBuffer): void {
    this.#o.catchUp();
    if (typeof data !== "string") return this.#warn(31_950, "binary frame");
    let message: { event?: unknown; streamSid?: unknown; media?: { payload?: unknown }; mark?: { name?: unknown } };
    try {
      message = JSON.parse(data);
    } catch {
      return this.#warn(31_951, "not JSON");
    }
    if (message.streamSid !== this.#o.streamSid) return this.#warn(31_951, `wrong streamSid ${message.streamSid}`);
    switch (message.event) {
      case "media":
        return this.#takeMedia(message.media?.payload);
      case "mark":
        if (typeof message.mark?.name !== "string" || message.mark.name === "")
          return this.#warn(31_951, "mark without a name");
        this.marksReceived++;
        this.#o.onMessage?.("mark", null);
        return this.sendMarks(this.#o.buffer.mark(message.mark.name));
      case "clear":
        this.clearsReceived++;
        this.#expected = null;
        this.#o.onMessage?.("clear", null);
        return this.sendMarks(this.#o.buffer.clear());
      default:
        return this.#warn(31_951, `unknown event ${String(message.event)}`);
    }
  }

  #takeMedia(payload: unknown): void {
    if (typeof payload !== "string" || !/^[A-Za-z0-9+/]+={0,2}$/.test(payload) || payload.length % 4 !== 0)
      return this.#warn(31_951, "media payload is not base64");
    const bytes = new Uint8Array(Buffer.from(payload, "base64"));
    this.mediaReceived++;
    this.#o.onMessage?.("media", bytes);
    const runs = this.#o.book.recognise(bytes, this.#expected);
    this.#expected = following(runs);
    this.#o.buffer.media(bytes, runs);
  }

  #warn(code: number, detail: string): void {
    if (this.#warned.has(code)) return; // Twilio warns once per stream and code
    this.#warned.add(code);
    this.#o.onProblem({ code, detail, atMs: this.#o.nowMs() });
  }

  #onClose(code: number): void {
    if (this.#ended) return;
    if (!this.#open) {
      this.#o.onProblem({ code: 31_920, detail: "the upgrade was not answered with 101", atMs: this.#o.nowMs() });
      return this.#finish("refused");
    }
    this.#o.onProblem({ code: 31_921, detail: `closed by the server (${code})`, atMs: this.#o.nowMs() });
    this.#finish(code === 1006 ? "broken" : "peer_closed");
  }

  #finish(how: "left" | "peer_closed" | "broken" | "refused"): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#o.onEnd(how);
  }

  /** Sends after the network's delay; order is kept. */
  #send(text: string, extraMs = 0): void {
    if (!this.live || this.#dead) return;
    const delayMs = (this.#o.faults.delayMs ?? 0) + extraMs;
    const now = this.#o.clock.nowMs();
    const dueMs = Math.max(now + delayMs, this.#lastDueMs);
    if (dueMs <= now) return void this.#socket!.send(text);
    this.#lastDueMs = dueMs;
    this.#o.clock.after(dueMs - now, () => void (this.live && !this.#dead && this.#socket!.send(text)));
  }
}
